"""A stage for whole scenes: a Slack workspace, the real app over it in this process, real Redis, people."""

from __future__ import annotations

import asyncio
import copy
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from slackbot.app import teaching_app
from slackbot.blocks.card import CHANGE
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.blocks.mrkdwn import quote
from slackbot.core.protocol import Core
from slackbot.crowd.quorum import Fixed
from slackbot.dialogue.yamlfile import read_yaml
from slackbot.learning.conversation import Conversation
from slackbot.learning.renewal import Renewal
from slackbot.receiver import slack_routes
from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.payloads import InMessage
from slackbot.settings import Settings, bundled
from slackbot.store import server
from slackbot.teaching import Teaching
from slackbot.threads import threads
from workers.requests import WorkerRequests

Json = dict[str, Any]
#: The settings that a scene wants, of the people and the workspace.
Chosen = Callable[[dict[str, Person], Sandbox], Json]
#: Seconds that an acknowledgement is waited for: Slack waits 3, but these scenes also run on crowded machines.
PATIENCE = 60.0
#: Seconds that a worker may take to start and to post the files, on a machine that does other things too.
WORKER_BOUND = 60.0


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

    async def teach(self, text: str = "", by: str = "ada", channel: str | None = None) -> Scene:
        """Somebody types ``/teach``; the scene is the thread that it opens."""
        place = channel or self.channel
        known = {message["ts"] for message in self.slack.messages(place)}
        await self.command(text, by, place)
        parent = await self.slack.wait_for(
            lambda: next((m for m in self.slack.messages(place) if m["ts"] not in known), None)
        )
        async with asyncio.timeout(PATIENCE):
            while not await self.teaching.store.conversation_in(place, parent["ts"]):  # noqa: ASYNC110  it is in Redis
                await asyncio.sleep(0.01)
        return Scene(self, parent["ts"], place)

    async def command(self, text: str, by: str = "ada", channel: str | None = None) -> str:
        """Somebody types ``/teach``; what they alone see then."""
        answer = await self.people[by].command("/teach", text, channel or self.channel)
        return str((answer or {}).get("text", ""))

    async def conversation(self, scene: Scene) -> Conversation:
        """What the store holds of a scene."""
        conversation_id = await self.teaching.store.conversation_in(scene.channel, scene.ts)
        conversation = await self.teaching.loop.read(conversation_id or "")
        assert conversation is not None
        return conversation

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Around a loop that looks for something in Redis and takes a ``breath`` each time."""
        async with asyncio.timeout(PATIENCE):
            yield

    async def breath(self) -> None:
        """A moment in which others go on."""
        await asyncio.sleep(0.02)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[None]:
        """A real worker process, ``storythread work``, with this stage's settings."""
        environment = {**os.environ, **self.settings.as_environment(), "STORYTHREAD_LOG_LEVEL": "ERROR"}
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "slackbot", "work", env=environment)
        try:
            yield
        finally:
            process.terminate()
            async with asyncio.timeout(WORKER_BOUND):
                await process.wait()


@dataclass
class Scene:
    """One session's thread."""

    stage: Stage
    ts: str
    channel: str

    @property
    def messages(self) -> list[Json]:
        """All of its messages."""
        return self.stage.slack.messages(self.channel, self.ts)

    @property
    def parent(self) -> Json:
        """Its first message."""
        return self.messages[0]

    @property
    def text(self) -> str:
        """The thread for people."""
        return self.stage.slack.transcript(self.channel, self.ts)

    async def say(self, text: str, by: str = "ada") -> str:
        """Somebody writes in the thread."""
        return await self.stage.people[by].say(self.channel, text, self.ts)

    async def press(self, by: str, label: str, *, ts: str | None = None, times: int = 1) -> None:
        """Somebody presses a button of the newest message that has it."""
        await self.stage.people[by].press(self.channel, ts or await self.with_button(label), label, times=times)

    async def press_as_seen(
        self, by: str, label: str, message: Json, *, value: str | None = None, times: int = 1
    ) -> None:
        """Somebody presses a button of a message as it was once, or is elsewhere, or with a value of their own."""
        seen = copy.deepcopy(message)
        for element in (element for block in seen["blocks"] for element in block.get("elements", ())):
            if value is not None and "value" in element:
                element["value"] = value
        place = self.stage.slack._backend.workspace.channel(self.channel)
        await self.stage.people[by]._hands.use(InMessage(place, seen), label, times=times)

    async def agree(self, *people: str, times: int = 1) -> None:
        """Presses *All right* on the open card, one person after the other, and waits until it is decided."""
        for _ in range(times):
            await self.settled()
            card = await self.until(lambda _: next(iter(self.open_cards), None))
            for name in people or ("ben",):
                await self.press(name, "All right", ts=card["ts"])
            await self.until(lambda _, ts=card["ts"]: "Agreed by" in shown(self.message(ts)))

    async def teach_turn(self, text: str, *people: str) -> None:
        """The speaker writes, and everything that is suggested is agreed until it is the speaker's turn again."""
        await self.say(text)
        card = await self.card(text)
        while True:
            await self.agree(*people)
            if "wait for" in shown(self.message(card["ts"])):
                return
            known = card["ts"]
            card = await self.until(lambda _, known=known: next((c for c in self.open_cards if c["ts"] != known), None))

    async def change(self, by: str, *, intent: str | None = None, action: str | None = None) -> None:
        """Somebody presses *Change*, picks another intent or another first action, and votes."""
        person = await self.open_change(by)
        if intent:
            await person.fill(PICK_INTENT, intent)
        if action:
            await person.fill(PICK_ACTION, action)
        answer = await person.submit()
        assert answer == {"response_action": "clear"}, answer

    async def open_change(self, by: str) -> Person:
        """Somebody presses *Change* on the open card and has the modal before them."""
        await self.press(by, CHANGE, ts=await self.with_button("Change"))
        return self.stage.people[by]

    def message(self, ts: str) -> Json:
        """The message as it is now."""
        return next(message for message in self.messages if message["ts"] == ts)

    async def settled(self) -> None:
        """Waits until everything that follows from what people did is done, and the thread shows it."""
        store = self.stage.teaching.store
        async with asyncio.timeout(PATIENCE):
            while True:
                conversation = await self.stage.conversation(self)
                if conversation.snapshot.due is None and not await store.redraws(conversation.id):
                    return
                await asyncio.sleep(0.02)

    async def told(self, who: str, text: str) -> Json:
        """Waits until somebody alone is shown a text; the message."""
        person = self.stage.people[who]

        def find() -> Json | None:
            return next((m for m in reversed(person.ephemerals) if text in m["text"]), None)

        return await self.stage.slack.wait_for(find)

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
            return next((m for m in self.messages if quote(text, 1000) in shown(m) and "Change" in labels(m)), None)

        return await self.stage.slack.wait_for(find)

    @property
    def open_cards(self) -> list[Json]:
        """The cards with buttons."""
        return [m for m in self.messages if "Change" in labels(m)]

    async def events(self) -> list[Json]:
        """The conversation's log."""
        conversation = await self.stage.teaching.store.conversation_in(self.channel, self.ts)
        assert conversation is not None
        snapshot = await self.stage.teaching.store.read(conversation)
        assert snapshot is not None
        return list(snapshot.events)

    async def files(self) -> dict[str, str]:
        """The files in the thread, waited for until the session is finished."""
        await self.stage.slack.wait_for(lambda: "in the thread" in shown(self.parent), timeout=WORKER_BOUND)
        return {
            file.name: file.content.decode(errors="replace")
            for file in self.stage.slack.files
            if file.thread_ts == self.ts
        }

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


def field(person: Person, action_id: str, place: int = 0) -> Json:
    """What stands in a field of the modal on top: its state."""
    assert person.view is not None
    states = [states[action_id] for states in person.view["state"]["values"].values() if action_id in states]
    return dict(states[place])


def chosen(person: Person, action_id: str, place: int = 0) -> str | None:
    """The value of the option that is chosen."""
    option = field(person, action_id, place)["selected_option"]
    return option and str(option["value"])


def labels(message: Json) -> list[str]:
    """The texts of a message's buttons."""
    return [
        element["text"]["text"]
        for block in message.get("blocks", ())
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
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
async def staged(
    redis_url: str,
    core: Core,
    *,
    transport: str = "socket",
    chosen: Chosen = lambda _, __: {},
    renewal: Renewal | None = None,
    **sandbox: Any,
) -> AsyncIterator[Stage]:
    """The stage with the real app on it, over Socket Mode or signed HTTP. What is in no hurry is drawn soon.

    One person's word decides, and no gold questions follow, unless the settings that ``chosen`` gives for these people
    and this workspace, or a session, say otherwise.
    """
    threads.BUNDLE = 0.1
    sandbox.setdefault("ack_timeout", PATIENCE)
    sandbox.setdefault("manifest", read_yaml(bundled("manifest.yml")))
    async with AsyncExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(server, "_COMMAND_BOUND", PATIENCE)
        slack = await stack.enter_async_context(Sandbox(**sandbox))
        channel = slack.add_channel("teaching")
        people = {name: slack.add_person(name, name.capitalize()) for name in ("ada", "ben", "cleo", "dan")}
        slack.join(channel, *people.values())
        settings = Settings(
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            redis_url=redis_url,
            **{"quorum": Fixed(1), "gold_share": 0.0, **chosen(people, slack)},
        )
        app, teaching = await stack.enter_async_context(
            teaching_app(settings, core, redis_url, WorkerRequests(redis_url), renewal)
        )
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
        yield Stage(slack, teaching, channel, people, settings, redis_url)
