"""Twenty annotators of mixed skill, three of whom press at random, teach in the whole workspace."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import Posterior
from slackbot.crowd.standing import Standing
from slackbot.learning.question import ClosedQuestion, How
from slackbot.sandbox import Person
from tests.end_to_end.stage import Scene, Stage, staged
from workers.crowd import _estimate_skills

LOG = logging.getLogger(__name__)
SEED, QUESTIONS, ESTIMATED_EVERY = 7, 80, 5
#: The skilled are right from two to more than nine times of ten. Who errs, errs in a common way three times of ten.
SKILLED, LEAST, MOST, TEMPTED = 17, 0.2, 0.95, 0.3
#: Who is right more often than this also agrees with what the assistant would do then, and must not be excluded.
GOOD = 0.6
RULE = Posterior(0.9, 5, 9)


@dataclass
class Classroom:
    """The annotators, what they know, and how sure their hands are."""

    scene: Scene
    intents: tuple[str, ...]
    #: Name to the share of right answers; None for who presses at random.
    skills: dict[str, float | None]
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    truths: dict[str, str] = field(default_factory=dict)

    async def ask(self, number: int) -> None:
        """One turn: people in random order say what it means, then others agree with what follows."""
        text = f"utterance number {number}"
        truth, tempting = self.dice.sample(self.intents, 2)
        self.truths[text] = truth
        await self.scene.say(text)
        card = await self.scene.card(text)
        for name in self.dice.sample(sorted(self.skills), len(self.skills)):
            await self.scene.change(name, intent=self._answer(name, truth, tempting))
            if await self._is_known():
                break
            if await self._is_disputed():
                await self._decide(card["ts"], truth)
                break
        await self._agree_on_the_rest()

    def _answer(self, name: str, truth: str, tempting: str) -> str:
        skill = self.skills[name]
        if skill is None:
            return self.dice.choice(self.intents)
        if self.dice.random() < skill:
            return truth
        wrong = [intent for intent in self.intents if intent != truth]
        return tempting if self.dice.random() < TEMPTED else self.dice.choice(wrong)

    async def _is_known(self) -> bool:
        await self.scene.settled()
        question = (await self.scene.stage.conversation(self.scene)).question
        return question is None or bool(question.decided)

    async def _is_disputed(self) -> bool:
        question = (await self.scene.stage.conversation(self.scene)).question
        return question is not None and question.dispute is not None

    async def _decide(self, ts: str, truth: str) -> None:
        owner = self.scene.stage.ada
        await self.scene.press("ada", "Decide…", ts=ts)
        await owner.fill("pick_intent", truth)
        await owner.fill("reason", "known")
        await owner.submit()
        assert await self._is_known()

    async def _agree_on_the_rest(self) -> None:
        """Five good ones agree with everything until it is the speaker's turn, each with a double press."""
        good = [name for name, skill in self.skills.items() if (skill or 0) > GOOD]
        while not (await self.scene.stage.conversation(self.scene)).tracker.is_listening or self.scene.open_cards:
            for card in self.scene.open_cards:
                names = self.dice.sample(good, RULE.minimum)
                await asyncio.gather(*(self.scene.press(name, "All right", ts=card["ts"], times=2) for name in names))
            await self.scene.settled()


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_agreed_answers_are_right_more_often_than_the_majority_and_who_guesses_is_found(
    redis_url: str, bistro: BuiltinCore
) -> None:
    chosen = {"quorum": RULE, "judged_from": 6, "most_share": 0.2, "updates_per_minute": 100_000}
    async with staged(redis_url, bistro, chosen=lambda _, __: chosen, rate_limits=False) as stage:
        room = await classroom(stage)
        team = (await stage.conversation(room.scene)).session.team
        for number in range(QUESTIONS):
            await room.ask(number)
            if number % ESTIMATED_EVERY == ESTIMATED_EVERY - 1:
                await _estimate_skills(redis_url, team)
        closed = await records(stage, room.scene)

        assert_nobody_is_counted_twice(closed)
        by_votes = [one for one in closed if one.question.parts[0].how is How.VOTES]
        assert len(by_votes) > 0.9 * QUESTIONS
        agreed = sum(one.question.parts[0].decided == room.truths[one.question.message.text] for one in by_votes)
        majority = sum(of_majority(one, room.truths[one.question.message.text]) for one in by_votes)
        assert agreed > majority, f"of {len(by_votes)}, {agreed} right; by majority of the same votes {majority:.1f}"
        LOG.info("of %d questions %d right, by majority of the same votes %.1f", len(by_votes), agreed, majority)
        known = await stage.teaching.checks.known(team)
        found = {name for name in room.skills if known.standing(stage.people[name].id) is Standing.EXCLUDED}
        assert found >= {name for name, skill in room.skills.items() if skill is None}
        assert not [name for name in found if (room.skills[name] or 0) > GOOD]


async def classroom(stage: Stage) -> Classroom:
    """A session with twenty annotators besides the speaker."""
    skills: dict[str, float | None] = {
        f"skilled{n}": LEAST + (MOST - LEAST) * n / (SKILLED - 1) for n in range(SKILLED)
    }
    skills |= {f"random{n}": None for n in range(3)}
    people: dict[str, Person] = {name: stage.slack.add_person(name) for name in skills}
    stage.people.update(people)
    stage.slack.join(stage.channel, *people.values())
    return Classroom(await stage.teach(), tuple(stage.teaching.loop.core.domain.intents), skills)


async def records(stage: Stage, scene: Scene) -> list[ClosedQuestion]:
    """The closed questions about what a message means."""
    conversation = await stage.conversation(scene)
    found = [ClosedQuestion.from_dict(one) for one in await stage.teaching.store.closed_questions(conversation.id)]
    return [one for one in found if one.question.parts[0].kind == "intent"]


def of_majority(closed: ClosedQuestion, truth: str) -> float:
    """How probably the majority of a question's votes is right, where a tie is broken by chance."""
    counts = Counter(closed.question.parts[0].given.values())
    best = [answer for answer, votes in counts.items() if votes == max(counts.values())]
    return (truth in best) / len(best)


def assert_nobody_is_counted_twice(closed: list[ClosedQuestion]) -> None:
    """And nobody at all who is excluded, though their votes are kept."""
    for one in closed:
        terms = one.question.terms
        assert terms is not None
        for part in one.question.parts:
            assert len(part.people) == len(set(part.people))
            assert part.how is How.RULING or not terms.excluded & set(part.people)
            assert part.how is How.RULING or set(part.people) <= set(part.given)
    assert any(one.question.terms and one.question.terms.excluded & set(one.question.parts[0].given) for one in closed)
