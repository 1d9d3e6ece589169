"""Domains of Rasa 2, where a slot was filled by an entity of its name or by the forms that ask for it.

Rasa 3 wants that written in the slot as ``mappings``: here it is worked out for slots that have none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from slackbot.dialogue.slots import REQUESTED_SLOT, Slot

Forms = Mapping[str, Mapping[str, Any]]


def with_rasa_2_mappings(
    slots: Mapping[str, Slot], forms: Forms, entities: Collection[str], config: Mapping[str, Any]
) -> dict[str, Slot]:
    """The slots, those without ``mappings`` with the ones that Rasa 2 filled them by."""
    fills = config.get("store_entities_as_slots", True) is not False
    return {
        name: slot
        if "mappings" in slot.data
        else replace(slot, mappings=tuple(_mappings(slot, forms, fills and name in entities)))
        for name, slot in slots.items()
    }


def _mappings(slot: Slot, forms: Forms, is_entity: bool) -> Iterator[dict[str, Any]]:
    if is_entity and slot.data.get("auto_fill", True) is not False:
        yield {"type": "from_entity", "entity": slot.name}
    for form, properties in forms.items():
        yield from _form_mappings(slot.name, form, properties)


def _form_mappings(slot: str, form: str, properties: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """How a form fills one slot; where it only names the slot, from the entity of that name."""
    required = properties.get("required_slots", properties)
    if slot == REQUESTED_SLOT or not isinstance(required, Mapping) or slot not in required:
        return
    written = required[slot] or {"type": "from_entity", "entity": slot}
    for mapping in written if isinstance(written, list) else [written]:
        if isinstance(mapping, Mapping):
            condition = {"active_loop": form}
            if mapping.get("type") != "from_entity":
                condition["requested_slot"] = slot
            yield {**mapping, "conditions": [condition]}
