"""A core in whose place a newer one can be put at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackbot.core.protocol import Core, Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.tracker import Tracker


class CurrentCore:
    """Asks the core that is current when it is asked. A question that is under way stays with the core it went to."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def domain(self) -> Domain:
        """The current core's."""
        return self.core.domain

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What the message means. Raises CoreFailed."""
        return await self.core.parse(text, tracker)

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the assistant would do next. Raises CoreFailed."""
        return await self.core.predict(tracker)

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        """The events of running the action. Raises CoreFailed."""
        return await self.core.execute(tracker, action, policy=policy, confidence=confidence)

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        """Whether only running it tells the outcome."""
        return self.core.runs_elsewhere(action, tracker)
