"""What one person has set for themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preferences:
    """One person's own settings."""

    #: In which order answers are offered (``Order``); empty: as the app's settings say.
    order: str = ""
    #: Whether to be told after each vote where the next question is.
    lead_on: bool = True
