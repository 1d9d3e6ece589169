"""What people have set for themselves."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import asdict
from typing import cast

from redis.asyncio import Redis

from slackbot.crowd.preferences import Preferences
from slackbot.store import keys
from slackbot.store.conversations import available


class People:
    """Everybody's preferences. Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @available
    async def preferences(self, person: str) -> Preferences:
        """What the person has set, or the defaults."""
        record = await cast(Awaitable[str | None], self._redis.hget(keys.PREFERENCES, person))
        return Preferences(**json.loads(record)) if record else Preferences()

    @available
    async def everybody(self) -> dict[str, Preferences]:
        """What everybody has set who has set anything."""
        records = await cast(Awaitable[dict[str, str]], self._redis.hgetall(keys.PREFERENCES))
        return {person: Preferences(**json.loads(record)) for person, record in records.items()}

    @available
    async def prefer(self, person: str, preferences: Preferences) -> None:
        """Sets what the person prefers."""
        await self._redis.hset(keys.PREFERENCES, person, json.dumps(asdict(preferences)))
