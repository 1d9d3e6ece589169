"""People who do anything at any time break nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from random import Random

import pytest

from slackbot.blocks.change import NAME, PICK_ACTION, PICK_INTENT, PICK_TYPE, PICK_WORDS, TEXT
from slackbot.learning.export import export_files
from slackbot.sandbox import Person
from slackbot.sandbox.errors import NotOnScreen
from tests.end_to_end.stage import Json, Scene, Stage, labels

WORDS = ["hi", "bye", "a table for 4 tonight", "yes please", "/restart", "`code` *bold*", "<x> & [a](b)", "action_back"]


class Somebody:
    """One who does one thing after the other, at random, with whatever is on their screen."""

    def __init__(self, scene: Scene, name: str, random: Random) -> None:
        self.scene, self.name, self.random = scene, name, random
        self.person: Person = scene.stage.people[name]
        self.seen: list[Json] = []
        self.said: list[str] = []

    async def act(self) -> None:
        """Something; what turns out not to be on the screen is left alone."""
        in_thread = [self.speak, self.edit, self.agree, self.agree, self.change, self.press_old, self.control]
        in_modal = [self.pick, self.pick, self.mark, self.add, self.submit, self.submit]
        choices: Sequence[Callable[[], Awaitable[None]]] = in_modal if self.person.view else in_thread
        with suppress(NotOnScreen):
            await self.random.choice(choices)()

    async def speak(self) -> None:
        self.said.append(await self.scene.say(self.random.choice(WORDS), by=self.name))

    async def edit(self) -> None:
        if self.said and self.random.random() < 0.3:
            await self.person.delete(self.scene.channel, self.said.pop())
        elif self.said:
            await self.person.edit(self.scene.channel, self.random.choice(self.said), self.random.choice(WORDS))

    async def agree(self) -> None:
        for card in self.scene.open_cards:
            self.seen.append(card)
            await self.scene.press(self.name, "All right", ts=card["ts"])

    async def change(self) -> None:
        for card in self.scene.open_cards:
            await self.scene.press(self.name, "Change", ts=card["ts"])

    async def press_old(self) -> None:
        if self.seen:
            await self.scene.press_as_seen(self.name, "All right", self.random.choice(self.seen))

    async def control(self) -> None:
        asked = [message for message in self.person.ephemerals if message.get("blocks")]
        if asked:
            await self.person.press_ephemeral(asked[-1], labels(asked[-1])[0])
        await self.scene.press(self.name, self.random.choice(["Undo", "Undo", "Restart"]), ts=self.scene.ts)

    async def pick(self) -> None:
        action_id = self.random.choice([PICK_INTENT, PICK_ACTION])
        options = await self.person.options(action_id, "")
        await self.person.fill(action_id, self.random.choice(options)["value"])

    async def mark(self) -> None:
        await self.person.fill(PICK_WORDS, ["0"])
        await self.person.fill(PICK_TYPE, self.random.choice(["dish", "brand_new"]))
        await self.person.view_press(self.random.choice(["Add entity", "Remove"]))

    async def add(self) -> None:
        button = self.random.choice(["New intent…", "New response…", "New action…"])
        await self.person.view_press(button)
        await self.person.fill(NAME, self.random.choice(["utter_x", "x", "bad name"]))
        await self.person.fill(TEXT, "X!")

    async def submit(self) -> None:
        if self.person.view and self.person.view.get("submit") and self.random.random() < 0.8:
            await self.person.submit()
        else:
            await self.person.close_view()


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_people_do_the_conversation_stays_whole(
    stage: Stage, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Every press is acknowledged, nothing fails behind it, and what was agreed can be exported."""
    scene = await stage.teach(str(1 + seed % 2))
    random = Random(seed)
    people = [Somebody(scene, name, random) for name in ("ada", "ada", "ben", "cleo")]
    for _ in range(40):
        await asyncio.gather(*(somebody.act() for somebody in random.sample(people, 2)))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert {call.error for call in stage.slack.calls} <= {None, "ratelimited"}
    conversation = await stage.conversation(scene)
    assert conversation.session.trouble is None
    domain = stage.teaching.loop.core.domain
    assert export_files(conversation.tracker, conversation.session.additions, domain, "anything")["domain.yml"]
