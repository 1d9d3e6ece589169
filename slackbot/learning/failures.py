"""Custom actions that fail: what people decide to do about one, and the events that they give in its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, Event, SlotSet, event_from_dict
from slackbot.dialogue.slots import REQUESTED_SLOT
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import parse_yaml, to_yaml
from slackbot.errors import FileError, Refused, UnknownEvent
from slackbot.learning.question import Question

#: Events that one action may be given.
MOST_EVENTS = 100


class Remedy(StrEnum):
    """What people do about an action that failed."""

    RETRY = "retry"
    #: Record the action without events.
    SKIP = "skip"
    #: Record the action with events that somebody wrote.
    EVENTS = "events"


def remedied(question: Question, remedy: Remedy, person: str) -> Question:
    """The question once somebody has decided what to do about its failed action; closed, unless it is tried again."""
    failure = question.failure
    if failure is None or remedy is Remedy.RETRY:
        return replace(question, failure=None, revision=question.revision + 1)
    done = question.appended + 1
    return replace(
        question, parts=question.parts[:done], appended=done, failure=replace(failure, remedy=remedy.value, by=person)
    )


def recorded(question: Question, events: Sequence[Event]) -> list[Event]:
    """What is written down for the failed action: that it was done, which nobody's policy confirms, and the events."""
    action = question.parts[question.appended].answer
    problem = question.failure.problem if question.failure else ""
    return [ActionExecuted(action, None, 0.0, metadata={"failed": problem}), *events]


def written_events(text: str, domain: Domain) -> list[Event]:
    """The events that somebody wrote as a JSON or YAML list. Raises Refused with what is wrong and the remedy."""
    try:
        rows = json.loads(json.dumps(parse_yaml(text, Path("line")), default=str, allow_nan=False))
    except FileError as error:
        line = f"line {error.line}: " if error.line is not None else ""
        raise Refused(f"This is neither JSON nor YAML: {line}{error.problem}.") from None
    except (ValueError, TypeError, RecursionError):
        raise Refused("This holds something that is no JSON.") from None
    if not isinstance(rows, list):
        raise Refused('Write a list of events, such as [{"event": "slot", "name": "city", "value": "Oslo"}].')
    if len(rows) > MOST_EVENTS:
        raise Refused(f"These are more than {MOST_EVENTS} events.")
    return [_event(number, row, domain) for number, row in enumerate(rows, start=1)]


def _event(number: int, row: Any, domain: Domain) -> Event:
    try:
        event = event_from_dict(row)
    except (UnknownEvent, ValueError) as error:
        raise Refused(f"Event {number}: {error}.") from None
    if isinstance(event, SlotSet) and event.key not in domain.slots:
        raise Refused(f"Event {number}: the assistant has no slot {event.key!r:.80}.")
    return event


def first_draft(question: Question, tracker: Tracker) -> str:
    """What somebody may begin with who writes the events of the failed action: a form's own; empty for others."""
    domain, form = tracker.domain, question.parts[question.appended].answer
    if form not in domain.forms:
        return ""
    slots = (slot for slot in domain.required_slots(form) if tracker.slots.get(slot) is None)
    asked = next(slots, None)
    rows: list[dict[str, Any]] = []
    if asked is not None and tracker.active_loop.get("name") != form:
        rows.append({"event": "active_loop", "name": form})
    rows.append({"event": "slot", "name": REQUESTED_SLOT, "value": asked})
    if asked is None:
        rows.append({"event": "active_loop", "name": None})
    return to_yaml(rows)
