"""When reminders ring, in all conversations: an index to look at, never what decides whether one fires."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from typing import cast

from redis.asyncio import Redis

from slackbot.store import keys
from slackbot.store.conversations import available


@dataclass(frozen=True)
class Alarm:
    """A reminder that is to ring."""

    conversation_id: str
    name: str
    #: Unix seconds.
    due: float


class Alarms:
    """The alarms. Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        script = files("slackbot.store") / "lua" / "hold.lua"
        self._hold = redis.register_script(script.read_text(encoding="utf-8"))

    @available
    async def due(self, until: float, limit: int) -> list[Alarm]:
        """Those that are to ring and are due at ``until`` (Unix seconds), no more than ``limit``; the first first."""
        found = await self._redis.zrangebyscore(keys.REMINDERS, "-inf", until, start=0, num=limit, withscores=True)
        return _alarms(found)

    @available
    async def held(self, limit: int) -> list[Alarm]:
        """Those that rang and are held back, until a question is decided or a pause is over; the first first."""
        found = await self._redis.zrange(keys.REMINDERS_HELD, 0, limit - 1, withscores=True)
        return _alarms(found)

    @available
    async def counts(self) -> tuple[int, int]:
        """How many are to ring, and how many are held back."""
        return await self._redis.zcard(keys.REMINDERS), await self._redis.zcard(keys.REMINDERS_HELD)

    @available
    async def hold(self, alarm: Alarm) -> None:
        """Notes that it rang and its conversation can't take it now; whoever carries that on fires it."""
        await self._hold(keys=[keys.REMINDERS, keys.REMINDERS_HELD, keys.DUE], args=[alarm.conversation_id, alarm.name])

    @available
    async def forget(self, alarm: Alarm) -> None:
        """Drops one of a conversation that isn't there."""
        await self._redis.zrem(keys.REMINDERS, f"{alarm.conversation_id}\n{alarm.name}")

    @available
    async def say_fired(self, conversation_id: str) -> None:
        """Tells every process that listens that something has fired. Nothing depends on anybody's hearing it."""
        await self._redis.publish(keys.FIRED, conversation_id)

    async def fired(self) -> AsyncIterator[str]:
        """The ids of conversations in which something fires, from now on. Ends never; raises RedisError."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(keys.FIRED)
            while True:
                message = await channel.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message is not None:
                    yield cast(str, message["data"])


def _alarms(found: object) -> list[Alarm]:
    alarms = []
    for member, due in cast(list[tuple[str, float]], found):
        conversation_id, _, name = member.partition("\n")
        alarms.append(Alarm(conversation_id, name, due))
    return alarms
