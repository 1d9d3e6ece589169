"""How much say each way of guessing has in a project, chosen by stories that are left out of training by turns."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from slackbot.core.builtin.lessons import Lesson
from slackbot.core.builtin.memory import StoryMemory
from slackbot.core.builtin.regression import NextActionRegression
from slackbot.core.builtin.rules import RuleBook
from slackbot.core.builtin.states import State
from slackbot.core.builtin.statistics import NextActionCounts

FOLDS = 5

#: With more decisions than this, two parts alone are left out: they are enough to tell, and training stays quick.
MANY = 1500


@dataclass(frozen=True)
class Blend:
    """The say of the ways to guess."""

    #: The share of the regression in a guess, from 0 to 1; the rest is that of the counts.
    regression: float = 0.5
    #: Whether a story that only ends like the conversation goes before all guesses.
    memory_of_ends: bool = True


#: What is chosen among. The first is good in most projects, so another one must be clearly better.
BLENDS = tuple(Blend(share, ends) for ends in (True, False) for share in (0.5, 0.8, 0.2, 1.0, 0.0))


def blended(counts: dict[str, float], regression: dict[str, float], share: float) -> dict[str, float]:
    """The scores of both, weighed. Actions that the regression doesn't know lose by it."""
    if not regression:
        return counts
    return {action: share * regression.get(action, 0.0) + (1 - share) * score for action, score in counts.items()}


def best_blend(stories: Sequence[Lesson], rules: RuleBook) -> Blend:
    """The blend that is right most often where stories left out ask for more than rules and memory of whole stories.

    It is the usual one unless another gains more than chance explains: more than two standard deviations of what
    tossing coins would give, on the questions on which only one of the two is right.
    """
    asked = list(_asked(stories, rules))
    usual = [one.is_right(BLENDS[0]) for one in asked]
    best, most = BLENDS[0], 0
    for blend in BLENDS[1:]:
        gains = [one.is_right(blend) - before for one, before in zip(asked, usual, strict=True)]
        if sum(gains) > max(most, 2 * sqrt(sum(map(abs, gains)))):
            best, most = blend, sum(gains)
    return best


@dataclass(frozen=True)
class _Asked:
    """A decision of a story that was left out, and what is for each action."""

    wanted: str
    #: What the ends of stories say, and what is done next unless stories have a say.
    remembered: str | None
    resumed: str | None
    counts: dict[str, float]
    regression: dict[str, float]

    def is_right(self, blend: Blend) -> bool:
        sure = (self.remembered if blend.memory_of_ends else None) or self.resumed
        return self.wanted == (sure or self._guess(blend))

    def _guess(self, blend: Blend) -> str:
        scores = blended(self.counts, self.regression, blend.regression)
        return min(scores, key=lambda action: (-scores[action], action))


def _asked(stories: Sequence[Lesson], rules: RuleBook) -> Iterator[_Asked]:
    """What is asked when parts of the stories are left out by turns. All ways through one story are in one part."""
    groups: dict[object, list[Lesson]] = defaultdict(list)
    for story in stories:
        groups[story.origin].append(story)
    parts = list(groups.values())
    random.Random(0).shuffle(parts)
    number = min(FOLDS, len(parts))
    if number < 2:
        return
    many = sum(len(story.decisions.actions) for story in stories) > MANY
    actions = {action for story in stories for action in story.decisions.actions}
    for fold in range(2 if many else number):
        learned = [story for at, part in enumerate(parts) if at % number != fold for story in part]
        held_out = [story for at, part in enumerate(parts) if at % number == fold for story in part]
        yield from _asked_of(learned, held_out, rules, actions)


def _asked_of(
    learned: Sequence[Lesson], held_out: Iterable[Lesson], rules: RuleBook, actions: Collection[str]
) -> Iterator[_Asked]:
    memory, counts = StoryMemory(learned), NextActionCounts(learned)
    regression = NextActionRegression.learned(learned)
    questions = dict.fromkeys((states, action) for story in held_out for states, action in story.decisions)
    for states, action in questions:
        if _is_settled(states, action, rules) or memory.recall_whole(states) is not None:
            continue
        remembered = memory.recall_end(states, states)
        now = states[-1]
        yield _Asked(
            action,
            None if remembered is None else remembered.action,
            now.loop if now.loop and not now.answers_message and now.previous != now.loop else None,
            counts.guess(states, actions).scores,
            regression.scores(states, actions) if regression and counts.knows(states) else {},
        )


def _is_settled(states: tuple[State, ...], action: str, rules: RuleBook) -> bool:
    """Whether the start, an active loop or a rule decides. Where a story leaves a loop, that has rejected before."""
    now = states[-1]
    if now.previous is None:
        return True
    loop = {"name": now.loop, "rejected": False} if now.loop else {}
    advice = rules.advice(states, loop)
    if advice is not None and loop and advice.action == now.loop != action:
        advice = rules.advice(states, {**loop, "rejected": True})
    return advice is not None
