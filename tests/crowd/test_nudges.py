"""When people are reminded: in every zone, around the nights, weekends and changes of the clocks there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.crowd.nudges import (
    AGAIN,
    BETWEEN,
    Ladder,
    Pace,
    Stage,
    Told,
    escalates_at,
    is_due,
    is_quiet,
    latest_hour,
    stage,
    zone_of,
)
from slackbot.crowd.preferences import Nudges, Preferences

HOUR = 3600.0
WAITING = {"q": 0.0}
#: Zones with half and quarter hours, with half an hour of daylight saving, with a day that was left out, with a
#: midnight that was left out, and plain ones.
ZONES = (
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Beirut", "America/St_Johns",
    "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Etc/UTC",
)  # fmt: skip
MOMENTS = st.floats(datetime(2005, 1, 1, tzinfo=UTC).timestamp(), datetime(2040, 1, 1, tzinfo=UTC).timestamp())
CLOCKS = st.times().map(lambda one: f"{one:%H:%M}")
ANY_WISHES = st.builds(
    Preferences,
    nudges=st.sampled_from(Nudges),
    nudge_hour=st.integers(0, 23),
    quiet_from=CLOCKS,
    quiet_until=CLOCKS,
    weekends=st.booleans(),
)


def local(zone: str, *when: int, fold: int = 0) -> float:
    """A wall clock's time somewhere as Unix seconds."""
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("zone", ZONES)
def test_nobody_is_disturbed_at_night_wherever_they_live(zone: str) -> None:
    """Thursday evening to Friday morning, in January and in July."""
    for month, day in ((1, 14), (7, 15)):
        quiet = [is_quiet(local(zone, 2027, month, day, 19 + n // 60, n % 60), ZoneInfo(zone), Preferences())
                 for n in (0, 59, 60, 61)]  # fmt: skip
        assert quiet == [False, False, True, True]
        assert is_quiet(local(zone, 2027, month, day + 1, 7, 59), ZoneInfo(zone), Preferences())
        assert not is_quiet(local(zone, 2027, month, day + 1, 8, 0), ZoneInfo(zone), Preferences())


@pytest.mark.parametrize(
    ("zone", "begin", "until", "moment", "quiet"),
    [
        # The hour from 2 to 3 is left out: quiet hours in it take no time, those that end in it end at 3.
        ("Europe/Berlin", "02:00", "03:00", local("Europe/Berlin", 2027, 3, 28, 1, 59), False),
        ("Europe/Berlin", "02:00", "03:00", local("Europe/Berlin", 2027, 3, 28, 1, 59) + 60, False),
        ("Europe/Berlin", "22:00", "02:30", local("Europe/Berlin", 2027, 3, 28, 1, 59), True),
        ("Europe/Berlin", "22:00", "02:30", local("Europe/Berlin", 2027, 3, 28, 1, 59) + 60, False),
        # It comes twice: quiet hours in it are, both times.
        ("Europe/Berlin", "02:00", "03:00", local("Europe/Berlin", 2027, 10, 31, 2, 30), True),
        ("Europe/Berlin", "02:00", "03:00", local("Europe/Berlin", 2027, 10, 31, 2, 30, fold=1), True),
        # Half an hour only.
        ("Australia/Lord_Howe", "01:30", "02:00", local("Australia/Lord_Howe", 2027, 4, 4, 1, 45), True),
        ("Australia/Lord_Howe", "01:30", "02:00", local("Australia/Lord_Howe", 2027, 4, 4, 1, 45, fold=1), True),
        # Midnight is left out.
        ("America/Sao_Paulo", "23:00", "00:30", local("America/Sao_Paulo", 2018, 11, 3, 23, 59), True),
        ("America/Sao_Paulo", "23:00", "00:30", local("America/Sao_Paulo", 2018, 11, 3, 23, 59) + 60, False),
        # No quiet hours at all.
        ("Etc/UTC", "08:00", "08:00", local("Etc/UTC", 2027, 1, 14, 8, 0), False),
    ],
)
def test_quiet_hours_where_the_clocks_change(zone: str, begin: str, until: str, moment: float, quiet: bool) -> None:
    wishes = Preferences(quiet_from=begin, quiet_until=until, weekends=True)
    assert is_quiet(moment, ZoneInfo(zone), wishes) is quiet


def test_the_weekend_is_quiet_from_the_evening_before_to_the_morning_after_unless_somebody_wants_it() -> None:
    hours = [local("Asia/Kathmandu", 2027, 1, 15, 12) + n * HOUR for n in range(4 * 24)]  # from Friday noon
    zone, wishes = ZoneInfo("Asia/Kathmandu"), Preferences()
    loud = [n for n, moment in enumerate(hours) if not is_quiet(moment, zone, wishes)]
    assert loud[:9] == [*range(8), 68]  # Friday till eight; Monday from eight
    assert not is_quiet(hours[24], zone, Preferences(weekends=True))


@pytest.mark.parametrize("zone", ZONES)
def test_who_wants_it_daily_gets_it_at_their_hour(zone: str) -> None:
    wishes, told, sent = Preferences(nudges=Nudges.DAILY, nudge_hour=10), Told(), []
    start = local(zone, 2027, 3, 25, 0)
    for minute in range(0, 14 * 24 * 60, 15):
        now = start + minute * 60
        if is_due(now, ZoneInfo(zone), wishes, told, {"q": start}):
            told = Told(now, frozenset("q"))
            sent.append(datetime.fromtimestamp(now, ZoneInfo(zone)))
    assert [(one.hour, one.minute) for one in sent] == [(10, 0)] * 10
    assert all(one.weekday() < 5 for one in sent)


def test_what_came_up_after_their_hour_waits_for_the_next() -> None:
    zone, wishes = ZoneInfo("Europe/Berlin"), Preferences(nudges=Nudges.DAILY)
    asked = local("Europe/Berlin", 2027, 1, 14, 13)
    assert not is_due(asked + HOUR, zone, wishes, Told(), {"q": asked})
    assert is_due(local("Europe/Berlin", 2027, 1, 15, 9), zone, wishes, Told(), {"q": asked})


@pytest.mark.parametrize(
    ("zone", "hour", "day", "at"),
    [
        ("Europe/Berlin", 2, (2027, 3, 28), "2027-03-28T01:00"),  # left out: it is 3 then
        ("Europe/Berlin", 2, (2027, 10, 31), "2027-10-31T00:00"),  # the first of two
        ("America/Sao_Paulo", 0, (2018, 11, 4), "2018-11-04T03:00"),
        ("Pacific/Apia", 9, (2011, 12, 31), "2011-12-30T19:00"),  # the day before was left out
        ("Asia/Kathmandu", 9, (2027, 1, 14), "2027-01-14T03:15"),
    ],
)
def test_their_hour_where_the_clocks_change(zone: str, hour: int, day: tuple[int, int, int], at: str) -> None:
    wishes = Preferences(nudge_hour=hour, weekends=True)
    now = local(zone, *day, 23, 59)
    assert datetime.fromtimestamp(latest_hour(now, ZoneInfo(zone), wishes), UTC).isoformat("T", "minutes")[:16] == at


@given(MOMENTS, st.sampled_from(ZONES), ANY_WISHES)
def test_their_latest_hour_is_never_ahead_and_never_long_ago(now: float, zone: str, wishes: Preferences) -> None:
    at = latest_hour(now, ZoneInfo(zone), wishes)
    assert 0 <= now - at < 100 * HOUR  # a weekend, a day that is left out, and the clock
    assert wishes.weekends or datetime.fromtimestamp(at, ZoneInfo(zone)).weekday() < 5


@settings(max_examples=40)
@given(MOMENTS, st.sampled_from(ZONES), ANY_WISHES, st.integers(5, 600))
def test_digests_keep_their_distance_and_come_at_no_quiet_time(
    start: float, zone: str, wishes: Preferences, step: int
) -> None:
    told, sent, there = Told(), [], ZoneInfo(zone)
    for count in range(150):
        now = start + count * step * 60
        waiting = {str(n): start + n * 7 * HOUR for n in range(9) if start + n * 7 * HOUR <= now}
        if is_due(now, there, wishes, told, waiting):
            sent.append(now)
            told = Told(now, frozenset(waiting))
    assert not any(is_quiet(now, there, wishes) for now in sent)
    assert wishes.nudges != Nudges.OFF or not sent
    assert all(later - earlier >= BETWEEN for earlier, later in pairwise(sent) if wishes.nudges == Nudges.IMMEDIATE)
    if wishes.nudges == Nudges.DAILY:
        hours = [latest_hour(now, there, wishes) for now in sent]
        assert len(set(hours)) == len(hours)


@settings(max_examples=40)
@given(MOMENTS, st.sampled_from(ZONES), ANY_WISHES.filter(lambda one: one.nudges != Nudges.OFF))
def test_nothing_waits_for_ever(start: float, zone: str, wishes: Preferences) -> None:
    """Within ten days somebody is told, unless no minute of the day is loud."""
    found = any(
        is_due(start + n * 600, ZoneInfo(zone), wishes, Told(), {"q": start}) for n in range(10 * 24 * 6)
    )  # fmt: skip
    begin, until = (datetime.strptime(text, "%H:%M") for text in (wishes.quiet_from, wishes.quiet_until))  # noqa: DTZ007
    loud = timedelta(days=1) - (until - begin) % timedelta(days=1)
    assert found or loud < timedelta(minutes=90)


def test_the_same_is_said_once_a_day_and_something_new_after_an_hour() -> None:
    now, wishes = local("Etc/UTC", 2027, 1, 14, 12), Preferences()
    told = Told(now, frozenset("q"))
    new = {**WAITING, "r": now}
    assert [is_due(now + BETWEEN - 1, UTC, wishes, told, new), is_due(now + BETWEEN, UTC, wishes, told, new)] == [0, 1]
    assert not is_due(now + AGAIN - 1, UTC, wishes, told, WAITING)
    assert is_due(now + AGAIN, UTC, wishes, told, WAITING)
    assert not is_due(now + AGAIN, UTC, wishes, told, {})


PACE = Pace(after=4 * HOUR, again=24 * HOUR)


@pytest.mark.parametrize(
    ("ladder", "hours", "people", "backups", "then"),
    [
        (Ladder(0), 3.9, True, True, Stage.NOTHING),
        (Ladder(0), 4, True, True, Stage.REMIND),
        (Ladder(0), 400, True, True, Stage.REMIND),  # over a weekend: whose night it is is told first
        (Ladder(0), 27.9, False, True, Stage.REMIND),
        (Ladder(0), 28, False, True, Stage.ESCALATE),
        (Ladder(0, 4 * HOUR), 27.9, True, True, Stage.REMIND),
        (Ladder(0, 4 * HOUR), 28, True, True, Stage.ESCALATE),
        (Ladder(0, 4 * HOUR), 400, True, True, Stage.ESCALATE),
        (Ladder(0, 4 * HOUR, 30 * HOUR), 53.9, True, True, Stage.ESCALATE),
        (Ladder(0, 4 * HOUR, 30 * HOUR), 54, True, True, Stage.MARK),
        (Ladder(0, 4 * HOUR), 52, True, False, Stage.MARK),
        (Ladder(0), 52, False, False, Stage.MARK),
    ],
)
def test_a_question_is_brought_to_mind_then_to_backups_then_marked(
    ladder: Ladder, hours: float, people: bool, backups: bool, then: Stage
) -> None:
    assert stage(ladder, hours * HOUR, PACE, people=people, backups=backups) is then


@settings(max_examples=40)
@given(st.floats(0, 1e6), st.none() | st.floats(0, 1e6), st.none() | st.floats(0, 1e6), st.booleans(), st.booleans())
def test_time_never_takes_a_question_back(
    since: float, reminded: float | None, escalated: float | None, people: bool, backups: bool
) -> None:
    ladder = Ladder(since, reminded, escalated)
    stages = [stage(ladder, n * HOUR, PACE, people=people, backups=backups).value for n in range(600)]
    assert stages == sorted(stages)
    if Stage.ESCALATE.value in stages:
        at = escalates_at(ladder, PACE, people=people)
        assert at is not None
        assert stages.index(Stage.ESCALATE.value) * HOUR >= at


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "America", "../etc/passwd", "/etc/passwd", "Asia/Kathmandu"])
def test_a_zone_that_is_not_known_counts_as_utc(name: str) -> None:
    assert (zone_of(name) is UTC) is (name != "Asia/Kathmandu")
