"""A Redis of a test's own, which keeps what it acknowledged and can be stopped, frozen and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import _program, _wait_until_it_answers

_STOP = 10.0  # seconds


class RedisServer:
    """One server in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._folder / 's'}"

    def start(self) -> None:
        """Comes back when it answers."""
        options = f"--port 0 --unixsocket {self._folder}/s --dir {self._folder} --appendonly yes --appendfsync always"
        with (self._folder / "log").open("ab") as log:
            command = [_program(), *options.split(), "--save", ""]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        _wait_until_it_answers(self._folder / "s", self._process)

    def stop(self) -> None:
        if self._process is not None:
            self.signal(signal.SIGCONT)
            self._process.terminate()
            self._process.wait(_STOP)
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    """A server that is running and ends with the block."""
    with tempfile.TemporaryDirectory(prefix="st-") as name:
        server = RedisServer(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()
