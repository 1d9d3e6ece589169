"""Slots that a message fills: the domain's slot mappings applied to the latest message, as Rasa applies them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slackbot.dialogue.events import Event, SlotSet, UserUttered
from slackbot.dialogue.slots import REQUESTED_SLOT, Slot
from slackbot.dialogue.tracker import Tracker

_Mapping = Mapping[str, Any]


def slot_events(tracker: Tracker) -> list[Event]:
    """A SlotSet for each slot that the latest message changes. Of a slot's mappings, the first that applies counts."""
    message = tracker.latest_message
    if message is None:
        return []
    events: list[Event] = []
    for slot in tracker.domain.slots.values():
        values = _values(slot, message, tracker)
        if not values:
            continue
        value = values if slot.type == "list" else values[-1]
        if value != tracker.slots.get(slot.name):
            events.append(SlotSet(slot.name, value))
    return events


def _values(slot: Slot, message: UserUttered, tracker: Tracker) -> list[Any]:
    for mapping in slot.mappings:
        extract = _EXTRACT.get(str(mapping.get("type")))
        if extract and _intent_fits(mapping, message, tracker) and _condition_fits(mapping, slot, tracker):
            values = extract(mapping, message)
            if values:
                return values
    return []


def _intent_fits(mapping: _Mapping, message: UserUttered, tracker: Tracker) -> bool:
    """Whether the intent is one that the mapping names; if it names none, whether nothing excludes it."""
    named = _as_list(mapping.get("intent"))
    if named:
        return message.intent_name in named
    form = tracker.domain.forms.get(tracker.active_loop.get("name", ""), {})
    excluded = [*_as_list(mapping.get("not_intent")), *_as_list(form.get("ignored_intents"))]
    return message.intent_name not in excluded


def _condition_fits(mapping: _Mapping, slot: Slot, tracker: Tracker) -> bool:
    conditions = mapping.get("conditions") or ()
    loop = tracker.active_loop.get("name")
    if mapping.get("type") == "from_trigger_intent":
        # It fills a slot when the loop is about to begin, not while it runs.
        return all(condition.get("active_loop") != loop for condition in conditions)
    if not conditions:
        return True
    requested = tracker.slots.get(REQUESTED_SLOT)
    if tracker.active_loop.get("rejected") and requested == slot.name:
        return False
    return any(
        condition.get("active_loop") == loop and (loop is None or condition.get("requested_slot") in {None, requested})
        for condition in conditions
    )


def _from_entity(mapping: _Mapping, message: UserUttered) -> list[Any]:
    keys = ("entity", "role", "group")
    return [
        entity.get("value") for entity in message.entities if all(entity.get(key) == mapping.get(key) for key in keys)
    ]


def _from_text(_: _Mapping, message: UserUttered) -> list[Any]:
    return [] if message.text is None else [message.text]


def _fixed_value(mapping: _Mapping, _: UserUttered) -> list[Any]:
    return [mapping.get("value")]


#: Mappings of type ``custom`` are filled by an action of the project's own, so not here.
_EXTRACT: Mapping[str, Callable[[_Mapping, UserUttered], list[Any]]] = {
    "from_entity": _from_entity,
    "from_text": _from_text,
    "from_intent": _fixed_value,
    "from_trigger_intent": _fixed_value,
}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
