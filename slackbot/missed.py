"""What the speakers wrote, edited or deleted while nobody listened: found in Slack, and taken in the order of writing.

Slack delivers an event again three times within some minutes, and then no more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from weakref import WeakValueDictionary

from slackbot import clock
from slackbot.blocks.mrkdwn import plain
from slackbot.errors import SlackRefused
from slackbot.learning.conversation import Conversation
from slackbot.store import Store
from slackbot.threads import Slack

log = logging.getLogger(__name__)

#: Threads that are read at the same time.
_READERS = 4

#: Subtypes of message events under which people write something.
SPOKEN_SUBTYPES = frozenset({None, "thread_broadcast", "file_share", "me_message"})


class Missed:
    """The conversations in which something may have been missed."""

    def __init__(self, store: Store, read: Callable[[str], Awaitable[Conversation | None]], slack: Slack) -> None:
        self._store, self._read, self._slack = store, read, slack
        self._conversations: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._readers = asyncio.Semaphore(_READERS)

    @property
    def conversations(self) -> frozenset[str]:
        """Ids of those that nobody has looked through yet."""
        return frozenset(self._conversations)

    def note(self, conversation_ids: Iterable[str]) -> None:
        """Notes that something may have been missed in these."""
        self._conversations.update(conversation_ids)

    async def take(self, conversation_id: str) -> bool:
        """Takes what was missed in a conversation; at once where nothing was. False while it has no thread yet.

        Call it before the next step is taken: what was missed comes before what is written now.
        Raises SlackUnavailable and StoreUnavailable.
        """
        if conversation_id not in self._conversations:
            return True
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            if conversation_id in self._conversations and await self._take(conversation_id):
                self._conversations.discard(conversation_id)
        return conversation_id not in self._conversations

    async def _take(self, conversation_id: str) -> bool:
        conversation = await self._read(conversation_id)
        if conversation is None or not conversation.is_open:
            return True
        if conversation.snapshot.thread_ts is None:
            return False
        seen = await self._store.seen(conversation_id)
        try:
            messages = await self._messages(conversation)
        except SlackRefused as error:
            log.warning("session %s: %s; what was written meanwhile is lost", conversation_id, error)
            return True
        for ts, message in sorted(messages.items()):
            if is_spoken(message) and message["user"] == conversation.session.speaker:
                await self._written(conversation, ts, message, seen.get(ts))
        for own in (*conversation.snapshot.waiting, conversation.snapshot.turn):
            if own in seen and own not in messages:
                await self._note(conversation, own, None, f"{clock.now():.6f}")
        return True

    async def _messages(self, conversation: Conversation) -> dict[str, Mapping[str, Any]]:
        """All messages of the thread, by ts."""
        thread_ts = conversation.snapshot.thread_ts
        async with self._readers:
            return {
                message["ts"]: message
                async for message in self._slack.messages(
                    conversation.session.channel, thread_ts=thread_ts, oldest=thread_ts or "0"
                )
            }

    async def _written(self, conversation: Conversation, ts: str, message: Mapping[str, Any], seen: str | None) -> None:
        """Takes one message, or its edit, unless that was ``seen``."""
        edited = (message.get("edited") or {}).get("ts") or "0"
        if seen is None or int(float(edited)) > int(float(seen)):
            await self._note(conversation, ts, plain(message["text"]).strip() or None, moment_of(edited))

    async def _note(self, conversation: Conversation, ts: str, text: str | None, changed: str) -> None:
        await self._store.take_message(
            conversation.id, ts, {"text": text} if text else None, changed=changed, redraw=conversation.open_card
        )


def moment_of(edited: str, event_ts: str | None = None) -> str:
    """When a message was edited, told from its other edits; "0" if it was not.

    A message says only in which second (``edited``); of several edits in one second, the times of their events tell
    which was later. A message that is read without an event shows the latest of them all.
    """
    second = int(float(edited))
    if not second:
        return "0"
    within = min(max(float(event_ts) - second, 0.0), 0.999998) if event_ts else 0.999999
    return f"{second + within:.6f}"


def is_spoken(message: Mapping[str, Any]) -> bool:
    """True for what a person wrote; False for bots and for Slack's own notices."""
    return (
        message.get("subtype") in SPOKEN_SUBTYPES
        and not message.get("bot_id")
        and bool(message.get("user"))
        and bool(message.get("text"))
    )
