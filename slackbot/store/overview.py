"""All that is open at once: the sessions that are not over, with their questions and votes."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from slackbot.store import keys
from slackbot.store.conversations import StoredVote, available, stored_vote
from slackbot.store.keys import Keys

Json = dict[str, Any]


@dataclass(frozen=True)
class OpenQuestion:
    """The question that is open in one conversation, as it is stored."""

    conversation_id: str
    session: Json
    question: Json
    votes: tuple[StoredVote, ...]
    #: How many messages of the speaker wait until it is decided.
    waiting: int
    #: ts of the message that shows it; None until it is posted.
    card_ts: str | None
    #: Changes with every vote and message.
    input_revision: str = "0"
    #: Whether the session is marked as waiting for votes that don't come.
    marked: bool = False


class Overview:
    """Reads of many conversations at once, which see each of them whole."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @available
    async def open_questions(self) -> list[OpenQuestion]:
        """The open question of every session that is not over, in the order of their ids. Raises StoreUnavailable."""
        found = []
        for conversation_id in sorted(await cast(Awaitable[set[str]], self._redis.smembers(keys.ACTIVE))):
            one = await self.open_question(conversation_id)
            if one is not None:
                found.append(one)
        return found

    @available
    async def open_question(self, conversation_id: str) -> OpenQuestion | None:
        """The question that is open in one conversation, if any. Raises StoreUnavailable."""
        own = Keys(conversation_id)
        pipe = self._redis.pipeline(transaction=True)
        pipe.hmget(own.head, ["session", "question", "question_id", "input_revision", "waiting_since"])
        pipe.hgetall(own.votes)
        pipe.hlen(own.waiting)
        (session, question, question_id, revision, waits), votes, waiting = await pipe.execute()
        if question is None:
            return None
        shown = await cast(Awaitable[str | None], self._redis.hget(own.shown, f"card:{question_id}"))
        return OpenQuestion(
            conversation_id,
            json.loads(session),
            json.loads(question),
            tuple(stored_vote(person, json.loads(vote)) for person, vote in votes.items()),
            waiting,
            json.loads(shown).get("ts") if shown else None,
            revision,
            waits is not None,
        )
