"""A lesson played from a script of acts, while processes go on, race and die."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.errors import Conflict, Refused
from slackbot.learning.controls import Control
from slackbot.learning.draft import Draft
from slackbot.learning.loop import Loop
from slackbot.learning.question import PartKind
from slackbot.store import Store
from tests.learning.failing import Died, DyingStore, InterruptedCore
from tests.learning.invariants import Known, check
from tests.learning.lesson import Lesson

#: The name of what somebody does, or of what happens then, and its details.
Act = tuple[Any, ...]
TEXTS = ("hi", "bye", "a soup", "one pie please", "pay", "never heard of")
ANSWERS = {
    PartKind.INTENT: ("greet", "bye", "order", "pay"),
    PartKind.ENTITIES: ("[]", '[{"end":1,"entity":"dish","start":0,"value":"x"}]'),
    PartKind.ACTION: ("utter_greet", "utter_dish", "action_pay", "action_listen"),
}
CONTROLS = {control.value: control for control in Control}
PEOPLE = ("ben", "cleo", "dan", "eve")


@dataclass
class Rehearsal:
    """A lesson that is played from a script."""

    lesson: Lesson
    core: BuiltinCore
    other: Redis
    known: Known = field(default_factory=Known)
    written: list[tuple[str, str | None, str]] = field(default_factory=list)

    async def play(self, act: Act, going_on: Act) -> None:
        """One act, and what happens then."""
        await self.do(act)
        await check(self.lesson, self.known)
        match going_on:
            case ("goes on",):
                await self.lesson.loop.advance(self.lesson.id)
            case ("races",):
                elsewhere = Loop(Store(self.other), self.core)
                await asyncio.gather(*(loop.advance(self.lesson.id) for loop in (self.lesson.loop, elsewhere)))
            case ("dies", moments):
                with suppress(Died):
                    await Loop(DyingStore(self.other, moments), self.core).advance(self.lesson.id)
            case ("meanwhile", calls, other_act):
                await self.interrupt(calls, other_act)
        await check(self.lesson, self.known)

    async def interrupt(self, calls: int, act: Act) -> bool:
        """Another process goes on; after so many calls of its core, somebody does something. False if it made none."""
        core = InterruptedCore(self.core, calls, lambda: self.do(act))
        await Loop(Store(self.other), core).advance(self.lesson.id)
        return core.happened

    async def do(self, act: Act) -> None:
        """What somebody does, if they can."""
        name, *details = act
        if name in CONTROLS:
            with suppress(Refused, Conflict):
                state = await self.lesson.state()
                await Loop(self.lesson.store, self.core).control(
                    self.lesson.id, CONTROLS[name], "owner", version=state.version
                )
            return
        handlers: dict[str, Callable[..., Awaitable[None]]] = {
            "say": self._say, "edit": self._edit, "repeat": self._repeat,
            "accept": self._accept, "change": self._change,
        }  # fmt: skip
        await handlers[name](*details)

    async def _say(self, text: str) -> None:
        if (await self.lesson.state()).is_open:
            ts = await self.lesson.say(text, go_on=False)
            self.known.messages[ts] = text
            self.written.append((ts, text, "0"))

    async def _edit(self, number: int, text: str | None) -> None:
        alive = [ts for ts, text in self.known.messages.items() if text is not None]
        if alive and (await self.lesson.state()).is_open:
            ts = alive[number % len(alive)]
            if await self.lesson.edit(ts, text, go_on=False) == "changed":
                self.known.messages[ts] = text
            self.written.append((ts, text, f"1700000001.{self.lesson._written:06d}"))

    async def _repeat(self, number: int) -> None:
        """Slack delivers something once more."""
        if self.written:
            ts, text, changed = self.written[number % len(self.written)]
            message = {"text": text} if text else None
            assert await self.lesson.store.take_message(self.lesson.id, ts, message, changed=changed) == "repeated"

    async def _accept(self, person: str) -> None:
        question = (await self.lesson.state()).question
        if question is not None:
            await self._vote(question.id, person, question.suggestion)

    async def _change(self, person: str, part: int, answer: int) -> None:
        question = (await self.lesson.state()).question
        if question is not None and question.open_parts:  # there are none while a decided action is yet to be run
            draft = Draft.of(self.lesson.id, question)
            index = draft.decided + part % (len(draft.kinds) - draft.decided)
            choice = ANSWERS[draft.kinds[index]]
            await self._vote(question.id, person, draft.with_answer(index, choice[answer % len(choice)]).path)

    async def _vote(self, question_id: str, person: str, path: tuple[str, ...]) -> None:
        for one in PEOPLE if person == "all" else (person,):
            if await self.lesson.store.vote(self.lesson.id, question_id, one, path):
                self.known.votes.append((question_id, one, path))
