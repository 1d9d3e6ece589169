"""The same press delivered again: it is handled once, and every delivery gets the same answer.

Only within a process, to spare people from being told things twice; what is stored guards itself.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from slackbot.listeners.parsing import Json

Ack = Callable[..., Awaitable[Any]]
Listener = Callable[[Ack, Json, Json], Awaitable[None]]

#: Presses that are remembered.
MOST = 1000


class Repeats:
    """The presses of late, each known by its trigger: Slack makes one for every press."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, asyncio.Task[Json]] = OrderedDict()

    def once(self, listener: Listener) -> Callable[..., Awaitable[None]]:
        """The listener, for Bolt. A repeat waits for the first delivery; one that failed is handled anew."""

        async def receive(ack: Ack, body: Json, payload: Json) -> None:
            trigger = body.get("trigger_id")
            known = self._answers.get(trigger or "")
            if known is not None:
                await ack(**await asyncio.shield(known))
                return
            handling = asyncio.create_task(_answered(listener, ack, body, payload))
            if trigger:
                self._remember(trigger, handling)
            await handling

        return receive

    def _remember(self, trigger: str, handling: asyncio.Task[Json]) -> None:
        def forget_failure(done: asyncio.Task[Json]) -> None:
            if done.cancelled() or done.exception() is not None:
                self._answers.pop(trigger, None)

        self._answers[trigger] = handling
        handling.add_done_callback(forget_failure)
        if len(self._answers) > MOST:
            self._answers.popitem(last=False)


async def _answered(listener: Listener, ack: Ack, body: Json, payload: Json) -> Json:
    """Runs the listener; what it acknowledged the delivery with."""
    answer: Json = {}

    async def acknowledge(**given: Any) -> None:
        answer.update(given)
        await ack(**given)

    await listener(acknowledge, body, payload)
    return answer
