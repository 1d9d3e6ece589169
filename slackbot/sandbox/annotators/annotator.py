"""One simulated annotator: looks at a card, thinks for a while, and answers with the buttons that everybody has."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from slackbot.blocks.card import ACCEPT, CHANGE
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.errors import StorythreadError
from slackbot.sandbox.annotators.knowledge import Knowledge
from slackbot.sandbox.cards import Reading, button, question_of, read_card
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.people import Person
from slackbot.sandbox.sandbox import Sandbox
from slackbot.sandbox.shapes import JSON

log = logging.getLogger(__name__)

#: How many questions an annotator remembers to have answered.
_MEMORY = 1000
#: Among how many of the likeliest other answers one who errs picks.
_PLAUSIBLE = 5
#: Seconds until a modal must be there; where the app refuses, it tells the person otherwise.
_MODAL_BOUND = 5.0


class Pace(Enum):
    """Seconds that an annotator thinks, at least and at most."""

    HUMAN = (2.0, 9.0)
    FAST = (0.02, 0.2)


@dataclass(frozen=True)
class Decision:
    """What to answer: ``right``, or wrong in one field of the modal. `dice` decides what is picked there."""

    right: bool
    field: str
    dice: random.Random


class Annotator:
    """Answers questions one after the other, each once; and again when another intent was decided than one's own.

    What is answered depends on `seed`, the name, and which question it is; not on when.
    """

    def __init__(
        self, slack: Sandbox, person: Person, knowledge: Knowledge, *, skill: float, pace: Pace, seed: int
    ) -> None:
        self.person, self.skill = person, skill
        self._slack, self._knowledge, self._pace = slack, knowledge, pace
        self._seed = f"{seed}|{person.name}"
        self._thinking = random.Random(f"{self._seed}|thinking")
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._answered: deque[str] = deque(maxlen=_MEMORY)
        #: The intent of one's own vote by question, as far as it is remembered.
        self._meant: dict[str, str | None] = {}
        self._met: Counter[str] = Counter()

    def notice(self, channel: str, ts: str) -> None:
        """A card is there, or has changed."""
        self._waiting.put_nowait((channel, ts))

    async def run(self) -> None:
        """Answer what was noticed, until it is cancelled."""
        while True:
            channel, ts = await self._waiting.get()
            question = self._question(channel, ts)
            if question is None or question in self._answered:
                continue
            await asyncio.sleep(self._thinking.uniform(*self._pace.value))
            if self._question(channel, ts) == question:
                self._answered.append(question)
                self._forget()
                await self._answer(channel, ts)

    def decide(self, card: Reading) -> Decision:
        """What to answer to a card. The same card met again may be answered otherwise."""
        key = f"{card.said}|{card.intent}|{card.intent_is_open}|{','.join(card.actions)}"
        self._met[key] += 1
        dice = random.Random(f"{self._seed}|{key}|{self._met[key]}")
        right = dice.random() < self.skill
        on_intent = card.intent_is_open and (not card.actions or dice.random() < 0.7)
        return Decision(right, PICK_INTENT if on_intent else PICK_ACTION, dice)

    async def _answer(self, channel: str, ts: str) -> None:
        message = self._message(channel, ts)
        if message is None:
            return
        card = read_card(message)
        decision = self.decide(card)
        self._meant[question_of(message) or ""] = card.intent
        correction = self._knowledge.correction(card)
        try:
            if decision.right and correction is None:
                if button(message, ACCEPT):
                    await self.person.press(channel, ts, ACCEPT)
                return
            await self.person.press(channel, ts, CHANGE)
            await self._slack.wait_for(lambda: self.person.view, timeout=_MODAL_BOUND)
            await self._fill_in(decision, correction)
            self._meant[question_of(message) or ""] = self._chosen(PICK_INTENT) or card.intent
            await self.person.submit()
        except (StorythreadError, ApiError, TimeoutError) as error:
            log.info("%s could not answer: %s", self.person.name, error)  # it was decided meanwhile
        finally:
            await self._close_modals()

    async def _fill_in(self, decision: Decision, correction: tuple[str, str] | None) -> None:
        if decision.right and correction is not None:
            await self.person.fill(*correction, block_id=self._first_block(correction[0]))
            return
        field = decision.field if self._blocks(decision.field) else next(iter(self._fields()), decision.field)
        block_id = self._first_block(field)
        offered = [option["value"] for option in await self.person.options(field, "", block_id)]
        avoided = {self._chosen(field), correction[1] if correction else None}
        others = [value for value in offered if value not in avoided][:_PLAUSIBLE]
        if others:
            await self.person.fill(field, decision.dice.choice(others), block_id)

    def _fields(self) -> list[str]:
        return [field for field in (PICK_INTENT, PICK_ACTION) if self._blocks(field)]

    def _blocks(self, field: str) -> list[str]:
        """The blocks of the modal that hold this field, in order."""
        values = (self.person.view or {}).get("state", {}).get("values", {})
        return [block_id for block_id, states in values.items() if field in states]

    def _first_block(self, field: str) -> str | None:
        return next(iter(self._blocks(field)), None)

    def _chosen(self, field: str) -> str | None:
        values = (self.person.view or {}).get("state", {}).get("values", {})
        state = values.get(self._first_block(field), {}).get(field, {})
        return (state.get("selected_option") or {}).get("value")

    async def _close_modals(self) -> None:
        with suppress(StorythreadError):
            if self.person.view is not None:
                await self.person.close_view(everything=True)

    def _question(self, channel: str, ts: str) -> str | None:
        """What is asked of this annotator: the rest anew, once others have decided on another intent."""
        message = self._message(channel, ts)
        question = question_of(message) if message else None
        if message is None or question is None or question not in self._meant:
            return question
        card = read_card(message)
        overruled = card.intent is not None and not card.intent_is_open and self._meant[question] != card.intent
        return f"{question} after {card.intent}" if overruled else question

    def _forget(self) -> None:
        while len(self._meant) > _MEMORY:
            del self._meant[next(iter(self._meant))]

    def _message(self, channel: str, ts: str) -> JSON | None:
        return self._slack.message(channel, ts)
