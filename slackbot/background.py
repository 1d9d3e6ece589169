"""Work that goes on after Slack has its answer: every task is held, watched, and waited for at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from slackbot.errors import StorythreadError

log = logging.getLogger(__name__)


class Background:
    """Tasks of one process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], what: str) -> None:
        """Begins work that nobody waits for. What it raises is logged; the store still knows what is to be done."""
        task = asyncio.create_task(self._watched(work, what), name=what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_doing(self, what: str) -> bool:
        """Whether work that was begun under this name is going on."""
        return any(task.get_name() == what for task in self._tasks)

    @staticmethod
    async def _watched(work: Coroutine[Any, Any, None], what: str) -> None:
        try:
            await work
        except StorythreadError as error:
            log.warning("%s: %s", what, error)
        except Exception:
            log.exception("%s failed", what)

    async def close(self, seconds: float = 10.0) -> None:
        """Waits for all work, then cancels what is left."""
        tasks = set(self._tasks)
        if not tasks:
            return
        _, left = await asyncio.wait(tasks, timeout=seconds)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=5)
