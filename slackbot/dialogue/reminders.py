"""Which reminders of a conversation are still to fire: a pure reading of its events, for whoever keeps the alarm clock.

As in Rasa, a reminder is known by its name, and of several with the same name the last one counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import Event, ReminderCancelled, ReminderScheduled, UserUttered
from slackbot.dialogue.tracker import Tracker


def fires(tracker: Tracker, reminder: ReminderScheduled) -> bool:
    """Whether the reminder triggers its intent when its time has come.

    It doesn't where a restart, a new session, an undo or a rewind took it back, where one behind it cancels it,
    or where the user has written since and the reminder says that this kills it. A paused conversation still fires.
    """
    applied = tracker.applied_events()
    if not is_still_valid(applied, reminder) or is_cancelled(applied, reminder):
        return False
    return not (reminder.kill_on_user_message and has_message_after(tracker.events, reminder))


def pending(tracker: Tracker) -> list[ReminderScheduled]:
    """The reminders that fire if nothing more happens, in the order of the log; of the same name the last."""
    last = {_key(event): event for event in tracker.applied_events() if isinstance(event, ReminderScheduled)}
    return [reminder for reminder in last.values() if fires(tracker, reminder)]


def cancels(cancellation: ReminderCancelled, reminder: ReminderScheduled) -> bool:
    """Whether a cancellation of the same conversation meets the reminder: every criterion that it gives fits.

    Name, intent and entities are criteria; an empty one is none, so a cancellation without any cancels every
    reminder. Entities fit if they say the same, in any order, as a list or as ``{type: value}``.
    """
    criteria = [
        (cancellation.name, reminder.name),
        (cancellation.intent, reminder.intent),
        (entities_key(cancellation.entities), entities_key(reminder.entities)),
    ]
    return all(not wanted or wanted == given for wanted, given in criteria)


def entities_key(entities: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None) -> str:
    """The same text for entities that say the same; empty for none. JSON with sorted keys."""
    if not entities:
        return ""
    if isinstance(entities, Mapping):
        entities = [{"entity": name, "value": value} for name, value in entities.items()]
    written = sorted(json.dumps(entity, sort_keys=True, default=str) for entity in entities)
    return f"[{', '.join(written)}]"


def is_still_valid(applied: Iterable[Event], reminder: ReminderScheduled) -> bool:
    """Whether the reminder is among the events that still count."""
    return any(_is(event, reminder) for event in applied)


def is_cancelled(applied: Sequence[Event], reminder: ReminderScheduled) -> bool:
    """Whether a cancellation that still counts stands behind the reminder and meets it."""
    return any(isinstance(event, ReminderCancelled) and cancels(event, reminder) for event in _after(applied, reminder))


def has_message_after(log: Sequence[Event], reminder: ReminderScheduled) -> bool:
    """Whether the user has written since: reverted messages and triggered intents count, one without text doesn't.

    True as well where the log lacks the reminder.
    """
    if not any(_is(event, reminder) for event in log):
        return True
    return any(isinstance(event, UserUttered) and event.text for event in _after(log, reminder))


def _after(events: Sequence[Event], reminder: ReminderScheduled) -> Sequence[Event]:
    """The events behind the last one that is the reminder; none if it isn't there."""
    places = (index for index in reversed(range(len(events))) if _is(events[index], reminder))
    return events[next(places, len(events)) + 1 :]


def _is(event: Event, reminder: ReminderScheduled) -> bool:
    return isinstance(event, ReminderScheduled) and _key(event) == _key(reminder)


def _key(reminder: ReminderScheduled) -> tuple[object, ...]:
    """What a reminder is known by. One without a name, which nobody has scheduled yet, by all that it says."""
    if reminder.name is not None:
        return (reminder.name,)
    return (None, reminder.intent, reminder.trigger_date_time, entities_key(reminder.entities))
