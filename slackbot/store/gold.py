"""Gold questions of a workspace, who answered them how, and who was warned."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterable
from dataclasses import asdict
from typing import Any, cast

from redis.asyncio import Redis

from slackbot.crowd.gold import GoldAnswer, GoldQuestion
from slackbot.store import keys
from slackbot.store.conversations import available


class Gold:
    """Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @available
    async def questions(self, team: str) -> list[GoldQuestion]:
        """All of them, in the order of their ids."""
        found = await self._hash(keys.gold(team, "questions"))
        return [_question(json.loads(found[name])) for name in sorted(found)]

    @available
    async def promote(self, team: str, conversation: str, questions: Iterable[GoldQuestion], seen: int) -> None:
        """Adds gold questions; notes that the conversation's questions up to number ``seen`` were looked at."""
        pipe = self._redis.pipeline(transaction=True)
        for question in questions:
            pipe.hset(keys.gold(team, "questions"), question.id, json.dumps(asdict(question), ensure_ascii=False))
        pipe.hset(keys.gold(team, "seen"), conversation, str(seen))
        await pipe.execute()

    @available
    async def seen(self, team: str, conversation: str) -> int:
        """The number of the last question of a conversation that was looked at."""
        return int(await cast(Awaitable[str | None], self._redis.hget(keys.gold(team, "seen"), conversation)) or 0)

    @available
    async def drop(self, team: str, gold: str) -> None:
        """A gold question that was taken back: it is asked no more, and its answers count no more."""
        await self._redis.hdel(keys.gold(team, "questions"), gold)

    @available
    async def answer(self, team: str, given: GoldAnswer) -> bool:
        """Keeps an answer. False, and nothing changed, where the person has answered that question already."""
        name = f"{given.person}|{given.gold}"
        record = json.dumps(asdict(given), ensure_ascii=False)
        return bool(await self._redis.hsetnx(keys.gold(team, "answers"), name, record))

    @available
    async def answers(self, team: str) -> list[GoldAnswer]:
        """All answers, the oldest first."""
        found = await self._hash(keys.gold(team, "answers"))
        return sorted((GoldAnswer(**json.loads(record)) for record in found.values()), key=lambda one: one.at)

    @available
    async def warn(self, team: str, person: str, answers: float) -> bool:
        """Notes that somebody is warned, after so many answers. False where they had been before."""
        return bool(await self._redis.hsetnx(keys.gold(team, "warned"), person, str(answers)))

    @available
    async def warned(self, team: str) -> dict[str, float]:
        """Who was warned, after how many answers."""
        return {person: float(answers) for person, answers in (await self._hash(keys.gold(team, "warned"))).items()}

    async def _hash(self, key: str) -> dict[str, str]:
        return await cast(Awaitable[dict[str, str]], self._redis.hgetall(key))


def _question(record: dict[str, Any]) -> GoldQuestion:
    return GoldQuestion(**{**record, "people": tuple(record["people"])})
