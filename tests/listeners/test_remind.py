"""What the words behind ``/teach remind`` mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slackbot.dialogue.events import ReminderCancelled
from slackbot.errors import Refused
from slackbot.listeners.remind import cancellation, listing, moment_of, reminder_of, split

NOW = datetime(2027, 3, 14, 9, 30, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("when", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("1h30M", 5400),
        ("2d", 172800),
        ("2027-03-14T10:00", 1800),
        ("2027-03-14T10:00+01:00", -1800 + 3600 - 1800),
        ("2027-03-14T06:00-04:00", 1800),
        ("2027-03-15", 14.5 * 3600),
    ],
)
def test_a_time_is_ahead_by_so_much_or_utc(when: str, seconds: float) -> None:
    if seconds <= 0:
        with pytest.raises(Refused, match="past"):
            moment_of(when, NOW)
    else:
        assert moment_of(when, NOW) == NOW + seconds


@pytest.mark.parametrize("when", ["soon", "10", "m", "2027-99-01", "", "99999d", "2020-01-01T00:00"])
def test_what_is_no_time_to_come_is_refused(when: str) -> None:
    with pytest.raises(Refused):
        moment_of(when, NOW)


def test_everything_that_can_be_said_of_a_reminder() -> None:
    given = split(
        '10m order keep name=lunch {"dish": "pie a = b"} in https://x.slack.com/archives/C1/p1700000000000100'
    )
    assert given.thread == "https://x.slack.com/archives/C1/p1700000000000100"
    reminder = reminder_of("10m", "order", given, keep=True, now=NOW)
    assert (reminder.name, reminder.intent, reminder.entities) == ("lunch", "order", {"dish": "pie a = b"})
    assert not reminder.kill_on_user_message
    assert given.plain == ("10m", "order", "keep")


def test_a_reminder_without_a_name_gets_one_and_people_see_it_escaped() -> None:
    reminder = reminder_of("10m", "order", split("10m order"), keep=False, now=NOW)
    assert reminder.name
    assert reminder.kill_on_user_message
    shown = listing([reminder_of("10m", "<!channel>", split("name=<!here>"), keep=False, now=NOW)])
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "2027-03-14 09:40:00 UTC" in shown


@pytest.mark.parametrize("words", ["10m order {city: Oslo}", '10m order {"a": ', '10m order ["a"]', "10m order [{}]"])
def test_entities_that_are_no_json_are_refused(words: str) -> None:
    with pytest.raises(Refused, match="entities"):
        split(words)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("all", ReminderCancelled()),
        ("lunch", ReminderCancelled("lunch")),
        ("name=lunch intent=order", ReminderCancelled("lunch", "order")),
        ('{"dish": "pie"}', ReminderCancelled(entities={"dish": "pie"})),
    ],
)
def test_what_is_cancelled(words: str, expected: ReminderCancelled) -> None:
    given = split(words)
    assert cancellation(given.plain, given) == expected


@pytest.mark.parametrize("words", ["", "a b", "a name=b", "nome=a"])
def test_a_cancellation_that_says_nothing_certain_is_refused(words: str) -> None:
    given = split(words)
    with pytest.raises(Refused):
        cancellation(given.plain, given)
