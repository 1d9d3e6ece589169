"""Which reminders of a conversation are still to fire: a pure reading of its events, for whoever keeps the alarm clock.

As in Rasa, a reminder is known by its name, and of several with the same name the last one counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from slackbot.dialogue.events import (
    ActionReverted,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.history import history, is_told_again
from slackbot.dialogue.tracker import Tracker

#: In the metadata of a triggered intent: the name of the reminder that triggered it.
REMINDER = "reminder"
#: In the metadata of a message that nobody wrote, as Rasa has it.
IS_EXTERNAL = "is_external"
#: One change of an index of reminders: what happens, then its details, all text.
Change = tuple[str, ...]


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
    """The reminders that fire if nothing more happens, in the order of the log; of the same name the last.

    One that has fired is not among them, even where what it triggered was taken back. Where the conversation went back
    to an earlier point, a message behind that point kills none.
    """
    log = history(tracker.events)
    if len(log) == len(tracker.events):
        applied = tracker.applied_events()
    else:
        applied = Tracker(tracker.conversation_id, tracker.domain, (event for _, event in log)).applied_events()
    found: dict[str, ReminderScheduled] = {}
    for event in applied:
        if isinstance(event, ReminderScheduled):
            found.pop(known_as(event), None)
            found[known_as(event)] = event
        elif isinstance(event, ReminderCancelled):
            found = {name: reminder for name, reminder in found.items() if not cancels(event, reminder)}
    if not found:
        return []
    places, message, latest = {id(event): place for place, event in log}, -1, dict[str, int]()
    for place, event in log:
        if isinstance(event, ReminderScheduled):
            latest[known_as(event)] = place
        elif isinstance(event, UserUttered):
            message = place if event.text else message
    fired = _fired(tracker.events)
    return [
        reminder
        for name, reminder in found.items()
        if not (reminder.kill_on_user_message and message > latest[name]) and fired.get(name, -1) < places[id(reminder)]
    ]


def _fired(log: Sequence[Event]) -> dict[str, int]:
    """Where in the log each reminder fired last, by its name; also where that was taken back."""
    triggered = ((place, event) for place, event in enumerate(log) if isinstance(event, UserUttered))
    return {event.metadata.get(REMINDER, ""): place for place, event in triggered if not is_told_again(event)}


def known_as(reminder: ReminderScheduled) -> str:
    """The reminder's name; of one that nobody has named, a text that is the same for all that says the same."""
    if reminder.name is not None:
        return reminder.name
    says = [reminder.intent, reminder.trigger_date_time.isoformat(), entities_key(reminder.entities)]
    return f"unnamed {hashlib.blake2s(json.dumps(says).encode(), digest_size=8).hexdigest()}"


def due_at(reminder: ReminderScheduled) -> float:
    """When it is to fire, in Unix seconds. A time without a zone is UTC."""
    moment = reminder.trigger_date_time
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def changes(events: Iterable[Event]) -> Iterator[Change]:
    """What these further events of a log change in an index of what is ``pending``, as reminders.lua takes it.

    ``unsure`` where the whole log must be asked: something was taken back.
    """
    for event in events:
        if is_told_again(event):
            yield ("unsure",)
            continue
        match event:
            case ReminderScheduled():
                yield put(event)
            case ReminderCancelled():
                yield ("cancel", event.name or "", event.intent or "", entities_key(event.entities))
            case UserUttered():
                if REMINDER in event.metadata:
                    yield ("fired", str(event.metadata[REMINDER]))
                if event.text:
                    yield ("message",)
            case Restarted() | SessionStarted():
                yield ("clear",)
            case ActionReverted() | UserUtteranceReverted():
                yield ("unsure",)


def put(reminder: ReminderScheduled) -> Change:
    """The change that puts a reminder into an index."""
    kill = "1" if reminder.kill_on_user_message else ""
    due = f"{due_at(reminder):.6f}"
    return ("put", known_as(reminder), due, reminder.intent or "", entities_key(reminder.entities), kill)


def triggered(reminder: ReminderScheduled, input_channel: str | None) -> UserUttered:
    """What the log gets when the reminder fires: its intent with its entities, as a message that nobody wrote."""
    entities = reminder.entities or []
    if isinstance(entities, Mapping):
        entities = [{"entity": name, "value": value} for name, value in entities.items()]
    due = f"{due_at(reminder):.6f}"
    return UserUttered(
        f"EXTERNAL: {reminder.intent or ''}",
        intent={"name": reminder.intent},
        entities=[dict(entity) for entity in entities],
        input_channel=input_channel,
        message_id=f"reminder:{due}:{known_as(reminder)}",
        metadata={IS_EXTERNAL: True, REMINDER: known_as(reminder)},
    )


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
    return isinstance(event, ReminderScheduled) and known_as(event) == known_as(reminder)
