"""The classifier of texts: what it learns, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from slackbot.core.builtin import linear_model
from slackbot.core.builtin.linear_model import LinearModel, folds


def points(number: int, noise: float) -> tuple[sparse.csr_matrix, list[str]]:
    """Texts of three classes, each near its own corner."""
    rng = np.random.default_rng(1)
    labels = np.arange(number) % 3
    rows = np.eye(3)[labels] + rng.normal(0, noise, (number, 3))
    return sparse.csr_matrix(rows.astype(np.float32)), [f"class{label}" for label in labels]


@pytest.mark.parametrize("spanned", [2000, 10], ids=["few texts", "many texts"])
@pytest.mark.parametrize("classes", [3, 2])
def test_classes_are_told_apart(monkeypatch: pytest.MonkeyPatch, spanned: int, classes: int) -> None:
    monkeypatch.setattr(linear_model, "SPANNED", spanned)
    features, names = points(90, 0.1)
    kept = [row for row, name in enumerate(names) if int(name[-1]) < classes]
    model = LinearModel.learned(features[kept], [names[row] for row in kept])
    probabilities = model.probabilities(features[kept])
    assert [model.names[best] for best in probabilities.argmax(axis=1)] == [names[row] for row in kept]
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("spanned", [2000, 10], ids=["few texts", "many texts"])
def test_it_is_as_sure_as_it_is_right(monkeypatch: pytest.MonkeyPatch, spanned: int) -> None:
    monkeypatch.setattr(linear_model, "SPANNED", spanned)
    features, names = points(900, 0.6)
    model = LinearModel.learned(features[:300], names[:300])
    probabilities = model.probabilities(features[300:])
    right = np.mean(
        [model.names[best] == name for best, name in zip(probabilities.argmax(1), names[300:], strict=True)]
    )
    assert 0.6 < right < 0.95
    assert abs(probabilities.max(axis=1).mean() - right) < 0.08


def test_few_texts_that_are_all_right_make_nobody_certain() -> None:
    features, names = points(6, 0.01)
    assert LinearModel.learned(features, names).probabilities(features).max() < 0.98


def test_one_class_is_nothing_to_tell_apart() -> None:
    with pytest.raises(ValueError, match="two classes"):
        LinearModel.learned(sparse.eye(2, format="csr"), ["a", "a"])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(2, 5))
def test_each_text_is_held_out_once_unless_it_is_the_only_one_of_its_class(labels: list[int], number: int) -> None:
    array = np.array(labels)
    held_out = []
    for learned, tested in folds(array, number):
        assert sorted([*learned, *tested]) == list(range(len(labels)))
        assert {*array[tested]} <= {*array[learned]}, "no class is held out as a whole"
        held_out += tested.tolist()
    assert sorted(held_out) == [row for row, label in enumerate(labels) if labels.count(label) > 1]
