"""Which of a message's edits is the latest, told by event or by looking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slackbot.missed import moment_of
from tests.blocks.strategies import UNHURRIED

SECONDS = st.integers(1_500_000_000, 2_500_000_000)
MICROS = st.integers(0, 999_997)


def at(second: int, micros: int) -> str:
    return f"{second}.{micros:06}"


@UNHURRIED
@given(SECONDS, MICROS, MICROS)
def test_of_two_edits_in_a_second_the_later_event_is_the_later_edit(second: int, one: int, other: int) -> None:
    moments = [float(moment_of(at(second, 0), at(second, micros))) for micros in (one, other)]
    assert (moments[0] < moments[1]) == (one < other)
    assert all(int(moment) == second for moment in moments)


@UNHURRIED
@given(SECONDS, MICROS, st.integers(0, 3))
def test_a_message_that_is_read_shows_every_edit_of_its_second_and_none_of_the_next(
    second: int, micros: int, late: int
) -> None:
    """An event that Slack wrote a moment after the edit still belongs to the edit's second."""
    read = float(moment_of(at(second, 0)))
    assert float(moment_of(at(second, 0), at(second + late, micros))) < read
    assert read < float(moment_of(at(second + 1, 0), at(second + 1, micros)))


def test_a_message_that_was_never_edited_has_no_such_moment() -> None:
    assert moment_of("0") == "0"
