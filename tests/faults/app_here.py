"""The app as ``storythread serve`` runs it, but in this process: it starts within moments, and can be told to stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from slackbot.app import serve
from slackbot.core.protocol import Core
from slackbot.settings import Settings
from tests.faults.world import STEP
from workers.requests import WorkerRequests


class Place(Protocol):
    """Where an app runs: a world, or a stage beside whose app it is another."""

    @property
    def settings(self) -> Settings:
        """What the app is told."""

    redis_url: str


class AppHere:
    """Runs the app somewhere, stops it, and runs it again."""

    def __init__(self, made: Place, core: Core) -> None:
        self._world, self._core = made, core
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()

    async def __aenter__(self) -> AppHere:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Comes back when it is ready. Raises what it ended with, if it did."""
        url, self._ready = self._world.redis_url, asyncio.Event()
        running = serve(self._world.settings, self._core, url, WorkerRequests(url), self._ready.set)
        self._task = asyncio.create_task(running)
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._task}, timeout=STEP, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            await self._task
        assert self._ready.is_set()

    async def stop(self) -> None:
        """Shuts it down in order."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
