"""How far people agree, held against the packages that everybody uses; what is not defined says why."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from slackbot.crowd.agreement import (
    Accuracy,
    Kappa,
    Measure,
    Undefined,
    accuracies,
    alpha,
    confusion,
    kappa,
    kappas,
    span_alpha,
)
from slackbot.crowd.spans import Span

SHARED = Path(__file__).parents[3] / "shared" / "data" / "crowd"

PEOPLE, ANSWERS = "uvwxy", "abcd"
UNITS = st.lists(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ANSWERS)), max_size=12)
SPANS = st.lists(
    st.builds(
        lambda start, size, kind: Span(start, start + size, kind),
        st.integers(0, 8),
        st.integers(1, 4),
        st.sampled_from(["city", "day"]),
    ),
    max_size=3,
)
TEXTS = st.lists(st.dictionaries(st.sampled_from(PEOPLE), SPANS, min_size=1), min_size=1, max_size=5)


def reference(units: list[dict[str, str]]) -> float:
    """What the package ``krippendorff`` says; it raises ValueError where alpha is not defined."""
    people = sorted({person for unit in units for person in unit})
    answers = sorted({answer for unit in units for answer in unit.values()})
    counts = np.array([[sum(given == answer for given in unit.values()) for answer in answers] for unit in units])
    assert len(people) > 0
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def value(measure: Measure) -> float:
    assert not isinstance(measure, Undefined), measure
    return measure


@given(UNITS)
def test_alpha_is_krippendorffs(units: list[dict[str, str]]) -> None:
    ours = alpha(units)
    if isinstance(ours, Undefined):
        pairable = [unit for unit in units if len(unit) > 1]
        assert len({answer for unit in pairable for answer in unit.values()}) <= 1
    else:
        assert ours == pytest.approx(reference(units), abs=1e-9)


@pytest.mark.skipif(not SHARED.exists(), reason="real votes are not here: ../shared/data/crowd")
def test_alpha_of_real_votes_is_krippendorffs() -> None:
    for folder in sorted(SHARED.iterdir()):
        units: dict[str, dict[str, str]] = {}
        with (folder / "labels.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                units.setdefault(row["task"], {})[row["worker"]] = row["label"]
        assert value(alpha(units.values())) == pytest.approx(reference([*units.values()]), abs=1e-9), folder.name


def test_alpha_is_one_for_agreement_and_says_why_there_is_none() -> None:
    assert alpha([{"u": "a", "v": "a"}, {"u": "b", "v": "b"}]) == 1
    assert value(alpha([{"u": "a", "v": "b"}, {"u": "b", "v": "a"}])) < 0
    assert alpha([]) == alpha([{"u": "a"}, {"v": "b"}]) == Undefined("no question was answered by two people")
    same = alpha([{"u": "a", "v": "a"}, {"u": "a", "v": "a"}])
    assert isinstance(same, Undefined)
    assert same.why.startswith("everybody always gave the same answer")


@given(TEXTS)
def test_alpha_over_spans_is_alpha_over_the_characters_that_anybody_marks(texts: list[dict[str, list[Span]]]) -> None:
    characters = [
        {
            person: "".join(sorted({one.type for one in spans if one.start <= place < one.end}))
            for person, spans in text.items()
        }
        for text in texts
        for place in range(20)
        if any(one.start <= place < one.end for spans in text.values() for one in spans)
    ]
    expected, ours = alpha(characters), span_alpha(texts)
    if isinstance(expected, Undefined):
        assert ours == expected
    else:
        assert value(ours) == pytest.approx(expected, abs=1e-9)


def test_spans_that_overlap_agree_in_part() -> None:
    rome, to_rome, friday = Span(3, 7, "city"), Span(0, 7, "city"), Span(12, 18, "day")
    whole = value(span_alpha([{"u": [rome, friday], "v": [rome, friday]}]))
    part = value(span_alpha([{"u": [rome, friday], "v": [to_rome, friday]}]))
    none = value(span_alpha([{"u": [rome, friday], "v": []}]))
    assert whole == 1
    assert whole > part > none
    assert isinstance(span_alpha([{"u": [], "v": []}]), Undefined), "nobody marks anything"


@given(st.lists(st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), min_size=1, max_size=30))
def test_kappa_is_cohens(pairs: list[tuple[str, str]]) -> None:
    first, second = zip(*pairs, strict=True)
    found = kappa(first, second)
    assert found.shared == len(pairs)
    if isinstance(found.value, Undefined):
        assert set(first) == set(second)
        assert len(set(first)) == 1
    else:
        assume(len({*first, *second}) > 1)
        assert found.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-9)


def test_kappas_are_of_the_pairs_who_answered_the_same_questions() -> None:
    units = [{"v": "a", "u": "a", "w": "b"}, {"u": "b", "v": "b"}, {"w": "a"}]
    found = kappas(units)
    assert [*found] == [("u", "v"), ("u", "w"), ("v", "w")]
    assert found["u", "v"] == Kappa(1.0, 2)
    assert found["u", "w"] == Kappa(0.0, 1)
    assert kappa([], []) == Kappa(Undefined("they never answered the same question"), 0)


def test_confusion_counts_what_was_given_where_something_was_agreed() -> None:
    judged = [("book", {"u": "book", "v": "cancel"}), ("book", {"u": "cancel"}), ("greet", {"u": "greet"})]
    assert confusion(judged) == {("book", "book"): 1, ("book", "cancel"): 2, ("greet", "greet"): 1}
    assert accuracies(judged) == {"u": Accuracy(2, 3), "v": Accuracy(0, 1)}


@given(st.integers(1, 500), st.floats(0, 1))
def test_the_interval_holds_the_share_and_lies_between_0_and_1(votes: int, share: float) -> None:
    accuracy = Accuracy(round(share * votes), votes)
    low, high = accuracy.interval
    assert 0 <= low <= value(accuracy.value) + 1e-12
    assert value(accuracy.value) <= high + 1e-12
    assert high <= 1
    wider = Accuracy(accuracy.right, votes).interval
    narrower = Accuracy(accuracy.right * 4, votes * 4).interval
    assert narrower[1] - narrower[0] < wider[1] - wider[0]


def test_the_interval_is_wilsons() -> None:
    low, high = Accuracy(8, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert Accuracy(0, 0).interval == (0.0, 1.0)
    assert isinstance(Accuracy(0, 0).value, Undefined)
    assert math.isclose(Accuracy(10, 10).interval[1], 1.0)
