"""Processes that die at a chosen moment or are overtaken, and cores during whose work something happens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis

from slackbot.core.protocol import Core, Prediction
from slackbot.dialogue.events import Event
from slackbot.dialogue.tracker import Tracker
from slackbot.store import Commit, Snapshot, Store


class Died(BaseException):
    """What a process does next, it does no more."""


class DyingStore(Store):
    """The store as a process uses it that dies before or after one of its calls.

    ``moments`` are counted down: one before each call, one after it.
    """

    def __init__(self, redis: Redis, moments: int) -> None:
        super().__init__(redis)
        self._moments = moments

    def _pass(self) -> None:
        if self._moments == 0:
            raise Died
        self._moments -= 1

    async def read(self, conversation_id: str, since: int = 0) -> Snapshot | None:
        self._pass()
        snapshot = await super().read(conversation_id, since)
        self._pass()
        return snapshot

    async def commit(self, conversation_id: str, commit: Commit) -> int:
        self._pass()
        version = await super().commit(conversation_id, commit)
        self._pass()
        return version

    async def settle(self, conversation_id: str, due: float) -> None:
        self._pass()
        await super().settle(conversation_id, due)
        self._pass()


class OvertakenStore(Store):
    """The store as a process uses it that reads, and then something else happens before it writes; once."""

    def __init__(self, redis: Redis, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(redis)
        self._meanwhile: Callable[[], Awaitable[object]] | None = meanwhile

    async def commit(self, conversation_id: str, commit: Commit) -> int:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return await super().commit(conversation_id, commit)


class InterruptedCore:
    """A core during one of whose calls, while the loop waits for its answer, something else happens."""

    def __init__(self, core: Core, calls: int, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self.domain, self._core = core.domain, core
        self._calls, self._meanwhile = calls, meanwhile
        self.happened = False

    async def _wait(self) -> None:
        self._calls -= 1
        if self._calls == -1:
            self.happened = True
            await self._meanwhile()

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        answer = await self._core.parse(text, tracker)
        await self._wait()
        return answer

    async def predict(self, tracker: Tracker) -> Prediction:
        answer = await self._core.predict(tracker)
        await self._wait()
        return answer

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        answer = await self._core.execute(tracker, action, policy=policy, confidence=confidence)
        await self._wait()
        return answer

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        return self._core.runs_elsewhere(action, tracker)
