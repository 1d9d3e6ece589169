"""Reminders that people set, see and cancel by hand in a session."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from slackbot.dialogue.events import Event, ReminderCancelled, ReminderScheduled
from slackbot.dialogue.reminders import cancels, due_at, pending
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.teaching.meant import Meant


class Reminding:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, loop: Loop, meant: Meant, wake: Callable[[str], None]) -> None:
        self._loop, self._meant, self._wake = loop, meant, wake

    def now(self) -> float:
        """Unix seconds, by the clock by which reminders fire."""
        return self._loop.now()

    async def set(self, channel: str, person: str, thread: str | None, reminder: ReminderScheduled) -> None:
        """Sets a reminder in a session. One of the same name there is replaced.

        ``thread`` is a link to the session's thread or its ts; None: the latest open session of the person's here.
        """
        conversation = await self._meant.session(channel, person, thread)
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
        conversation = await self._meant.session(channel, person, thread)
        found = [one for one in pending(conversation.tracker) if cancels(cancellation, one)]
        if found:
            await self._write(conversation, lambda _: [cancellation])
        return found

    async def listed(self, channel: str, person: str, thread: str | None) -> list[ReminderScheduled]:
        """What is to fire in a session, the first first."""
        conversation = await self._meant.session(channel, person, thread)
        return sorted(pending(conversation.tracker), key=due_at)

    async def _write(self, conversation: Conversation, events: Callable[[Conversation], Sequence[Event]]) -> None:
        await self._loop.note(conversation.id, events)
        self._wake(conversation.id)
