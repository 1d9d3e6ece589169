"""Places in Slack."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where in Slack something happened."""

    team: str
    channel: str
    thread_ts: str | None = None
