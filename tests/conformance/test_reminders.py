"""Reminders are cancelled and fire as Rasa 3.6.21 decided it."""

from __future__ import annotations

import re
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    Event,
    ReminderCancelled,
    ReminderScheduled,
    event_from_dict,
    events_from_dicts,
)
from slackbot.dialogue.reminders import cancels, entities_key, fires, has_message_after, is_cancelled, is_still_valid
from slackbot.dialogue.tracker import Tracker
from tests.conformance.comparing import Difference, Record
from tests.conformance.conftest import Compare


def test_reminders_are_cancelled_and_fire_as_rasas(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        if "cancels" in record:
            reminder, cancellation = both(record)
            return record["cancel_sender"] == record["reminder_sender"] and cancels(cancellation, reminder)
        tracker, reminder = fate(record, domain)
        return (
            has_message_after(tracker.events, reminder),
            is_still_valid(tracker.applied_events(), reminder),
            fires(tracker, reminder),
        )

    def was_cancelled(record: Record, ours: Any, rasas: Any) -> bool:
        if "cancels" in record or ours != (*rasas[:2], False):
            return False
        tracker, reminder = fate(record, domain)
        return is_cancelled(tracker.applied_events(), reminder)

    def expected(record: Record) -> Any:
        if "cancels" in record:
            return record["cancels"]
        return record["has_message_after"], record["still_valid"], record["fires"]

    in_log = Difference(
        "a cancellation that stands in the log cancels: in Rasa it does so only in the process that ran its action",
        was_cancelled,
    )
    compare("reminders", found, expected, [SENDERS_ARE_EQUAL_OR_NOT, ENTITIES_BY_MEANING, in_log])


def both(record: Record) -> tuple[ReminderScheduled, ReminderCancelled]:
    reminder, cancellation = event_from_dict(record["reminder"]), event_from_dict(record["cancel"])
    assert isinstance(reminder, ReminderScheduled)
    assert isinstance(cancellation, ReminderCancelled)
    return reminder, cancellation


def fate(record: Record, domain: Domain) -> tuple[Tracker, ReminderScheduled]:
    events: list[Event] = events_from_dicts(record["events"])
    reminder = event_from_dict(record["reminder"])
    assert isinstance(reminder, ReminderScheduled)
    return Tracker("", domain, events), reminder


# -- deliberate differences ------------------------------------------------------------------------------------------


def senders_are_taken_for_patterns(record: Record, ours: Any, rasas: Any) -> bool:
    if "cancels" not in record or ours == rasas:
        return False
    pattern, sender = record["cancel_sender"], record["reminder_sender"]
    try:
        looks_alike = re.match(pattern, sender) is not None
    except re.error:
        return True
    return looks_alike is not (pattern == sender)


def entities_only_look_different(record: Record, ours: Any, rasas: Any) -> bool:
    if "cancels" not in record or rasas or not ours:
        return False
    reminder, cancellation = both(record)
    same = entities_key(reminder.entities) == entities_key(cancellation.entities)
    return same and str(reminder.entities) != str(cancellation.entities)


SENDERS_ARE_EQUAL_OR_NOT = Difference(
    "a cancellation is for its own conversation: Rasa takes its id for a pattern of how other ids begin",
    senders_are_taken_for_patterns,
)
ENTITIES_BY_MEANING = Difference(
    "entities are the same if they say the same: Rasa compares how they are written, the order of keys included",
    entities_only_look_different,
)
