"""What is set for a channel, for the sessions that will be held in it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from redis.asyncio import Redis

from slackbot.crowd.quorum import Rule, parse_rule
from slackbot.store import keys
from slackbot.store.conversations import available


class Channels:
    """The channels' own rules. Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @available
    async def rule(self, channel: str) -> Rule | None:
        """The rule that was set for the channel; None where none was."""
        text = await cast(Awaitable[str | None], self._redis.hget(keys.CHANNEL_RULES, channel))
        return parse_rule(text) if text else None

    @available
    async def set_rule(self, channel: str, rule: Rule | None) -> None:
        """Sets the channel's rule, or takes it away (None)."""
        if rule is None:
            await self._redis.hdel(keys.CHANNEL_RULES, channel)
        else:
            await self._redis.hset(keys.CHANNEL_RULES, channel, str(rule))
