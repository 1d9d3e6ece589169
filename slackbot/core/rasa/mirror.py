"""Conversations on a Rasa server that hold what ours hold, so that it can run actions in them.

Ours are the truth. Before anything is run, the server is asked what it holds: it may have been restarted, may have
forgotten, may have begun a session of its own. Where that is not the beginning of ours, it is given all of ours under
a new id: in some stores of Rasa's, events that are put in the place of others are mixed with them, and equal ones
are left out.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from weakref import WeakValueDictionary

from slackbot.core.rasa.client import replace_events, retrieve_tracker, send_action, send_event, send_message
from slackbot.core.rasa.endpoint import EndpointConfig, RasaFailed
from slackbot.dialogue.events import Event, SessionStarted, UserUttered
from slackbot.dialogue.tracker import EventVerbosity, Tracker

Json = dict[str, Any]

#: The share of Rasa's session time after which a conversation is given anew, lest it ends while an action runs.
_OLD = 0.5
#: Conversations whose ids on the server are remembered.
_KEPT = 1000


class Mirror:
    """What one process keeps on one server."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        self._endpoint = endpoint
        self._token = secrets.token_hex(4)
        #: Our conversation id to the latest id on the server.
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._copies = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self, tracker: Tracker, action: str, policy: str | None, confidence: float | None) -> list[Json]:
        """Runs an action behind the tracker's events; the events that it led to. Raises RasaFailed."""
        async with self._lock(tracker.conversation_id):
            there, known = await self._brought_up(tracker, tracker.events)
            await send_action(self._endpoint, there, action, policy, confidence)
            return await self._new(there, known)

    async def hear(self, tracker: Tracker, message: UserUttered) -> list[Json]:
        """What follows from a message, the tracker's last event, beside itself: slots. Raises RasaFailed."""
        async with self._lock(tracker.conversation_id):
            there, known = await self._brought_up(tracker, tracker.events[:-1])
            await send_message(self._endpoint, there, message.text or "", dict(message.parse_data))
            return [event for event in await self._new(there, known) if event.get("event") != "user"]

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _brought_up(self, tracker: Tracker, events: Sequence[Event]) -> tuple[str, list[str]]:
        """The id of a conversation on the server that holds these events and no others, and what it holds."""
        wanted = rows_of(events)
        expected = [essence(row) for row in wanted]
        there = self._ids.get(tracker.conversation_id)
        if there is not None:
            held = (await retrieve_tracker(self._endpoint, there, EventVerbosity.ALL)).get("events") or []
            known = [essence(row) for row in held]
            minutes = tracker.domain.session_config.session_expiration_time
            if known == expected[: len(known)] and known and not _is_old(held, minutes):
                if missing := wanted[len(known) :]:
                    await send_event(self._endpoint, there, missing)
                return there, expected
        return await self._copied(tracker.conversation_id, wanted), expected

    async def _copied(self, conversation_id: str, wanted: list[Json]) -> str:
        """The id of a conversation on the server that was not there before, and has been given these events."""
        self._copies += 1
        there = f"{conversation_id}-{self._token}-{self._copies}"
        await replace_events(self._endpoint, there, wanted)
        self._ids[conversation_id] = there
        self._ids.move_to_end(conversation_id)
        if len(self._ids) > _KEPT:
            self._ids.popitem(last=False)
        return there

    async def _new(self, there: str, known: list[str]) -> list[Json]:
        """The events behind the known ones. An answer to running an action shows the state before it: read again."""
        held = (await retrieve_tracker(self._endpoint, there, EventVerbosity.ALL)).get("events") or []
        if [essence(row) for row in held[: len(known)]] != known:
            raise RasaFailed("the Rasa server lost the conversation while it was working on it")
        return list(held[len(known) :])


def rows_of(events: Sequence[Event]) -> list[Json]:
    """The events of the latest session as Rasa takes them, stamped as if they had happened just now.

    By their own stamps a conversation in which people took their time would be over for Rasa.
    """
    starts = [index for index, event in enumerate(events) if isinstance(event, SessionStarted)]
    first = max(starts[-1] - 1, 0) if starts else 0  # with the action before it
    rows, now = [event.as_dict() for event in events[first:]], time.time()
    return [{**row, "timestamp": now + (index - len(rows)) * 1e-4} for index, row in enumerate(rows)]


def essence(row: Json) -> str:
    """What of an event doesn't differ between our log and the server's: the same text for the same event."""
    kind = row.get("event")
    match kind:
        case "user":
            parsed = row.get("parse_data") or {}
            intent, entities = (parsed.get("intent") or {}).get("name"), parsed.get("entities") or []
            found = [[entity.get(key) for key in ("entity", "value", "role", "group")] for entity in entities]
            content: Any = [row.get("text"), intent, found]
        case "action":
            content = row.get("name") or row.get("action_text")
        case "bot":
            data = {key: value for key, value in (row.get("data") or {}).items() if value}
            content = [row.get("text"), data]
        case _:
            ignored = {"event", "timestamp", "metadata", "policy", "confidence"}
            content = {key: value for key, value in row.items() if key not in ignored}
    return json.dumps([kind, content], sort_keys=True, default=str)


def _is_old(held: Sequence[Json], minutes: float) -> bool:
    """Whether Rasa may soon take the conversation for over. Its time runs from the latest message of the user."""
    spoken = next((row.get("timestamp") for row in reversed(held) if row.get("event") == "user"), None)
    return minutes > 0 and spoken is not None and time.time() - spoken > minutes * 60 * _OLD
