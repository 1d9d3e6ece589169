"""Conversations that were held elsewhere, put into the store whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis

from slackbot.errors import Conflict
from slackbot.store import keys
from slackbot.store.conversations import available
from slackbot.store.keys import Keys


@dataclass(frozen=True)
class Found:
    """What the store has under an id: nothing, where there are neither events nor a session."""

    events: Sequence[dict[str, Any]]
    replaced: int
    #: Its session, JSON; empty where it has none.
    session: str


class Imports:
    """Into one Redis or Valkey database. Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        script = files("slackbot.store") / "lua" / "import.lua"
        self._add = redis.register_script(script.read_text(encoding="utf-8"))

    @available
    async def find(self, conversation_id: str) -> Found:
        """What is there, read in one transaction."""
        own = Keys(conversation_id)
        pipe = self._redis.pipeline(transaction=True)
        pipe.lrange(own.log, 0, -1)
        pipe.get(own.replaced)
        pipe.hget(own.head, "session")
        events, replaced, session = await pipe.execute()
        return Found([json.loads(event) for event in events], int(replaced or 0), session or "")

    @available
    async def add(
        self, conversation_id: str, found: Found, events: Sequence[dict[str, Any]], session: dict[str, Any] | None
    ) -> None:
        """Adds events behind those that were found, and with a session, which is over, makes it be learned from.

        Atomic. Raises Conflict, and changes nothing, where the conversation is no longer what was found.
        """
        own = Keys(conversation_id)
        rows = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events]
        given = json.dumps(session, ensure_ascii=False) if session else ""
        added = await self._add(
            keys=[own.log, own.head, own.replaced, keys.TRAINING],
            args=[len(found.events), found.replaced, found.session, json.dumps(rows, ensure_ascii=False), given],
        )
        if not added:
            raise Conflict(f"conversation {conversation_id} changed while it was imported; import it again")
