"""A conversation taught without Slack: the real store, the real loop, and people who say and vote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slackbot.core.protocol import Core
from slackbot.crowd.quorum import Rule
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.learning.closing import rows
from slackbot.learning.controls import Control
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.loop import Loop
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import ClosedQuestion, PartKind, Question
from slackbot.learning.session import Session
from slackbot.store import Store

SPEAKER, OWNER = "ada", "owner"
_INDEX = {"intent": PartKind.INTENT, "entities": PartKind.ENTITIES}


class Lesson:
    """One conversation. What people do is stored first; then the loop goes on, if ``go_on`` isn't False."""

    def __init__(self, store: Store, loop: Loop, conversation_id: str) -> None:
        self.store, self.loop, self.id = store, loop, conversation_id
        self._written = 0

    @classmethod
    async def begin(
        cls,
        store: Store,
        core: Core,
        conversation_id: str = "lesson",
        *,
        quorum: int = 1,
        channel: str = "C1",
        rule: Rule | str = "",
    ) -> Lesson:
        """Opens a conversation as /teach does."""
        session = Session(
            team="T1",
            channel=channel,
            owner=OWNER,
            speaker=SPEAKER,
            quorum=quorum,
            started_at=1_700_000_000.0,
            rule=str(rule),
        )
        first: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted(ACTION_LISTEN)]
        assert await store.create(conversation_id, session.as_dict(), rows(first), "parent")
        return cls(store, Loop(store, core), conversation_id)

    def elsewhere(self, store: Store) -> Lesson:
        """The same conversation in another process."""
        return Lesson(store, Loop(store, self.loop.core), self.id)

    # --- what people do -------------------------------------------------------------------------------------------

    async def say(self, text: str, *, go_on: bool = True) -> str:
        """The speaker writes a message; returns its ts."""
        self._written += 1
        ts = f"1700000000.{self._written:06d}"
        await self.store.take_message(self.id, ts, {"text": text})
        await self._go_on(go_on)
        return ts

    async def edit(self, ts: str, text: str | None, *, go_on: bool = True) -> str:
        """The speaker changes a message, or deletes it (None)."""
        self._written += 1
        message = {"text": text} if text else None
        outcome = await self.store.take_message(self.id, ts, message, changed=f"1700000001.{self._written:06d}")
        await self._go_on(go_on)
        return outcome

    async def accept(self, *people: str, go_on: bool = True) -> None:
        """People press *All right*, one after the other, on the card as it is before the first of them presses."""
        question = await self.question()
        for person in people:
            await self.store.vote(self.id, question.id, person, question.suggestion)
        await self._go_on(go_on)

    async def change(self, *people: str, go_on: bool = True, **answers: str) -> None:
        """People press *Change* and correct ``intent``, ``entities`` or ``action`` (the first open one, or
        ``action_2`` for the one after it).
        """
        question = await self.question()
        draft = Draft.of(self.id, question)
        for name, answer in answers.items():
            kind = _INDEX.get(name, PartKind.ACTION)
            number = int(name.removeprefix("action_")) - 1 if name.startswith("action_") else 0
            draft = draft.with_answer(draft.open_parts(kind)[number], answer)
        for person in people:
            await self.store.vote(self.id, question.id, person, draft.path)
        await self._go_on(go_on)

    async def control(self, control: Control, person: str = OWNER, *, go_on: bool = True) -> str:
        """Somebody presses a button of the session as it is shown now."""
        words = await self.loop.control(self.id, control, person, version=(await self.state()).version)
        await self._go_on(go_on)
        return words

    async def add(self, **additions: Any) -> None:
        """Somebody adds intents, actions or responses to the session."""
        await self.loop.change_session(
            self.id, lambda session: replace(session, additions=replace(session.additions, **additions))
        )

    async def _go_on(self, go_on: bool) -> None:
        if go_on:
            await self.loop.advance(self.id)

    # --- what there is --------------------------------------------------------------------------------------------

    async def state(self) -> Conversation:
        """The conversation as it is now."""
        conversation = await self.loop.read(self.id)
        assert conversation is not None
        return conversation

    async def question(self) -> Question:
        """The open question, which there is."""
        question = (await self.state()).question
        assert question is not None
        return question

    async def asks(self) -> list[str]:
        """The open question in short: its suggestions, decided ones with a tick."""
        parts = (await self.question()).parts
        return [part.answer + (" ✓" if part.decided is not None else "") for part in parts]

    async def closed(self) -> list[ClosedQuestion]:
        """The records of the closed questions."""
        return [ClosedQuestion.from_dict(record) for record in await self.store.closed_questions(self.id)]

    async def log(self) -> list[str]:
        """The log in short, without the session's start."""
        return [short(event) for event in (await self.state()).tracker.events][3:]

    async def applied(self) -> list[str]:
        """What still counts of the log, in short."""
        return [short(event) for event in (await self.state()).tracker.applied_events()]


def short(event: Event) -> str:
    """``greet``, ``utter_greet``, ``listen``, ``dish=soup`` ..."""
    match event:
        case UserUttered():
            return f"{event.intent_name}"
        case ActionExecuted(action_name=name):
            return "listen" if name == ACTION_LISTEN else str(name)
        case BotUttered(text=text):
            return f"“{text}”"
        case SlotSet(key=key, value=value):
            return f"{key}={value}"
        case Restarted():
            return "restart"
        case ActionReverted():
            return "undo"
        case UserUtteranceReverted():
            return "rewind"
    return event.type_name
