"""Logs of conversations as the API reads and writes them: beside the learning loop, and never across its decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis

from slackbot.errors import Conflict, Refused
from slackbot.store import keys
from slackbot.store.conversations import available
from slackbot.store.keys import Keys

_CHANGED = -1
_REFUSALS = {
    -2: "a message or a question of its session is under way in Slack; write again once it is closed",
    -3: "its session is over",
    -4: "it is taught in a session in Slack, whose log is only ever added to",
}


@dataclass(frozen=True)
class Log:
    """A conversation's log at one moment, read at once."""

    #: The number of its events.
    version: int
    #: How often it was replaced: what was read before another count says nothing any more.
    replaced: int
    #: The events from ``since`` on, JSON, oldest first.
    events: Sequence[str]
    since: int
    #: Of the session that it is taught in; None for one that was made through the API.
    session: dict[str, Any] | None

    @property
    def exists(self) -> bool:
        """Whether there is such a conversation; it may have been replaced by nothing."""
        return self.version > 0 or self.replaced > 0 or self.session is not None


class Logs:
    """In one Redis or Valkey database. Every method raises StoreUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        lua = files("slackbot.store") / "lua"
        self._read, self._append = (
            redis.register_script((lua / name).read_text(encoding="utf-8")) for name in ("read.lua", "append.lua")
        )

    @available
    async def read(self, conversation_id: str, since: int = 0) -> Log:
        """The log from position ``since`` on; empty where there is none."""
        own = Keys(conversation_id)
        names = [own.log, own.replaced, own.head]
        events, version, replaced, session = await self._read(keys=names, args=[since])
        return Log(version, int(replaced or 0), events, since, json.loads(session) if session else None)

    async def append(self, conversation_id: str, version: int, replaced: int, events: Sequence[str]) -> None:
        """Adds events (JSON) to a log that is still what was read: of that length, and not replaced since.

        Atomic. Raises Conflict where it changed, Refused where something of its session is under way or it is over.
        """
        await self._write(conversation_id, [version, replaced], events, "")

    async def replace(self, conversation_id: str, events: Sequence[str]) -> None:
        """Puts these events (JSON) in the place of all others. Atomic. Raises Refused for a session's log."""
        await self._write(conversation_id, ["", ""], events, "1")

    @available
    async def _write(self, conversation_id: str, expected: list[Any], events: Sequence[str], replace: str) -> None:
        own = Keys(conversation_id)
        names = [own.log, own.head, own.replaced, own.waiting, keys.DUE]
        version, _ = await self._append(keys=names, args=[conversation_id, *expected, replace, *events])
        if version == _CHANGED:
            raise Conflict(f"conversation {conversation_id} changed since it was read")
        if version < 0:
            raise Refused(f"Conversation {conversation_id} can't be written: {_REFUSALS[version]}.")

    @available
    async def ping(self) -> None:
        """Returns if the server answers."""
        await self._redis.ping()
