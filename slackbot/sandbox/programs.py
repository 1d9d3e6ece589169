"""The app and the worker as processes of their own, which end with this one and are started again if they die."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

#: Seconds that a process may take to stop.
STOP = 20.0
#: Seconds before a process that died is started again; longer each time, until it has lived for a while.
_AGAIN_AFTER, _AGAIN_AT_MOST, _A_WHILE = 1.0, 30.0, 60.0

#: What begins a line that says what went wrong.
_SAYS = "storythread: "


class Program:
    """One command of ``storythread`` in a process of its own.

    What it says on standard error goes to the file `log`, or, where none is named, to ours if `heard`, else nowhere.
    """

    def __init__(
        self, command: str, environment: Mapping[str, str], *, log: Path | None = None, heard: bool = False
    ) -> None:
        self.command, self.log = command, log
        self._environment, self._heard = dict(environment), heard
        self._log_begins = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it."""
        stderr = self.log.open("ab") if self.log else None if self._heard else subprocess.DEVNULL
        self._log_begins = self.log.stat().st_size if self.log else 0
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "slackbot.sandbox.child",
                self.command,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE,  # closed, it ends
                stderr=stderr,
                start_new_session=True,  # Ctrl-C is ours; we stop it in order
            )
        finally:
            if self.log and stderr and not isinstance(stderr, int):
                stderr.close()

    @property
    def has_ended(self) -> bool:
        """Whether it is not, or no longer, running."""
        return self._process is None or self._process.returncode is not None

    def complaint(self) -> str | None:
        """What it has said of why it ended, as it says so: in one line after its name. None where that isn't known."""
        if self.log is None:
            return None
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            lines = log.read().decode(errors="replace").splitlines()
        return lines[-1].removeprefix(_SAYS) if lines and lines[-1].startswith(_SAYS) else None

    async def stop(self) -> None:
        """Ask it to stop, and end it if it doesn't within the bound."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()

    async def keep_running(self, say: Callable[[str], None]) -> None:
        """Start it again whenever it dies, and say so. Until it is cancelled."""
        pause, loop = _AGAIN_AFTER, asyncio.get_running_loop()
        while self._process is not None:
            begun = loop.time()
            status = await self._process.wait()
            where = f"; what it said is in {self.log}" if self.log else ""
            say(f"`storythread {self.command}` ended by itself (status {status}) and is started again{where}")
            pause = _AGAIN_AFTER if loop.time() - begun > _A_WHILE else min(2 * pause, _AGAIN_AT_MOST)
            await asyncio.sleep(pause)
            await self.start()
