"""Who is relied on: nobody is judged by a few answers, nobody excluded without a warning, and it can be made good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import Skill
from slackbot.crowd.standing import Evidence, Standing, Thresholds, evidence, excluded, is_qualified, standing

USUAL = Thresholds()


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (Evidence(), Standing.NEW),
        (Evidence(0, 9), Standing.NEW),
        (Evidence(6, 4), Standing.RELIABLE),
        (Evidence(5, 5), Standing.WARNED),
        (Evidence(0, 10), Standing.WARNED),
        (Evidence(2, 16, warned_at=14), Standing.WARNED),
        (Evidence(2, 18, warned_at=15), Standing.EXCLUDED),
        (Evidence(10, 10, warned_at=10), Standing.WARNED),
        (Evidence(30, 18, warned_at=15), Standing.RELIABLE),
    ],
)
def test_standings(known: Evidence, expected: Standing) -> None:
    assert standing(known, USUAL) is expected


@given(st.floats(0, 200), st.floats(0, 200), st.none() | st.floats(0, 100))
def test_nobody_is_excluded_without_a_warning_or_who_is_right_more_often_than_wrong(
    right: float, wrong: float, warned_at: float | None
) -> None:
    found = standing(Evidence(right, wrong, warned_at), USUAL)
    if warned_at is None or right > wrong + 1:
        assert found is not Standing.EXCLUDED


def test_gold_and_what_others_answered_count_together() -> None:
    assert evidence([True, False, True], Skill(5.5, 2), None) == Evidence(7.5, 3)
    people = {"a": Evidence(1, 19, 10), "b": Evidence(19, 1), "c": Evidence(1, 19)}
    assert excluded(people, USUAL) == {"a"}


@pytest.mark.parametrize(
    ("gold", "left", "qualified"),
    [
        ([], 3, False),
        ([], 0, True),
        ([True, True], 3, False),
        ([True, True, True], 3, True),
        ([True, True, False], 3, False),
        ([False, True, True, True], 3, True),
    ],
)
def test_qualification_asks_for_the_latest_answers_to_be_right(gold: list[bool], left: int, qualified: bool) -> None:
    assert is_qualified(gold, left, Thresholds(qualification=3)) is qualified
    assert is_qualified(gold, left, Thresholds())
