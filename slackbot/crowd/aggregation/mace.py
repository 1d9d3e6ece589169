"""MACE (Hovy et al., 2013): who does not know the answer gives one of their own habit."""

from __future__ import annotations

import numpy as np

from slackbot.crowd.aggregation.labels import Floats, Integers, Labels, Result, settled, summed
from slackbot.crowd.aggregation.one_coin import one_coin

_ITERATIONS = 100
#: Beta on the probability that a person knows the answer; and the votes that each answer of a habit has beforehand:
#: with fewer, an answer that is right most of the time is taken for everybody's habit, and not believed.
_KNOWING, _GUESSING, _HABIT = 2.0, 1.0, 60.0


def mace(labels: Labels, iterations: int = _ITERATIONS) -> Result:
    """Expectation maximisation from the one-coin model's posterior; all answers are equally probable beforehand."""
    posterior = one_coin(labels, iterations=5).posterior
    habits, habit = _habits(labels)
    knows = np.full(len(labels.people), 0.5)
    guess = np.full(len(habits), 1 / len(labels.classes))
    for _ in range(iterations):
        known = knows[labels.person]
        guessed = (1 - known) * guess[habit]
        knowing = posterior[labels.row] * known / (known + guessed)
        knows = (_KNOWING + labels.by_person(knowing)) / (_KNOWING + _GUESSING + labels.votes)
        guess = _guess(labels, habits, habit, 1 - knowing)
        known = knows[labels.person]
        scores = labels.summed(np.log1p(known / ((1 - known) * guess[habit])))
        before, posterior = posterior, labels.given.softmax(scores, labels.others)
        if settled(posterior, before):
            break
    return Result(labels, labels.given, posterior, labels.agreeing(posterior[labels.row]))


def _habits(labels: Labels) -> tuple[Integers, Integers]:
    """The pairs of person and answer that occur, and the one of each label."""
    habits, habit = np.unique(labels.person * len(labels.classes) + labels.answer, return_inverse=True)
    return habits, habit


def _guess(labels: Labels, habits: Integers, habit: Integers, guessing: Floats) -> Floats:
    """How often a person gives an answer without knowing."""
    counts = summed(habit, guessing, len(habits))
    total = labels.by_person(guessing) + _HABIT * len(labels.classes)
    share: Floats = (counts + _HABIT) / total[habits // len(labels.classes)]
    return share
