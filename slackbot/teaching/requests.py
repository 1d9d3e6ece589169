"""What the app asks of the workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Requests(Protocol):
    """Asked again and again is as good as once. Every method raises StoreUnavailable, unless it says otherwise."""

    async def export(self, conversation_id: str) -> None:
        """The files of a finished session, in its thread."""

    async def skills(self, team: str) -> None:
        """A new estimate of the skills of everybody in a workspace."""

    async def statistics(self, team: str, channel: str, person: str, request: str, *, names: bool) -> None:
        """Numbers and a picture of a channel's votes, for one person. ``request`` names the asking."""

    async def picture(self, conversation_id: str, request: str) -> None:
        """A picture of a conversation and the stories around it, in its thread. ``request`` names the asking."""

    async def training(self) -> None:
        """A model that has learned all that was agreed so far."""

    async def alarms(self, times: Sequence[float]) -> None:
        """Reminders to be fired at these times, in Unix seconds. Raises nothing: what is not set is found when due."""

    async def metrics(self) -> tuple[bytes, str]:
        """The gauges for Prometheus, and their content type."""
