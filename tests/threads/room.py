"""A channel of a workspace, and processes that draw a lesson's thread in it: real Slack client, real store."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox import Sandbox
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.server import connect
from slackbot.threads import Slack, Threads
from slackbot.threads.client import slack_of
from tests.learning.lesson import Lesson

Json = dict[str, Any]


@dataclass
class Process:
    """What one process of the app has: its connections, its loop, its drawings."""

    lesson: Lesson
    slack: Slack
    threads: Threads

    async def draw(self) -> None:
        """Draws until all is drawn."""
        await self.threads.draw(self.lesson.id)


@dataclass
class Room:
    """A channel, and the thread of one lesson in it."""

    sandbox: Sandbox
    channel: str
    core: BuiltinCore
    redis_url: str
    stack: AsyncExitStack
    processes: list[Process] = field(default_factory=list)

    async def process(self, *, updates_per_minute: int = 45, quorum: int = 2, api_url: str | None = None) -> Process:
        """One more process. The first one opens the lesson."""
        store = Store(await self.stack.enter_async_context(connect(self.redis_url)))
        http = await self.stack.enter_async_context(aiohttp.ClientSession())
        settings = Settings(
            slack_bot_token=self.sandbox.bot_token,
            slack_api_url=api_url or self.sandbox.api_url,
            updates_per_minute=updates_per_minute,
        )
        slack = slack_of(settings, http)
        if self.processes:
            lesson = self.processes[0].lesson.elsewhere(store)
        else:
            lesson = await Lesson.begin(store, self.core, quorum=quorum, channel=self.channel)
        process = Process(lesson, slack, Threads(store, lesson.loop.read, slack))
        self.processes.append(process)
        return process

    # --- what Slack shows -----------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[Json]:
        """All messages of the channel, replies too."""
        return self.sandbox.messages(self.channel)

    @property
    def names(self) -> list[str]:
        """The names under which the messages were posted, in order."""
        return [name for message in self.messages if (name := _name(message))]

    def message(self, name: str) -> Json:
        """The message with that name, of which there is one."""
        [found] = [message for message in self.messages if _name(message) == name]
        return found

    def text(self, name: str) -> str:
        """What that message shows."""
        return self.sandbox.describe(self.message(name))

    def calls(self, *methods: str) -> list[str]:
        """The methods that were called, in order, of these."""
        return [call.method for call in self.sandbox.calls if call.method in methods]

    async def delete(self, name: str) -> None:
        """Somebody with the right to do so deletes a message of the app."""
        backend = self.sandbox._backend
        backend.messages.delete(backend.workspace.channel(self.channel), self.message(name)["ts"])

    def response_url(self, name: str) -> str:
        """The response_url of a press on a message."""
        ts = self.message(name)["ts"]
        return self.sandbox._backend.response_urls.new("actions", "U1", self.channel, ts)


def _name(message: Json) -> str | None:
    """The name under which a message was posted; None for what a deleted parent leaves."""
    return str(message["metadata"]["event_payload"]["name"]) if "metadata" in message else None
