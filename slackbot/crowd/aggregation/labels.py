"""Labels as arrays, and what a method makes of them. Sparse: nothing here has a cell for each task and class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def summed(place: Integers, weights: Floats, size: int) -> Floats:
    """The sum of the weights for each place from 0 to ``size - 1``."""
    return np.bincount(place, weights, minlength=size).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Candidates:
    """The answers that a method considers for each task: a row for each, the rows of a task side by side."""

    task: Integers
    answer: Integers
    #: The first row of each task; every task has one row or more.
    start: Integers

    @classmethod
    def of(cls, keys: Integers, classes: int) -> Candidates:
        """``keys`` are ``task * classes + answer``, sorted, without repetition."""
        task, answer = np.divmod(keys, classes)
        return cls(task, answer, np.flatnonzero(np.r_[True, task[1:] != task[:-1]]))

    def softmax(self, scores: Floats, others: Floats | None = None) -> Floats:
        """Scores, logarithms, as probabilities that sum to one for each task.

        ``others`` is a number for each task: how many answers there are that have no row, and whose score is 0.
        """
        top = np.maximum.reduceat(scores, self.start)
        top = top if others is None else np.maximum(top, 0)
        odds = np.exp(scores - top[self.task])
        total = np.add.reduceat(odds, self.start)
        total = total if others is None else total + others * np.exp(-top)
        share: Floats = odds / total[self.task]
        return share

    def best(self, posterior: Floats) -> Integers:
        """The row of the most probable answer of each task; of equal ones the first."""
        top = np.maximum.reduceat(posterior, self.start)
        rows = np.flatnonzero(posterior >= top[self.task] - 1e-12)
        _, first = np.unique(self.task[rows], return_index=True)
        best: Integers = rows[first]
        return best


@dataclass(frozen=True)
class Labels:
    """Who gave which answer to which task; one label a person and task, in the order of tasks."""

    tasks: tuple[str, ...]
    people: tuple[str, ...]
    classes: tuple[str, ...]
    task: Integers
    person: Integers
    answer: Integers
    #: For each task the number of possible answers: two or more, and never fewer than were given.
    choices: Integers

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]], choices: Mapping[str, int] | None = None) -> Labels:
        """From rows of task, person and answer. The last answer of somebody to a task counts.

        ``choices`` says how many answers a task has; without it, as many as there are different ones in all rows.
        Raises ValueError when there are no rows.
        """
        latest = {(task, person): answer for task, person, answer in rows}
        if not latest:
            raise ValueError("there are no labels; give at least one row of task, person and answer")
        tasks, task = _coded([task for task, _ in latest])
        people, person = _coded([person for _, person in latest])
        classes, answer = _coded(list(latest.values()))
        given = np.bincount(np.unique(task * len(classes) + answer) // len(classes), minlength=len(tasks))
        possible = np.array([(choices or {}).get(name, len(classes)) for name in tasks], dtype=np.int64)
        order = np.lexsort((person, task))
        return cls(
            tasks,
            people,
            classes,
            task[order],
            person[order],
            answer[order],
            np.maximum(np.maximum(possible, given), 2),
        )

    def only(self, kept: NDArray[np.bool_]) -> Labels:
        """Some of the labels, one or more of every task."""
        return replace(self, task=self.task[kept], person=self.person[kept], answer=self.answer[kept])

    @cached_property
    def given(self) -> Candidates:
        """The answers that somebody gave."""
        return Candidates.of(np.unique(self._keys), len(self.classes))

    @cached_property
    def row(self) -> Integers:
        """For each label its answer's row among those given."""
        rows: Integers = np.unique(self._keys, return_inverse=True)[1].astype(np.int64)
        return rows

    @property
    def _keys(self) -> Integers:
        return self.task * len(self.classes) + self.answer

    @cached_property
    def votes(self) -> Floats:
        """For each person the number of labels."""
        return self.by_person(np.ones(len(self.person)))

    @cached_property
    def others(self) -> Floats:
        """For each task the number of possible answers that nobody gave."""
        rows = np.diff(np.r_[self.given.start, len(self.given.task)])
        left: Floats = (self.choices - rows).astype(np.float64)
        return left

    def summed(self, weights: Floats) -> Floats:
        """The sum of the labels' weights for each given answer."""
        return summed(self.row, weights, len(self.given.task))

    def agreeing(self, right: Floats) -> Floats:
        """For each person the mean of the labels' probabilities of being right; 0 without labels."""
        return self.by_person(right) / np.maximum(self.votes, 1)

    def by_person(self, weights: Floats) -> Floats:
        """The sum of the labels' weights for each person."""
        return summed(self.person, weights, len(self.people))


def _coded(values: list[str]) -> tuple[tuple[str, ...], Integers]:
    """The different values in alphabetical order, and the place of each value among them."""
    names = sorted(set(values))
    place = {name: number for number, name in enumerate(names)}
    return tuple(names), np.fromiter((place[value] for value in values), np.int64, len(values))


@dataclass(frozen=True)
class Result:
    """What a method says of the labels."""

    labels: Labels
    candidates: Candidates
    #: For each candidate the probability that it is right.
    posterior: Floats
    #: For each person: how often this person's answer is the right one, as far as the method can tell.
    accuracy: Floats

    def answers(self) -> dict[str, tuple[str, float]]:
        """For each task the most probable answer and its probability; of equal ones the first in the alphabet."""
        labels, best = self.labels, self.candidates.best(self.posterior)
        names = [labels.classes[answer] for answer in self.candidates.answer[best].tolist()]
        return dict(zip(labels.tasks, zip(names, self.posterior[best].tolist(), strict=True), strict=True))

    def probabilities(self) -> dict[tuple[str, str], float]:
        """For each task and candidate the probability that it is right."""
        labels, found = self.labels, self.candidates
        rows = zip(found.task.tolist(), found.answer.tolist(), self.posterior.tolist(), strict=True)
        return {(labels.tasks[task], labels.classes[answer]): probability for task, answer, probability in rows}

    def people(self) -> dict[str, float]:
        """For each person the accuracy."""
        return dict(zip(self.labels.people, self.accuracy.tolist(), strict=True))


def settled(new: Any, old: Any, within: float = 1e-4) -> bool:
    """Whether an iteration changed nothing that matters."""
    return bool(np.max(np.abs(new - old), initial=0.0) < within)
