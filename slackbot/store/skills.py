"""What is known of each annotator's skill, estimated by a job from all closed questions."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import cast

from redis.asyncio import Redis

from slackbot.crowd.quorum import Skill
from slackbot.store import keys
from slackbot.store.conversations import available


@dataclass(frozen=True)
class Estimate:
    """The skills of a workspace's people as they were estimated once."""

    #: Counts the estimates of a workspace from 1; 0 where there was none.
    version: int = 0
    #: Unix seconds.
    at: float = 0.0
    #: How many closed questions it is drawn from.
    questions: int = 0
    #: Slack user id, or ``MODEL``, to skill.
    skills: Mapping[str, Skill] = field(default_factory=dict)


class Skills:
    """The latest estimate of each workspace. Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def skills(self, team: str) -> Mapping[str, Skill]:
        """What is known of everybody; who is not in it is judged by the prior."""
        return (await self.estimate(team)).skills

    @available
    async def estimate(self, team: str) -> Estimate:
        """The latest estimate."""
        record = await cast(Awaitable[dict[str, str]], self._redis.hgetall(keys.skills(team)))
        if not record:
            return Estimate()
        people = json.loads(record["skills"])
        return Estimate(
            version=int(record["version"]),
            at=float(record["at"]),
            questions=int(record["questions"]),
            skills={person: Skill(right, wrong) for person, (right, wrong) in people.items()},
        )

    @available
    async def save(self, team: str, skills: Mapping[str, Skill], questions: int) -> int:
        """Puts an estimate in the place of the one before, whole, and returns its version."""
        people = {person: [round(skill.right, 3), round(skill.wrong, 3)] for person, skill in sorted(skills.items())}
        pipe = self._redis.pipeline(transaction=True)
        pipe.hincrby(keys.skills(team), "version", 1)
        for name, value in (("skills", json.dumps(people)), ("at", time.time()), ("questions", questions)):
            pipe.hset(keys.skills(team), name, value)
        version, *_ = await pipe.execute()
        return cast(int, version)
