"""When reminders ring, in all conversations: an index to look at, never what decides whether one fires."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
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
        lua = files("slackbot.store") / "lua"
        self._hold, self._take = (
            redis.register_script((lua / f"{name}.lua").read_text(encoding="utf-8")) for name in ("hold", "take")
        )

    @available
    async def due(self, until: float, limit: int) -> list[Alarm]:
        """Those that are to ring and are due at ``until`` (Unix seconds), no more than ``limit``; the first first."""
        found = await self._redis.zrangebyscore(keys.REMINDERS, "-inf", until, start=0, num=limit, withscores=True)
        return _alarms(found)

    @available
    async def take(self, until: float, lent_until: float, limit: int) -> list[Alarm]:
        """As ``due``, and nobody else gets them before ``lent_until`` (Unix seconds), be it that this process died."""
        found = await self._take(keys=[keys.REMINDERS], args=[until, lent_until, limit])
        return _alarms(zip(found[::2], map(float, found[1::2]), strict=True))

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
        index = [keys.REMINDERS, keys.REMINDERS_HELD, keys.DUE]
        await self._hold(keys=index, args=[alarm.conversation_id, alarm.name, alarm.due])

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
    for member, due in cast(Iterable[tuple[str, float]], found):
        conversation_id, _, name = member.partition("\n")
        alarms.append(Alarm(conversation_id, name, due))
    return alarms
