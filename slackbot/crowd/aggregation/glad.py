"""GLAD (Whitehill et al., 2009): people have an ability, tasks have a difficulty, and both decide who is right."""

from __future__ import annotations

import numpy as np

from slackbot.crowd.aggregation.labels import Floats, Labels, Result, settled, summed
from slackbot.crowd.aggregation.one_coin import one_coin

_ITERATIONS = 60
#: Steps towards the best abilities and difficulties, for each estimate of the right answers.
_STEPS = 3


def glad(labels: Labels, iterations: int = _ITERATIONS) -> Result:
    """Expectation maximisation from the one-coin model's posterior; all answers are equally probable beforehand.

    Somebody of ability ``a`` answers a task of ease ``b`` rightly with probability ``1 / (1 + exp(-a * exp(b)))``;
    each wrong answer is as probable as the others. Both have the prior N(1, 1). The abilities and then the eases
    move by damped steps of Fisher scoring.
    """
    posterior = one_coin(labels, iterations=5).posterior
    ability, ease = np.ones(len(labels.people)), np.ones(len(labels.tasks))
    spread = np.log(labels.choices[labels.task] - 1)
    for _ in range(iterations):
        right = posterior[labels.row]
        for _ in range(_STEPS):
            ability, ease = _improved(labels, right, ability, ease)
        scores = labels.summed(ability[labels.person] * np.exp(ease[labels.task]) + spread)
        before, posterior = posterior, labels.given.softmax(scores, labels.others)
        if settled(posterior, before, 1e-3):
            break
    return Result(labels, labels.given, posterior, labels.agreeing(posterior[labels.row]))


def _improved(labels: Labels, right: Floats, ability: Floats, ease: Floats) -> tuple[Floats, Floats]:
    factor = np.exp(ease[labels.task])
    chance = _sigmoid(ability[labels.person] * factor)
    slope = labels.by_person((right - chance) * factor) - (ability - 1)
    curve = labels.by_person(chance * (1 - chance) * factor**2) + 1
    ability = ability + np.clip(slope / curve, -1, 1)
    strength = ability[labels.person] * factor
    chance = _sigmoid(strength)
    slope = _by_task(labels, (right - chance) * strength) - (ease - 1)
    curve = _by_task(labels, chance * (1 - chance) * strength**2) + 1
    return ability, np.clip(ease + np.clip(slope / curve, -1, 1), -5, 5)


def _by_task(labels: Labels, weights: Floats) -> Floats:
    return summed(labels.task, weights, len(labels.tasks))


def _sigmoid(values: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(values, -500, 500)))
    return chance
