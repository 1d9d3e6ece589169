"""When people are reminded of questions that wait for them: in their own zone, outside their quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import Enum
from zoneinfo import ZoneInfo

from slackbot.crowd.preferences import Nudges, Preferences

#: Seconds between two digests for one person, be there something new; and between two that say the same.
BETWEEN, AGAIN = 3600.0, 86400.0
_SATURDAY = 5


@dataclass(frozen=True)
class Pace:
    """Seconds: until a question that nobody decides is brought to mind, and between that and each further stage."""

    after: float
    again: float


@dataclass(frozen=True)
class Ladder:
    """How far reminding has come with one question. Unix seconds, or None for what has not been."""

    #: From when on it counts as waiting: when it opened, or when a vote took its mark away.
    since: float
    #: The first digest about it, to anybody; and to anybody of the backups.
    reminded: float | None = None
    escalated: float | None = None


class Stage(Enum):
    """What is done about a question."""

    NOTHING = 0
    REMIND = 1
    #: Backups are reminded too.
    ESCALATE = 2
    #: Nobody is reminded any more; its session is marked.
    MARK = 3


@dataclass(frozen=True)
class Told:
    """What somebody was told last: when (Unix seconds; 0: never), and of which questions."""

    at: float = 0.0
    questions: frozenset[str] = frozenset()


def reminds_at(ladder: Ladder, pace: Pace) -> float:
    """From when on people are reminded of a question. Unix seconds."""
    return ladder.since + pace.after


def escalates_at(ladder: Ladder, pace: Pace, *, people: bool) -> float | None:
    """From when on backups are reminded too; None while somebody is still to be reminded for the first time.

    ``people`` says whether there is anybody to be reminded.
    """
    begun = ladder.reminded
    if begun is None and not people:
        begun = reminds_at(ladder, pace)
    return None if begun is None else begun + pace.again


def stage(ladder: Ladder, now: float, pace: Pace, *, people: bool, backups: bool) -> Stage:
    """What is to be done about a question at ``now``; ``backups`` as ``people``, of those who are asked after them."""
    if now < reminds_at(ladder, pace):
        return Stage.NOTHING
    escalates = escalates_at(ladder, pace, people=people)
    if escalates is None or now < escalates:
        return Stage.REMIND
    begun = ladder.escalated
    if begun is None and not backups:
        begun = escalates
    return Stage.ESCALATE if begun is None or now < begun + pace.again else Stage.MARK


def is_due(now: float, zone: tzinfo, wishes: Preferences, told: Told, waiting: Mapping[str, float]) -> bool:
    """Whether somebody is to be sent a digest at ``now``.

    ``waiting`` are the questions to remind them of, and from when on. Times are Unix seconds.
    """
    if not waiting or wishes.nudges == Nudges.OFF or is_quiet(now, zone, wishes):
        return False
    if wishes.nudges == Nudges.DAILY:
        at = latest_hour(now, zone, wishes)
        return told.at < at and min(waiting.values()) <= at
    return now - told.at >= (AGAIN if waiting.keys() <= told.questions else BETWEEN)


def is_quiet(now: float, zone: tzinfo, wishes: Preferences) -> bool:
    """Whether somebody in this zone is not to be disturbed at Unix second ``now``."""
    local = datetime.fromtimestamp(now, zone)
    if _is_free(local, wishes):
        return True
    begin, end = time.fromisoformat(wishes.quiet_from), time.fromisoformat(wishes.quiet_until)
    clock = local.time()
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def latest_hour(now: float, zone: tzinfo, wishes: Preferences) -> float:
    """When it was last their hour, at or before ``now``, on a day on which digests come. Unix seconds.

    An hour that the clocks leave out is the one after; of one that comes twice it is the first.
    """
    day = datetime.fromtimestamp(now, zone).date()
    while True:
        local = datetime.combine(day, time(wishes.nudge_hour), zone)
        if local.timestamp() <= now and not _is_free(local, wishes):
            return local.timestamp()
        day -= timedelta(days=1)


def _is_free(local: datetime, wishes: Preferences) -> bool:
    return local.weekday() >= _SATURDAY and not wishes.weekends


def zone_of(name: str) -> tzinfo:
    """The time zone of this name; UTC for one that this machine doesn't know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no key at all, a folder of the database
        return UTC
