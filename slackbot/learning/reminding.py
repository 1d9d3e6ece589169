"""Reminders of the assistant that come due: what fires, and what then is written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import (
    ConversationPaused,
    ConversationResumed,
    ReminderCancelled,
    ReminderScheduled,
    UserUttered,
    event_from_dict,
)
from slackbot.dialogue.reminders import IS_EXTERNAL, due_at, known_as, pending, put, triggered
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.closing import rows
from slackbot.learning.conversation import Conversation
from slackbot.store import Commit, Store

#: Where the conversations of the app are held.
_CHANNEL = "slack"


def due_reminder(conversation: Conversation, now: float) -> ReminderScheduled | None:
    """The reminder that is to fire first, if its time has come. ``now`` in Unix seconds.

    The index says when to look; the log says what is pending.
    """
    alarm = conversation.snapshot.alarm
    if alarm is None or alarm[1] > now:
        return None
    return next((one for one in pending(conversation.tracker) if known_as(one) == alarm[0]), None)


def index_is_wrong(conversation: Conversation, now: float) -> bool:
    """Whether the index must be made anew: something was taken back, or it speaks of what the log doesn't have."""
    alarm = conversation.snapshot.alarm
    if not conversation.snapshot.reminders_indexed:
        return True
    return alarm is not None and alarm[1] <= now and conversation.is_open and due_reminder(conversation, now) is None


def fire(conversation: Conversation, reminder: ReminderScheduled, now: float) -> Commit:
    """Triggers the reminder's intent, unless anything has happened meanwhile. What follows is asked about.

    ``now`` in Unix seconds.
    """
    spoken = conversation.tracker.latest_message
    event = triggered(reminder, spoken.input_channel if spoken else _CHANNEL)
    return Commit(
        version=conversation.snapshot.version,
        question_revision=conversation.snapshot.question_revision,
        events=rows([event.stamped(now)]),
        redraw_later=("parent",),
    )


def is_unread(tracker: Tracker) -> bool:
    """Whether a triggered intent was logged last, but for notes about reminders and pauses.

    Then no slots were taken from it yet.
    """
    notes = (ReminderScheduled, ReminderCancelled, ConversationPaused, ConversationResumed)
    latest = next((event for event in reversed(tracker.events) if not isinstance(event, notes)), None)
    return isinstance(latest, UserUttered) and bool(latest.metadata.get(IS_EXTERNAL))


async def index(store: Store, conversation: Conversation) -> list[float]:
    """Makes the index of the conversation's reminders anew, and says when they ring (Unix seconds).

    Nothing is changed, and there is nothing to ring, where the log has grown meanwhile. Raises StoreUnavailable.
    """
    found = pending(conversation.tracker) if conversation.is_open else []
    made = await store.index_reminders(conversation.id, conversation.snapshot.version, [put(one) for one in found])
    return [due_at(one) for one in found] if made else []


def named(row: Mapping[str, Any]) -> dict[str, Any]:
    """The event, JSON, with a name if it is a reminder that has none, as Rasa names it when it is made."""
    if row.get("event") != ReminderScheduled.type_name or row.get("name") is not None:
        return dict(row)
    return {**row, "name": secrets.token_hex(8)}


def ringing_times(events: Sequence[Mapping[str, Any]]) -> list[float]:
    """When the reminders among the events, JSON, ring (Unix seconds)."""
    found = (event_from_dict(row) for row in events if row.get("event") == ReminderScheduled.type_name)
    return [due_at(event) for event in found if isinstance(event, ReminderScheduled)]
