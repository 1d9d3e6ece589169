"""Reminders that people set, see and cancel by hand in a session."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

from slackbot.dialogue.events import Event, ReminderCancelled, ReminderScheduled
from slackbot.dialogue.reminders import cancels, due_at, pending
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.permissions import Permissions, Right
from slackbot.store import Store

#: The end of a permalink, ``p1700000000000100``, or a ts.
_THREAD = re.compile(r"(?:.*/p(\d{10})(\d{6})(?:\?.*)?|(\d{10}\.\d{6}))\Z", re.DOTALL)


class Reminding:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, store: Store, loop: Loop, permissions: Permissions, wake: Callable[[str], None]) -> None:
        self._store, self._loop, self._permissions, self._wake = store, loop, permissions, wake

    def now(self) -> float:
        """Unix seconds, by the clock by which reminders fire."""
        return self._loop.now()

    async def set(self, channel: str, person: str, thread: str | None, reminder: ReminderScheduled) -> None:
        """Sets a reminder in a session. One of the same name there is replaced.

        ``thread`` is a link to the session's thread or its ts; None: the latest open session of the person's here.
        """
        conversation = await self._session(channel, person, thread)
        intents = conversation.tracker.domain.intents
        if reminder.intent not in intents:
            close = difflib.get_close_matches(reminder.intent or "", intents, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise Refused(f"The assistant has no intent `{(reminder.intent or '')[:80]}`.{hint}")
        await self._write(conversation, lambda _: [reminder])

    async def cancel(
        self, channel: str, person: str, thread: str | None, cancellation: ReminderCancelled
    ) -> list[ReminderScheduled]:
        """Cancels what fits, and returns that; nothing is written where nothing does."""
        conversation = await self._session(channel, person, thread)
        found = [one for one in pending(conversation.tracker) if cancels(cancellation, one)]
        if found:
            await self._write(conversation, lambda _: [cancellation])
        return found

    async def listed(self, channel: str, person: str, thread: str | None) -> list[ReminderScheduled]:
        """What is to fire in a session, the first first."""
        conversation = await self._session(channel, person, thread)
        return sorted(pending(conversation.tracker), key=due_at)

    async def _write(self, conversation: Conversation, events: Callable[[Conversation], Sequence[Event]]) -> None:
        await self._loop.note(conversation.id, events)
        self._wake(conversation.id)

    async def _session(self, channel: str, person: str, thread: str | None) -> Conversation:
        conversation = await (self._in_thread(channel, thread) if thread else self._latest(channel, person))
        await self._permissions.require(Right.CONTROL, person, channel, conversation.session)
        return conversation

    async def _in_thread(self, channel: str, thread: str) -> Conversation:
        match = _THREAD.match(thread.strip("<>").partition("|")[0])
        ts = match and (match[3] or f"{match[1]}.{match[2]}")
        conversation_id = await self._store.conversation_in(channel, ts) if ts else None
        conversation = await self._loop.read(conversation_id) if conversation_id else None
        if conversation is None or not conversation.is_open:
            raise Refused("There is no open session in that thread of this channel. Copy its first message's link.")
        return conversation

    async def _latest(self, channel: str, person: str) -> Conversation:
        latest: Conversation | None = None
        for conversation_id in await self._store.active():
            one = await self._loop.read(conversation_id)
            if one is None or not one.is_open or one.session.channel != channel:
                continue
            if person in {one.session.owner, one.session.speaker} and (
                latest is None or one.session.started_at > latest.session.started_at
            ):
                latest = one
        if latest is None:
            raise Refused("You have no open session in this channel. */teach* opens one; *in LINK* names another's.")
        return latest
