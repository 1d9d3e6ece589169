"""Logistic regression of the next action on the features of the last turns."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax

from slackbot.core.builtin.archive import State as ArchivedState
from slackbot.core.builtin.lessons import Lesson
from slackbot.core.builtin.states import State
from slackbot.core.builtin.turn_features import turn_features


class NextActionRegression:
    """Weighs everything that is so now, or was before, alone: it also tells turns that were never seen together."""

    def __init__(
        self, actions: Sequence[str], features: Sequence[str], weights: NDArray[Any], intercepts: NDArray[Any]
    ) -> None:
        """``weights`` has a row for each feature and a column for each action."""
        self.actions = tuple(actions)
        self._rows = {name: row for row, name in enumerate(features)}
        self._weights, self._intercepts = weights, intercepts

    @classmethod
    def learned(cls, stories: Iterable[Lesson]) -> Self | None:
        """Learns every decision of the stories; None if they don't have two actions to tell apart.

        The same decision in several stories counts more than once, but not as often: stories are written with many
        variants of some things, and that says little of how often they happen.
        """
        decisions = Counter(
            (tuple(sorted(turn_features(states).items())), action)
            for story in stories
            for states, action in story.decisions
            if states[-1].previous is not None
        )
        actions = sorted({action for _, action in decisions})
        if len(actions) < 2:
            return None
        features = sorted({name for described, _ in decisions for name, _ in described})
        rows = _matrix([described for described, _ in decisions], features)
        labels = np.searchsorted(np.array(actions), np.array([action for _, action in decisions]))
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second's load

        model = LogisticRegression(C=_C, tol=_TOLERANCE, max_iter=_STEPS)
        with warnings.catch_warnings():
            # What is learned after so many steps is good enough. And many actions with few decisions each are classes.
            warnings.simplefilter("ignore", UserWarning)
            model.fit(rows, labels, sample_weight=1 + np.log(np.array([*decisions.values()], np.float64)))
        weights, intercepts = model.coef_.T, model.intercept_
        if len(actions) == 2:
            # Of two actions, one column tells both.
            weights, intercepts = np.hstack([-weights, weights]) / 2, np.array([-1, 1]) * intercepts / 2
        return cls(actions, features, np.asarray(weights, np.float32), np.asarray(intercepts, np.float32))

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The other way of ``state``."""
        return cls(state["actions"], state["features"], state["weights"], state["intercepts"])

    def state(self) -> ArchivedState:
        """What was learned, for an archive."""
        return {
            "actions": [*self.actions],
            "features": [*self._rows],
            "weights": self._weights,
            "intercepts": self._intercepts,
        }

    def scores(self, states: Sequence[State], actions: Collection[str]) -> dict[str, float]:
        """A probability for each of these actions that training has; empty if it has none of them."""
        known = [(self._rows[name], weight) for name, weight in turn_features(states).items() if name in self._rows]
        rows = self._weights[[row for row, _ in known]]
        scores = self._intercepts + np.array([weight for _, weight in known], np.float32) @ rows
        columns = [column for column, action in enumerate(self.actions) if action in actions]
        chances = softmax(scores[columns].astype(np.float64)) if columns else ()
        return {self.actions[column]: float(chance) for column, chance in zip(columns, chances, strict=True)}


#: Weak regularisation: stories hardly contradict each other, so what they say can be followed closely.
_C = 100.0
_TOLERANCE, _STEPS = 1e-4, 200


def _matrix(described: Sequence[Sequence[tuple[str, float]]], features: Sequence[str]) -> csr_matrix:
    column = {name: at for at, name in enumerate(features)}
    weights = [weight for row in described for _, weight in row]
    columns = [column[name] for row in described for name, _ in row]
    ends = np.cumsum([0, *map(len, described)])
    return csr_matrix((weights, columns, ends), shape=(len(described), len(features)))
