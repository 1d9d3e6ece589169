"""Dawid and Skene's model: everybody has a confusion matrix of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from slackbot.crowd.aggregation.labels import Candidates, Floats, Integers, Labels, Result, settled, summed
from slackbot.crowd.aggregation.one_coin import one_coin

_ITERATIONS = 60
#: As many votes as each row of a confusion matrix is given beforehand.
SMOOTHING = 2.0
#: Every class is a candidate for every task as long as that makes no more pairs of label and candidate than this;
#: beyond, only the answers that somebody gave to the task are.
MOST_PAIRS = 1_000_000


@dataclass(frozen=True)
class _Pairs:
    """Each label beside each candidate of its task."""

    label: Integers
    row: Integers
    #: The cell (person, candidate, answer) of the confusion matrices, among those that occur.
    cell: Integers
    #: For each cell, the row (person, candidate) of a confusion matrix it is in; and whether it lies on the diagonal.
    line: Integers
    diagonal: Floats
    #: For each row of a confusion matrix, whose it is.
    person: Integers


def dawid_skene(labels: Labels, iterations: int = _ITERATIONS) -> Result:
    """Expectation maximisation, smoothed towards the one-coin model.

    Each row of a confusion matrix gets ``SMOOTHING`` votes beforehand, divided as the person's accuracy under the
    one-coin model has it: who gave few votes is judged by one number, who gave many by all of them.
    """
    start = one_coin(labels)
    candidates = _candidates(labels)
    pairs = _pairs(labels, candidates)
    posterior = _spread(start, candidates)
    prior = _prior(start.accuracy, pairs, len(labels.classes))
    for _ in range(iterations):
        confusion = _confusion(posterior, pairs, prior)
        scores = summed(pairs.row, np.log(confusion)[pairs.cell], len(posterior))
        scores += np.log(_shares(posterior, candidates, len(labels.classes)))[candidates.answer]
        before, posterior = posterior, candidates.softmax(scores)
        if settled(posterior, before, 1e-3):
            break
    return Result(labels, candidates, posterior, _accuracy(labels, candidates, posterior))


def _candidates(labels: Labels) -> Candidates:
    classes = len(labels.classes)
    if len(labels.task) * classes > MOST_PAIRS:
        return labels.given
    return Candidates.of(np.arange(len(labels.tasks) * classes, dtype=np.int64), classes)


def _pairs(labels: Labels, candidates: Candidates) -> _Pairs:
    size = np.diff(np.r_[candidates.start, len(candidates.task)])[labels.task]
    label = np.repeat(np.arange(len(labels.task)), size)
    within = np.arange(len(label)) - np.repeat(np.cumsum(size) - size, size)
    row = candidates.start[labels.task[label]] + within
    classes = len(labels.classes)
    lines = labels.person[label] * classes + candidates.answer[row]
    cells, cell = np.unique(lines * classes + labels.answer[label], return_inverse=True)
    line_of_cell, answer = np.divmod(cells, classes)
    known, line = np.unique(line_of_cell, return_inverse=True)
    person, right = np.divmod(known, classes)
    return _Pairs(label, row, cell, line, (answer == right[line]).astype(np.float64), person)


def _spread(start: Result, candidates: Candidates) -> Floats:
    """The posterior that the one-coin model gives, on these candidates; what it leaves over is shared equally."""
    classes = len(start.labels.classes)
    posterior = np.zeros(len(candidates.task))
    keys = candidates.task * classes + candidates.answer
    posterior[np.searchsorted(keys, start.candidates.task * classes + start.candidates.answer)] = start.posterior
    size = np.diff(np.r_[candidates.start, len(candidates.task)])
    left = 1 - np.add.reduceat(posterior, candidates.start)
    spread: Floats = posterior + (left / size)[candidates.task]
    return spread


def _prior(accuracy: Floats, pairs: _Pairs, classes: int) -> Floats:
    """The votes that each cell is given beforehand."""
    own = accuracy[pairs.person[pairs.line]]
    others = (1 - own) / max(classes - 1, 1)
    prior: Floats = SMOOTHING * np.where(pairs.diagonal > 0, own, others)
    return prior


def _confusion(posterior: Floats, pairs: _Pairs, prior: Floats) -> Floats:
    """For each cell the probability that the person gives this answer where that candidate is right."""
    counts = summed(pairs.cell, posterior[pairs.row], len(prior))
    votes = summed(pairs.line, counts, len(pairs.person))
    confusion: Floats = (counts + prior) / (votes + SMOOTHING)[pairs.line]
    return confusion


def _shares(posterior: Floats, candidates: Candidates, classes: int) -> Floats:
    """How often each class is right, every class having been so once beforehand."""
    counts = summed(candidates.answer, posterior, classes) + 1
    share: Floats = counts / counts.sum()
    return share


def _accuracy(labels: Labels, candidates: Candidates, posterior: Floats) -> Floats:
    classes = len(labels.classes)
    keys = candidates.task * classes + candidates.answer
    row = np.searchsorted(keys, labels.task * classes + labels.answer)
    return labels.agreeing(posterior[row])
