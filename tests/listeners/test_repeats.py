"""A press that is delivered again is handled once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from slackbot.listeners import repeats
from slackbot.listeners.repeats import Repeats

Json = dict[str, Any]


class Bolt:
    """Delivers presses to a listener, and keeps what they were acknowledged with."""

    def __init__(self) -> None:
        self.handled: list[Json] = []
        self.answers: list[Json] = []
        self.go = asyncio.Event()
        self.fails = 0
        self._listener = Repeats().once(self._listen)

    async def _listen(self, ack: Any, body: Json, payload: Json) -> None:
        self.handled.append(body)
        await self.go.wait()
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the store is down")
        await ack(response_action="clear", handled=len(self.handled))

    async def deliver(self, trigger: str | None = "t1") -> None:
        async def ack(**answer: Any) -> None:
            self.answers.append(answer)

        await self._listener(ack, {"trigger_id": trigger} if trigger else {}, {})


async def test_repeats_wait_for_the_first_and_get_its_answer() -> None:
    bolt = Bolt()
    deliveries = [asyncio.create_task(bolt.deliver()) for _ in range(3)]
    await asyncio.sleep(0)
    assert bolt.answers == []
    bolt.go.set()
    await asyncio.gather(*deliveries)
    await bolt.deliver()
    assert len(bolt.handled) == 1
    assert bolt.answers == [{"response_action": "clear", "handled": 1}] * 4


async def test_another_press_is_no_repeat() -> None:
    bolt = Bolt()
    bolt.go.set()
    for trigger in ("t1", "t2", None, None):
        await bolt.deliver(trigger)
    assert len(bolt.handled) == 4


async def test_after_a_failure_a_repeat_is_handled_anew() -> None:
    """What was not stored is not acknowledged, by any delivery."""
    bolt = Bolt()
    bolt.fails = 1
    bolt.go.set()
    first = await asyncio.gather(*(bolt.deliver() for _ in range(2)), return_exceptions=True)
    assert [type(outcome) for outcome in first] == [ConnectionError, ConnectionError]
    assert bolt.answers == []
    await bolt.deliver()
    assert len(bolt.handled) == 2
    assert len(bolt.answers) == 1


async def test_only_so_many_presses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "MOST", 2)
    bolt = Bolt()
    bolt.go.set()
    for trigger in ("t1", "t2", "t3", "t3", "t1"):
        await bolt.deliver(trigger)
    assert len(bolt.handled) == 4
