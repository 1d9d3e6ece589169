"""The program as real processes that can be killed at any moment; what they say is kept for whoever must know why."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds that a process may take to be ready, and to stop.
START, STOP = 100.0, 60.0
_LAST_LINES = 60


@dataclass
class Program:
    """``storythread COMMAND`` as a process: started, killed and started again under one name."""

    name: str
    environment: Mapping[str, str]
    folder: Path
    #: What it says when it is ready.
    ready_line: str = "storythread: ready"
    #: What the interpreter is given; None for the program's own command of this name.
    arguments: Sequence[str] | None = None
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> str:
        """What the latest process has said so far."""
        path = self._log_path
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def _log_path(self) -> Path:
        return self.folder / f"{self.name}-{id(self)}-{self.starts}.log"

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it and doesn't wait."""
        assert not self.is_running
        self.starts += 1
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, *(self.arguments or ("-m", "slackbot", self.name))],
                env={**_without_proxies(os.environ), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def is_ready(self) -> None:
        """Waits until it says that it is ready."""
        deadline = time.monotonic() + START
        while self.ready_line not in self.log:
            assert self.is_running, f"it ended with status {self._process and self._process.returncode}:\n{self.log}"
            assert time.monotonic() < deadline, f"not ready within {START} s:\n{self.log}"
            await asyncio.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: no chance to clean up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP)

    def kill_all(self) -> None:
        """With all that it has forked, as when the machine dies."""
        for pid in descendants(self.pid):
            kill(pid)
        self.kill()

    def freeze(self) -> None:
        """It stands still and keeps everything open."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    async def ended(self, seconds: float = START) -> int:
        """Waits until it ends by itself; its exit status."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, seconds)

    async def stop(self) -> None:
        """Asks it to stop; after STOP seconds there is no asking."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            await self.ended(STOP)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not stop:\n{self.log}") from None

    def report(self) -> str:
        """The last lines of each process under this name."""
        parts = []
        for number in range(max(1, self.starts - 2), self.starts + 1):
            path = self.folder / f"{self.name}-{id(self)}-{number}.log"
            lines = path.read_text(errors="replace").splitlines()[-_LAST_LINES:]
            parts.append("\n".join([f"--- {self.name}, start {number} of {self.starts}", *lines]))
        return "\n".join(parts)


def kill(pid: int) -> None:
    """SIGKILL to a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The process's children, their children, and so on, the farthest first."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = [pid]
    for parent in found:
        found += [child for child, of in parents.items() if of == parent]
    return found[:0:-1]


def _without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """Slack's client would send even loopback traffic to a proxy; and this program's own settings are not meant."""
    return {
        name: value
        for name, value in environment.items()
        if not name.lower().endswith("_proxy") and not name.startswith(("SLACK_", "STORYTHREAD_", "REDIS_URL"))
    }
