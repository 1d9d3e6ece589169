"""A real Rasa 3.6 in an environment of its own: its command line, and its server as a process."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from slackbot.core.rasa import EndpointConfig, wait_til_server_is_running

TOKEN = "sesame"
#: Seconds for training the starter project, and for a server to come up, on a machine that does other things too.
TRAINING, STARTING = 600, 300


@dataclass(frozen=True)
class Rasa:
    """The program."""

    program: Path

    def run(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """A command, waited for."""
        return subprocess.run(
            [str(self.program), *arguments],
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=TRAINING,
            check=False,
        )

    @asynccontextmanager
    async def serving(
        self, folder: Path, *, redis_port: int | None = None, port: int = 0
    ) -> AsyncIterator[EndpointConfig]:
        """``rasa run`` over the model in the folder, with its conversations in memory or in a Redis."""
        port = port or free_port()
        options = ["run", "--enable-api", "-i", "127.0.0.1", "-p", str(port), "--auth-token", TOKEN]
        with tempfile.TemporaryFile() as log:
            if redis_port is not None:
                endpoints = folder / f"endpoints-{redis_port}.yml"
                endpoints.write_text(f"tracker_store:\n  type: redis\n  url: 127.0.0.1\n  port: {redis_port}\n")
                options += ["--endpoints", str(endpoints)]
            process = await asyncio.create_subprocess_exec(
                str(self.program), *options, cwd=folder, env=environment(), stdout=log, stderr=log
            )
            try:
                endpoint = EndpointConfig(f"http://127.0.0.1:{port}", token=TOKEN)
                assert await wait_til_server_is_running(endpoint, STARTING, 0.5), _end_of(log.fileno())
                yield endpoint
            finally:
                process.kill()
                await process.wait()


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """For a program of Rasa's: quiet, and in its own environment of packages."""
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return {**clean, **quiet}


def _end_of(log: int) -> str:
    return os.pread(log, 4000, max(os.fstat(log).st_size - 4000, 0)).decode("utf-8", "replace")
