"""What one person has set for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nudges(StrEnum):
    """How often somebody is reminded of questions that wait for them."""

    OFF = "off"
    DAILY = "daily"
    #: As soon as a question has waited for long enough.
    IMMEDIATE = "immediate"


@dataclass(frozen=True)
class Preferences:
    """One person's own settings. Times are in their own zone."""

    #: In which order answers are offered (``Order``); empty: as the app's settings say.
    order: str = ""
    #: Whether to be told after each vote where the next question is.
    lead_on: bool = True
    #: Of ``Nudges``.
    nudges: str = Nudges.IMMEDIATE
    #: At which hour they come, where they come daily.
    nudge_hour: int = 9
    #: Between these times, ``HH:MM``, none come; the same twice: there are no such hours.
    quiet_from: str = "20:00"
    quiet_until: str = "08:00"
    #: Whether they come on Saturdays and Sundays too.
    weekends: bool = False
