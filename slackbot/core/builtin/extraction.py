"""Slots that a message fills: the domain's slot mappings applied to the latest message, as Rasa applies them."""

from __future__ import annotations

import json
from collections import Counter
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
    shared = _shared_mappings(tracker)
    for slot in tracker.domain.slots.values():
        values = _values(slot, message, tracker, shared)
        if not values:
            continue
        value = values if slot.type == "list" else values[-1]
        if value != tracker.slots.get(slot.name):
            events.append(SlotSet(slot.name, value))
    return events


def custom_actions(tracker: Tracker) -> list[str]:
    """The actions that fill slots by mappings of type ``custom`` which apply to the latest message, each once."""
    message = tracker.latest_message
    if message is None:
        return []
    named = [
        str(mapping["action"])
        for slot in tracker.domain.slots.values()
        for mapping in slot.mappings
        if mapping.get("type") == "custom" and mapping.get("action")
        if _intent_fits(mapping, message, tracker) and _condition_fits(mapping, slot, tracker)
    ]
    return list(dict.fromkeys(named))


def _values(slot: Slot, message: UserUttered, tracker: Tracker, shared: frozenset[str]) -> list[Any]:
    for mapping in slot.mappings:
        extract = _EXTRACT.get(str(mapping.get("type")))
        if (
            extract
            and _intent_fits(mapping, message, tracker)
            and _condition_fits(mapping, slot, tracker)
            and (_identity(mapping) not in shared or tracker.slots.get(REQUESTED_SLOT) == slot.name)
        ):
            values = extract(mapping, message)
            if values:
                return values
    return []


def _shared_mappings(tracker: Tracker) -> frozenset[str]:
    """Mappings from an entity that several slots of the active form have: they fill only the one asked for."""
    domain = tracker.domain
    slots = domain.required_slots(tracker.active_loop.get("name", ""))
    mappings = Counter(
        _identity(mapping)
        for name in slots
        for mapping in (domain.slots[name].mappings if name in domain.slots else ())
        if mapping.get("type") == "from_entity"
    )
    return frozenset(mapping for mapping, count in mappings.items() if count > 1)


def _identity(mapping: _Mapping) -> str:
    return json.dumps(mapping, sort_keys=True, default=str)


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


#: Mappings of type ``custom`` are filled by an action of the project's own: see ``custom_actions``.
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
