"""A linear classifier of texts: scores of classes by weighted features, and how much such scores are worth."""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import log_softmax, softmax

from slackbot.core.builtin.archive import State
from slackbot.progress import reached

#: Up to so many texts the weights are found in the space that the texts span, which has one dimension a text: quick
#: while it is small, but its cost grows by the cube of the texts.
SPANNED = 2000

#: Up to so many pairs of a text and a class every class is separated from all others; beyond that from what is nearest
#: to it: time grows by the pairs, to a quarter of an hour with 9,000 texts of 3,000 classes.
PAIRED = 1_500_000

#: From so many texts of other classes a class is separated then.
NEAREST = 400

#: Classes whose likeness to all texts is looked at together: what bounds the memory for it.
_CLASSES_AT_ONCE = 256

FOLDS = 4

#: How much evidence it takes to let one part of the features count more than another: a difference by a factor of e
#: costs as much as three texts that are e times less likely.
_EQUALITY = 3.0

#: No part counts less or more than e to the power of these.
_EXPONENTS = (-4.0, 3.0)

_Numbers = NDArray[np.float32]

Columns = NDArray[np.int64] | slice

#: A row of features, by kind: columns, and what is in them; in all others there is nothing.
Row = Sequence[tuple[Columns, _Numbers]]


@dataclass(frozen=True)
class Weights:
    """What training found: the score of class k is ``features @ of_features[:, k] + of_classes[k]``."""

    of_features: _Numbers
    of_classes: _Numbers

    def scores(self, features: Any) -> _Numbers:
        """A row for each row of features, a column for each class. Higher is likelier; of no particular scale."""
        scores: _Numbers = features @ self.of_features + self.of_classes
        return scores

    def scores_of_one(self, row: Row) -> _Numbers:
        """The same of one row."""
        scores: _Numbers = sum((values @ self.of_features[columns] for columns, values in row), self.of_classes)
        return scores


class LinearModel:
    """Learns classes from features, and from its own mistakes on texts held out how sure it may be.

    Features of several kinds are given as parts. Each part has weights of its own, learned without the others, so that
    a part of many features doesn't drown the rest; how much each counts is told by the texts held out.
    """

    def __init__(self, names: list[str], weights: Weights) -> None:
        self.names = names
        self._weights = weights

    @classmethod
    def learned(cls, features: Any, classes: Sequence[str], parts: Sequence[slice] = (slice(None),)) -> Self:
        """``parts``: runs of columns that are all columns together, in order.

        Raises ValueError if there are fewer than two different classes.
        """
        names: list[str] = sorted(set(classes))
        if len(names) < 2:
            raise ValueError("a classifier needs two classes")
        labels = np.searchsorted(np.array(names), np.array(classes))
        small = features.shape[0] <= SPANNED
        splits = [*folds(labels, FOLDS)][: None if small else 1]
        learned, held_out = [], []
        for number, part in enumerate(parts, start=1):
            of_part = features[:, part]
            stage = f"Telling {len(names):,} intents apart, {number} of {len(parts)}"
            reached(stage)
            trainer = _trainer(of_part, len(names), stage)
            held_out.append([trainer.fit(labels, train).scores(of_part[test]) for train, test in splits])
            learned.append(trainer.fit(labels, np.arange(len(labels))))
        reached("Weighing how sure that is")
        tested = [labels[test] for _, test in splits]
        factors = _worths([*map(np.concatenate, held_out)], np.concatenate(tested)) if tested else _alike(len(parts))
        return cls(names, _summed(learned, factors))

    def state(self) -> State:
        """What was learned, for an archive."""
        return {"names": self.names, "features": self._weights.of_features, "classes": self._weights.of_classes}

    @classmethod
    def from_state(cls, state: State) -> Self:
        """The other way."""
        return cls(state["names"], Weights(state["features"], state["classes"]))

    def probabilities(self, features: Any) -> _Numbers:
        """A row for each row of features, a column for each of ``names``; each row sums to 1."""
        probabilities: _Numbers = softmax(self._weights.scores(features), axis=1)
        return probabilities

    def probabilities_of_one(self, row: Row) -> _Numbers:
        """The same of one row of features."""
        probabilities: _Numbers = softmax(self._weights.scores_of_one(row))
        return probabilities


class _Trainer(Protocol):
    def fit(self, labels: NDArray[np.int64], rows: NDArray[np.int64]) -> Weights:
        """Learns some rows of the features."""


def _trainer(features: Any, classes: int, stage: str) -> _Trainer:
    """The way to learn that suits so many texts and classes. ``stage`` is what progress is told under."""
    if features.shape[0] <= SPANNED:
        return _Spanned(features)
    if features.shape[0] * classes <= PAIRED:
        return _Separating(features)
    return _SeparatingNearest(features, stage)


class _Spanned:
    """Logistic regression on coordinates in the span of all texts: the same weights for a fraction of the time.

    The best weights are a sum of the texts' own features, so nothing is lost by looking at their products only.
    """

    def __init__(self, features: Any) -> None:
        self._features = features
        products = (features @ features.T).toarray().astype(np.float64)
        squares, axes = np.linalg.eigh(products)
        kept = squares > 1e-6 * squares[-1]
        kept[-1] = True  # even if no text has any features
        lengths = np.sqrt(np.maximum(squares[kept], 1e-9))
        self._to_weights = axes[:, kept] / lengths
        self._coordinates = axes[:, kept] * lengths

    def fit(self, labels: NDArray[np.int64], rows: NDArray[np.int64]) -> Weights:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  a second's load

        # C=20 was best of the values tried on public data sets with ten examples an intent.
        model = LogisticRegression(C=20, tol=1e-3, max_iter=300)
        _fit(model, self._coordinates[rows], labels[rows])
        coefficients, intercepts = _both_sides(model)
        of_texts = (self._to_weights @ coefficients.T).astype(np.float32)
        return Weights(self._features.T @ of_texts, intercepts)


class _Separating:
    """A support vector machine, each class against all others: for many texts, where it is as good and far quicker."""

    def __init__(self, features: Any) -> None:
        self._features = features

    def fit(self, labels: NDArray[np.int64], rows: NDArray[np.int64]) -> Weights:
        from sklearn.svm import LinearSVC  # noqa: PLC0415  a second's load

        model = LinearSVC(C=1.0, tol=1e-2, random_state=0)
        _fit(model, self._features[rows], labels[rows])
        coefficients, intercepts = _both_sides(model)
        return Weights(np.ascontiguousarray(coefficients.T, np.float32), intercepts)


class _SeparatingNearest:
    """The same, each class against the texts of others that are most like its own, for many texts of many classes.

    Only texts near the border tell where a support vector machine draws it.
    """

    def __init__(self, features: Any, stage: str) -> None:
        filled = features.nnz > features.shape[0] * features.shape[1] / 4  # vectors: quicker as what they are
        self._features, self._stage = features.toarray() if filled else features, stage

    def fit(self, labels: NDArray[np.int64], rows: NDArray[np.int64]) -> Weights:
        from sklearn.svm import LinearSVC  # noqa: PLC0415  a second's load

        features, own = self._features[rows], labels[rows]
        number = int(labels.max()) + 1
        coefficients = np.zeros((number, features.shape[1]), np.float32)
        intercepts = np.full(number, -1, np.float32)  # that of a class of which there is nothing to learn
        for label, near in enumerate(_nearest(features, own, number)):
            if len(near):
                model = LinearSVC(C=1.0, tol=1e-2, random_state=0)
                _fit(model, features[near], (own[near] == label).astype(np.int64))
                coefficients[label], intercepts[label] = model.coef_[0], model.intercept_[0]
            reached(self._stage, label + 1, number)
        return Weights(np.ascontiguousarray(coefficients.T), intercepts)


def _nearest(features: Any, labels: NDArray[np.int64], number: int) -> Iterator[NDArray[np.int64]]:
    """For each class the rows of its texts and of the NEAREST others; none where it has no text here."""
    members = sparse.csr_matrix(
        (np.ones(len(labels), np.float32), (labels, np.arange(len(labels)))), (number, len(labels))
    )
    for start in range(0, number, _CLASSES_AT_ONCE):
        classes = range(start, min(start + _CLASSES_AT_ONCE, number))
        likeness = features @ (members[classes] @ features).T
        likeness = likeness.toarray() if sparse.issparse(likeness) else likeness
        for column, label in enumerate(classes):
            own = np.flatnonzero(labels == label)
            near = likeness[:, column]
            near[own] = np.inf
            kept = min(len(own) + NEAREST, len(near))
            yield np.sort(np.argpartition(-near, kept - 1)[:kept]) if len(own) else own


def _fit(model: Any, features: Any, labels: NDArray[np.int64]) -> None:
    with warnings.catch_warnings():
        # Scikit-learn doubts that so many intents with so few examples each are classes at all, and that what is
        # learned after so many steps is good enough.
        warnings.simplefilter("ignore", UserWarning)
        model.fit(features, labels)


def _both_sides(model: Any) -> tuple[NDArray[np.float64], _Numbers]:
    """A row of coefficients and an intercept for each class, also for two classes, of which one row tells both."""
    coefficients, intercepts = model.coef_, np.asarray(model.intercept_)
    if len(coefficients) == 1:
        coefficients = np.vstack([-coefficients, coefficients]) / 2
        intercepts = np.array([-intercepts[0], intercepts[0]]) / 2
    return coefficients, intercepts.astype(np.float32)


def folds(labels: NDArray[np.int64], number: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Rows to learn and rows to hold out, each class spread over all folds. The only text of a class is always learned.

    Each row is held out at most once; which of a class come together is chance, but always the same.
    """
    counts, seen = Counter(labels.tolist()), defaultdict[int, int](int)
    fold_of = np.full(len(labels), -1)
    for row in np.random.default_rng(0).permutation(len(labels)):
        label = int(labels[row])
        if counts[label] > 1:
            fold_of[row] = (seen[label] + label) % number
            seen[label] += 1
    for fold in range(number):
        held_out = np.flatnonzero(fold_of == fold)
        if len(held_out):
            yield np.flatnonzero(fold_of != fold), held_out


def _worths(held_out: Sequence[_Numbers], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """The factors of the parts' scores that give texts held out the likeliest probabilities (temperature scaling, with
    a temperature for each part).

    As Platt does it, what is right counts as a little less than certain, the less texts there are: else a few texts
    that were all right would make the model certain of everything.
    """
    from scipy.optimize import minimize  # noqa: PLC0415  half a second's load

    number, classes = held_out[0].shape
    wanted = np.full((number, classes), 1 / (number + 2) / (classes - 1))
    wanted[np.arange(number), labels] = 1 - 1 / (number + 2)

    def loss(exponents: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        factors = np.exp(exponents)
        told = log_softmax(_total(held_out, factors), axis=1)
        off = np.exp(told) - wanted
        slopes = factors * [float(np.sum(off * scores)) for scores in held_out]
        apart = exponents - exponents.mean()
        return -float(np.sum(wanted * told)) + _EQUALITY * float(apart @ apart), slopes + 2 * _EQUALITY * apart

    best = minimize(loss, np.log(_alike(len(held_out))), jac=True, bounds=[_EXPONENTS] * len(held_out)).x
    factors: _Numbers = np.exp(best).astype(np.float32)
    return factors


def _summed(of_parts: Sequence[Weights], factors: _Numbers) -> Weights:
    """Weights of all features, whose scores are the sum of the parts' scores, each multiplied by its factor."""
    of_features = [weights.of_features * factor for weights, factor in zip(of_parts, factors, strict=True)]
    return Weights(np.vstack(of_features), _total([weights.of_classes for weights in of_parts], factors))


def _alike(parts: int) -> _Numbers:
    return np.full(parts, 1 / parts, np.float32)


def _total(of_parts: Sequence[_Numbers], factors: NDArray[Any]) -> _Numbers:
    """Their sum, each multiplied by its factor."""
    total: _Numbers = np.tensordot(factors, np.stack(of_parts), 1)
    return total
