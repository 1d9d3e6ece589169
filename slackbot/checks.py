"""Gold questions: who is asked one, what comes of the answers, and whose votes are not counted."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping

from slackbot import clock
from slackbot.crowd.gold import Checked, GoldAnswer, GoldQuestion
from slackbot.crowd.quorum import MODEL, Skill
from slackbot.crowd.standing import Standing, Thresholds, evidence, excluded, is_qualified
from slackbot.dialogue.domain import Domain
from slackbot.errors import Refused, Unqualified
from slackbot.learning.conversation import Conversation
from slackbot.learning.intents import intent_names
from slackbot.learning.promoting import promoted
from slackbot.learning.question import ClosedQuestion
from slackbot.store import Store
from slackbot.store.gold import Gold

#: Where a share of wrong answers is told to its person, once.
WARNING = (
    ":warning: Several of your answers differ from what was agreed on or is known to be right. "
    "Please take your time, and press *Not sure* where you are not."
)


class Checks:
    """Every method raises StoreUnavailable."""

    def __init__(
        self,
        store: Store,
        gold: Gold,
        skills: Callable[[str], Awaitable[Mapping[str, Skill]]],
        may_see: Callable[[str, str], Awaitable[bool]],
        thresholds: Thresholds,
        *,
        share: float,
        voters: int,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``share`` of the votes are followed by a gold question; ``voters`` who agree make one.

        ``may_see`` says of a person and a channel whether what is said there may be shown to them.
        """
        self._store, self._gold, self._skills, self._thresholds = store, gold, skills, thresholds
        self._may_see = may_see
        self._share, self._voters, self._chance = share, voters, chance

    @property
    def described(self) -> str:
        """How gold questions come about, for people."""
        asked = f"{self._share:.0%} of the votes are followed by one" if self._share else "none are asked after votes"
        return f"{self._voters} people who all agree, or a ruling, make one; {asked}."

    async def known(self, team: str) -> Checked:
        """All that is known."""
        gold = await self._gold.questions(team)
        skills, warned = await self._skills(team), await self._gold.warned(team)
        still = {one.id for one in gold}
        answers: dict[str, tuple[bool, ...]] = {}
        for one in await self._gold.answers(team):
            if one.gold in still:
                answers[one.person] = (*answers.get(one.person, ()), one.right)
        people = ({*answers, *skills} | set(warned)) - {MODEL}
        found = {name: evidence(answers.get(name, ()), skills.get(name), warned.get(name)) for name in people}
        return Checked(self._thresholds, tuple(gold), answers, found)

    async def excluded(self, team: str) -> frozenset[str]:
        """Those whose votes aren't counted in questions that open now."""
        return excluded((await self.known(team)).evidence, self._thresholds)

    async def require_qualified(self, team: str, person: str) -> None:
        """Raises Unqualified where somebody must answer gold questions before the first vote."""
        if not self._thresholds.qualification:
            return
        left, known = await self.next(team, person), await self.known(team)
        if not is_qualified(known.answers.get(person, ()), 1 if left else 0, self._thresholds):
            raise Unqualified(
                f"Before your votes count, {self._thresholds.qualification} short questions are asked whose answers "
                f"are known; {self._thresholds.qualification_share:.0%} must be right. Nothing was recorded yet."
            )

    async def next(self, team: str, person: str) -> GoldQuestion | None:
        """A gold question that the person knows nothing of yet, drawn by chance; None where there is none."""
        done = {one.gold for one in await self._gold.answers(team) if one.person == person}
        left = [one for one in await self._gold.questions(team) if one.id not in done and person not in one.people]
        channels = {one.channel for one in left}
        seen = {channel for channel in channels if await self._may_see(person, channel)}
        left = [one for one in left if one.channel in seen]
        return left[int(self._chance() * len(left)) % len(left)] if left else None

    async def choices(self, team: str, domain: Domain) -> list[str]:
        """The intents to choose from: the assistant's, and those that sessions added and agreed on."""
        names = {*intent_names(domain), *(one.intent for one in await self._gold.questions(team))}
        return sorted(names, key=str.casefold)

    async def is_due(self, team: str, person: str) -> bool:
        """Whether somebody who has just voted is asked a gold question: drawn by chance."""
        return self._share > 0 and self._chance() < self._share and await self.next(team, person) is not None

    async def answer(self, team: str, person: str, gold: str, answer: str) -> GoldQuestion:
        """Keeps an answer; the question, for what is right. Raises Refused where it can't be answered any more."""
        asked = next((one for one in await self._gold.questions(team) if one.id == gold), None)
        if asked is None or person in asked.people:
            raise Refused("This question is not asked any more.")
        given = GoldAnswer(person, gold, answer, answer == asked.intent, clock.now())
        if not await self._gold.answer(team, given):
            raise Refused("You have answered this already.")
        return asked

    async def warning(self, team: str, person: str) -> str | None:
        """What somebody is told, once, who is wrong too often."""
        known = await self.known(team)
        if known.standing(person) is not Standing.WARNED or known.evidence[person].warned_at is not None:
            return None
        return WARNING if await self._gold.warn(team, person, known.evidence[person].answers) else None

    async def promote(self, conversation: Conversation) -> None:
        """Makes gold of what was decided for certain since the last time."""
        team, questions = conversation.session.team, conversation.snapshot.questions
        seen = await self._gold.seen(team, conversation.id)
        closed = questions - (conversation.question is not None)
        if closed <= seen:
            return
        records = [ClosedQuestion.from_dict(one) for one in await self._store.closed_questions(conversation.id)]
        channel = conversation.session.channel
        new = [promoted(conversation.id, channel, one, self._voters) for one in records if int(one.question.id) > seen]
        await self._gold.promote(team, conversation.id, [one for one in new if one], closed)

    async def drop(self, team: str, conversation: str, question: str) -> None:
        """A question that is asked again is gold no more."""
        await self._gold.drop(team, f"{conversation}:{question}")
