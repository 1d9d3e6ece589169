"""The assistant learns while somebody teaches it in the terminal: beside them, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from slackbot.learning.assistant import Assistant
from slackbot.learning.renewal import Renewal
from slackbot.store.models import Models

#: Seconds that a training may take to stop.
_STOP = 10.0


class Trainer:
    """Runs one training at a time, with the ``storythread train`` of this installation."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self._folder, self._url = folder, redis_url
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self) -> None:
        """Begins a training unless one is under way."""
        if self._process is not None and self._process.returncode is None:
            return
        command = [sys.executable, "-m", "slackbot", "train", "--project", str(self._folder)]
        self._process = await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, "REDIS_URL": self._url},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
        )

    async def close(self) -> None:
        """Stops a training that is under way: what it learns from is kept."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP)
        except TimeoutError:
            process.kill()
            await process.wait()


class News:
    """Says once of each new model that it is in use."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._told = assistant.model.version

    def __call__(self) -> str | None:
        """A line for people, if there is something new."""
        version = self._assistant.model.version
        if version == self._told:
            return None
        self._told = version
        return f"The assistant has learned from what you taught it (model version {version})."


@asynccontextmanager
async def learning(assistant: Assistant, folder: Path, redis_url: str) -> AsyncIterator[News]:
    """Keeps the assistant at the newest model, trained anew after each turn in which something was corrected."""
    trainer = Trainer(folder, redis_url)
    with Models.at(redis_url) as models:
        renewing = asyncio.create_task(Renewal(assistant, models, trainer.ask).run(), name="learning")
        try:
            yield News(assistant)
        finally:
            while not renewing.done():  # a cancellation may be swallowed by Redis's client
                renewing.cancel()
                await asyncio.wait({renewing}, timeout=1)
            await trainer.close()
