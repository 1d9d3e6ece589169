"""The skills with which a question is decided, estimated anew as people go on voting."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from slackbot.background import Background
from slackbot.crowd.quorum import Skill
from slackbot.store.skills import Skills

#: Seconds for which an estimate is good.
EVERY = 60.0


class KnownSkills:
    """The latest estimate of each workspace; one that is older than ``EVERY`` is asked for anew, and not waited for."""

    def __init__(self, skills: Skills, ask: Callable[[str], Awaitable[None]], background: Background) -> None:
        self._skills, self._ask, self._background = skills, ask, background
        self._asked: dict[str, float] = {}

    async def skills(self, team: str) -> Mapping[str, Skill]:
        """What is known of everybody. Raises StoreUnavailable."""
        estimate = await self._skills.estimate(team)
        known = time.time() - estimate.at <= EVERY
        if not known and time.monotonic() - self._asked.get(team, -EVERY) >= EVERY:
            self._asked[team] = time.monotonic()
            self._background.start(self._asking(team), f"asking for the skills of {team}")
        return estimate.skills

    async def _asking(self, team: str) -> None:
        await self._ask(team)
