"""A stage for whole scenes: a Slack workspace, the real app over it in this process, real Redis, people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from slackbot.app import teaching_app
from slackbot.core.protocol import Core
from slackbot.receiver import slack_routes
from slackbot.sandbox import Person, Sandbox
from slackbot.settings import Settings
from slackbot.teaching import Teaching
from workers.exports import exporter

Json = dict[str, Any]


@dataclass
class Stage:
    """What is on it."""

    slack: Sandbox
    teaching: Teaching
    channel: str
    people: dict[str, Person]
    settings: Settings
    redis_url: str

    def __getattr__(self, name: str) -> Person:
        people: dict[str, Person] = self.__dict__.get("people", {})
        if name not in people:
            raise AttributeError(name)
        return people[name]

    async def teach(self, text: str = "", by: str = "ada") -> Scene:
        """Somebody types ``/teach``; the scene is the thread that it opens."""
        known = {message["ts"] for message in self.slack.messages(self.channel)}
        await self.people[by].command("/teach", text, self.channel)
        parent = await self.slack.wait_for(
            lambda: next((m for m in self.slack.messages(self.channel) if m["ts"] not in known), None)
        )
        return Scene(self, parent["ts"])


@dataclass
class Scene:
    """One session's thread."""

    stage: Stage
    ts: str

    @property
    def messages(self) -> list[Json]:
        """All of its messages."""
        return self.stage.slack.messages(self.stage.channel, self.ts)

    @property
    def text(self) -> str:
        """The thread for people."""
        return self.stage.slack.transcript(self.stage.channel, self.ts)

    async def say(self, text: str, by: str = "ada") -> str:
        """Somebody writes in the thread."""
        return await self.stage.people[by].say(self.stage.channel, text, self.ts)

    async def press(self, by: str, label: str, *, ts: str | None = None, times: int = 1) -> None:
        """Somebody presses a button of the newest message that has it."""
        await self.stage.people[by].press(self.stage.channel, ts or await self.with_button(label), label, times=times)

    async def with_button(self, label: str) -> str:
        """ts of the newest message with this button, waited for."""

        def find() -> str | None:
            return next((m["ts"] for m in reversed(self.messages) if label in labels(m)), None)

        return await self.stage.slack.wait_for(find)

    async def shows(self, text: str) -> None:
        """Waits until the thread shows a text."""
        await self.stage.slack.wait_for(lambda: text in self.text)

    async def until(self, condition: Any) -> Any:
        """Waits until a condition on the thread's messages is true."""
        return await self.stage.slack.wait_for(lambda: condition(self.messages))

    async def card(self, text: str) -> Json:
        """The open card about a message with this text, waited for."""

        def find() -> Json | None:
            return next((m for m in self.messages if f"“{text}”" in shown(m) and "Change" in labels(m)), None)

        return await self.stage.slack.wait_for(find)

    @property
    def open_cards(self) -> list[Json]:
        """The cards with buttons."""
        return [m for m in self.messages if "Change" in labels(m)]

    async def events(self) -> list[Json]:
        """The conversation's log."""
        conversation = await self.stage.teaching.store.conversation_in(self.stage.channel, self.ts)
        assert conversation is not None
        snapshot = await self.stage.teaching.store.read(conversation)
        assert snapshot is not None
        return list(snapshot.events)

    async def steps(self) -> list[str]:
        """The log in short: ``user:greet``, ``action:utter_greet``, ``undo`` ... without the session's start."""
        return [_short(event) for event in (await self.events())[3:]]


def _short(event: Json) -> str:
    match event["event"]:
        case "user":
            return f"user:{event['parse_data']['intent']['name']}"
        case "action":
            return f"action:{event['name']}"
        case "slot":
            return f"slot:{event['name']}={event['value']}"
        case other:
            return str(other)


def labels(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def shown(message: Json) -> str:
    """A message's sections and contexts."""
    texts = []
    for block in message.get("blocks", ()):
        if block["type"] == "section":
            texts.append(block["text"]["text"])
        if block["type"] == "context":
            texts += [element["text"] for element in block["elements"]]
    return "\n".join(texts)


@asynccontextmanager
async def staged(redis_url: str, core: Core, *, transport: str = "socket", **sandbox: Any) -> AsyncIterator[Stage]:
    """The stage with the real app on it, over Socket Mode or signed HTTP."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(Sandbox(**sandbox))
        settings = Settings(
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            redis_url=redis_url,
        )
        app, teaching = await stack.enter_async_context(teaching_app(settings, core, redis_url, exporter(redis_url)))
        if transport == "socket":
            handlers = [AsyncSocketModeHandler(app, slack.app_token) for _ in range(2)]
            for handler in handlers:
                stack.push_async_callback(handler.close_async)
            await asyncio.gather(*(handler.connect_async() for handler in handlers))  # type: ignore[no-untyped-call]
        else:
            runner = web.AppRunner(slack_routes(app, slack.signing_secret))
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]
            slack.request_url = f"http://127.0.0.1:{port}/slack/events"
        channel = slack.add_channel("teaching")
        people = {name: slack.add_person(name, name.capitalize()) for name in ("ada", "ben", "cleo", "dan")}
        slack.join(channel, *people.values())
        yield Stage(slack, teaching, channel, people, settings, redis_url)
