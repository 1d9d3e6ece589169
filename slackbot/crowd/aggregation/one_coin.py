"""Majority, and the one-coin model: everybody has one accuracy, whatever the right answer is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from slackbot.crowd.aggregation.labels import Floats, Labels, Result, settled
from slackbot.crowd.quorum import PRIOR_RIGHT, PRIOR_WRONG, Skill

_ITERATIONS = 100


def majority(labels: Labels) -> Result:
    """The share of the votes that each answer has."""
    counts = labels.summed(np.ones(len(labels.row)))
    share = counts / np.add.reduceat(counts, labels.given.start)[labels.given.task]
    return Result(labels, labels.given, share, labels.agreeing(share[labels.row]))


def one_coin(labels: Labels, iterations: int = _ITERATIONS, gold: Mapping[str, str] | None = None) -> Result:
    """Expectation maximisation with Beta(7, 3) on each accuracy; all answers are equally probable beforehand.

    The same model as ``quorum.decide``: with the skills that this estimates, both say the same of a task. ``gold``
    are the right answers of tasks, where they are known.
    """
    known, right_there = _gold(labels, gold or {})
    accuracy = np.full(len(labels.people), PRIOR_RIGHT / (PRIOR_RIGHT + PRIOR_WRONG))
    posterior = np.where(known, right_there, one_coin_posterior(labels, accuracy))
    for _ in range(iterations):
        right = labels.by_person(posterior[labels.row])
        accuracy = (PRIOR_RIGHT + right) / (PRIOR_RIGHT + PRIOR_WRONG + labels.votes)
        before, posterior = posterior, np.where(known, right_there, one_coin_posterior(labels, accuracy))
        if settled(posterior, before):
            break
    return Result(labels, labels.given, posterior, accuracy)


def _gold(labels: Labels, gold: Mapping[str, str]) -> tuple[NDArray[np.bool_], Floats]:
    """For each given answer whether it is known to be right or wrong, and whether it is right."""
    place = {answer: code for code, answer in enumerate(labels.classes)}
    codes = np.array([place.get(gold[task], -2) if task in gold else -1 for task in labels.tasks], dtype=np.int64)
    code = codes[labels.given.task]
    return code != -1, (code == labels.given.answer).astype(np.float64)


def one_coin_posterior(labels: Labels, accuracy: Floats) -> Floats:
    """The probability of each given answer. An accuracy under chance counts as chance, as in ``quorum.candidates``."""
    choices = labels.choices[labels.task]
    skill = np.maximum(accuracy[labels.person], 1 / choices)
    weight = np.log(skill * (choices - 1) / (1 - skill))
    return labels.given.softmax(labels.summed(weight), labels.others)


def expected_skills(result: Result) -> dict[str, Skill]:
    """How often each person was right and wrong, as expected under the one-coin model, without the prior.

    ``result`` is what ``one_coin`` made of the labels.
    """
    labels = result.labels
    right = labels.by_person(result.posterior[labels.row])
    counts = zip(labels.people, right.tolist(), (labels.votes - right).tolist(), strict=True)
    return {name: Skill(good, max(bad, 0.0)) for name, good, bad in counts}
