"""All simulated annotators of a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slackbot.sandbox.annotators.annotator import Annotator
from slackbot.sandbox.cards import question_of
from slackbot.sandbox.changes import Change
from slackbot.sandbox.sandbox import Sandbox

_KINDS = {"message", "message_changed"}


class Crowd:
    """Shows every open card of some channels to every annotator."""

    def __init__(self, slack: Sandbox, annotators: Sequence[Annotator], channels: Sequence[str]) -> None:
        self._slack, self._annotators, self._channels = slack, tuple(annotators), tuple(channels)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They answer what is open, and what comes, until this is left. Raises what ended one of them."""
        changes = self._slack.changes()
        for channel in self._channels:
            for message in self._slack.messages(channel):
                self._show(channel, message)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(annotator.run()) for annotator in self._annotators]
            tasks.append(group.create_task(self._follow(changes)))
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()

    async def _follow(self, changes: AsyncIterator[Change]) -> None:
        async for change in changes:
            if change["type"] in _KINDS and change["channel"] in self._channels:
                self._show(change["channel"], change["message"])

    def _show(self, channel: str, message: Change) -> None:
        if question_of(message) is not None:
            for annotator in self._annotators:
                annotator.notice(channel, message["ts"])
