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


def test_a_row_by_itself_has_the_probabilities_that_it_has_among_others() -> None:
    features, names = points(90, 0.3)
    model = LinearModel.learned(features, names)
    for row in range(5):
        values = features[row].toarray()[0]
        alone = model.probabilities_of_one([(np.array([0, 2]), values[[0, 2]]), (slice(1, 2), values[1:2])])
        assert np.allclose(alone, model.probabilities(features[row])[0], atol=1e-6)


def test_few_texts_that_are_all_right_make_nobody_certain() -> None:
    features, names = points(6, 0.01)
    assert LinearModel.learned(features, names).probabilities(features).max() < 0.98


def test_one_class_is_nothing_to_tell_apart() -> None:
    with pytest.raises(ValueError, match="two classes"):
        LinearModel.learned(sparse.eye(2, format="csr"), ["a", "a"])


def test_a_part_that_says_nothing_counts_less_than_one_that_tells() -> None:
    telling, names = points(90, 0.3)
    noise = sparse.csr_matrix(np.random.default_rng(2).normal(0, 1, (90, 40)).astype(np.float32))
    features = sparse.hstack([noise, telling], format="csr")
    parts = [slice(0, 40), slice(40, 43)]
    in_parts, at_once = (LinearModel.learned(features[:60], names[:60], how) for how in (parts, [slice(0, 43)]))

    def right(model: LinearModel) -> float:
        found = model.probabilities(features[60:]).argmax(axis=1)
        return float(np.mean([model.names[best] == name for best, name in zip(found, names[60:], strict=True)]))

    assert right(in_parts) > right(at_once)
    assert right(in_parts) > 0.85


@pytest.mark.parametrize("spanned", [2000, 10], ids=["few texts", "many texts"])
def test_parts_may_have_any_columns_even_none(monkeypatch: pytest.MonkeyPatch, spanned: int) -> None:
    monkeypatch.setattr(linear_model, "SPANNED", spanned)
    features, names = points(30, 0.1)
    features = sparse.hstack([features, sparse.csr_matrix((30, 4), dtype=np.float32)], format="csr")
    model = LinearModel.learned(features, names, [slice(0, 3), slice(3, 7)])
    assert [model.names[best] for best in model.probabilities(features).argmax(axis=1)] == names


def test_with_a_single_text_of_each_class_all_parts_count_alike() -> None:
    features, names = points(3, 0)
    double = sparse.hstack([features, features], format="csr")
    once = LinearModel.learned(features, names).probabilities(features)
    twice = LinearModel.learned(double, names, [slice(0, 3), slice(3, 6)]).probabilities(double)
    assert np.allclose(once, twice, atol=1e-4)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(2, 5))
def test_each_text_is_held_out_once_unless_it_is_the_only_one_of_its_class(labels: list[int], number: int) -> None:
    array = np.array(labels)
    held_out = []
    for learned, tested in folds(array, number):
        assert sorted([*learned, *tested]) == list(range(len(labels)))
        assert {*array[tested]} <= {*array[learned]}, "no class is held out as a whole"
        held_out += tested.tolist()
    assert sorted(held_out) == [row for row, label in enumerate(labels) if labels.count(label) > 1]


def test_many_classes_are_told_apart_from_what_is_near_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each from a few of the texts of the others, those that are most like its own."""
    monkeypatch.setattr(linear_model, "SPANNED", 10)
    monkeypatch.setattr(linear_model, "PAIRED", 100)
    monkeypatch.setattr(linear_model, "NEAREST", 30)
    features, names = points(120, 0.1)
    model = LinearModel.learned(features, names)
    probabilities = model.probabilities(features)
    assert [model.names[best] for best in probabilities.argmax(axis=1)] == names


def test_a_class_is_told_from_what_is_nearest_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And from no other text; a class without texts is told from nothing."""
    monkeypatch.setattr(linear_model, "NEAREST", 2)
    features = np.array([[1, 0], [0.9, 0], [0.5, 0], [0.4, 0], [0.1, 0]], np.float32)
    labels = np.array([0, 0, 1, 1, 2])
    near = [rows.tolist() for rows in linear_model._nearest(features, labels, 4)]
    assert near == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 4], []]
