"""Slots: what a conversation remembers, as the domain declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REQUESTED_SLOT = "requested_slot"
SESSION_METADATA_SLOT = "session_started_metadata"

#: Rasa's names of the slot types. Any other type is the path of a Python class: a custom slot.
SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")

#: Names that Rasa 1 and 2 wrote for them.
_CLASS_NAMES = {
    "TextSlot": "text",
    "BooleanSlot": "bool",
    "CategoricalSlot": "categorical",
    "FloatSlot": "float",
    "ListSlot": "list",
    "AnySlot": "any",
    "UnfeaturizedSlot": "any",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of the domain."""

    name: str
    #: One of SLOT_TYPES, or ``custom``.
    type: str
    initial_value: Any = None
    #: Whether policies see it. Never for the type ``any``.
    influence_conversation: bool = True
    #: The values of a categorical slot.
    values: Sequence[Any] = ()
    min_value: float = 0.0
    max_value: float = 1.0
    mappings: Sequence[Mapping[str, Any]] = ()
    #: The type as the domain writes it: for a custom slot, the path of its class.
    declared_type: str = ""
    #: The slot as the domain writes it.
    data: Mapping[str, Any] = field(default_factory=dict)

    def coerced(self, value: Any) -> Any:
        """What the slot holds once it is set to a value: a list slot wraps what is neither a list nor empty."""
        if self.type == "list" and value and not isinstance(value, list):
            return [value]
        return value

    @property
    def start_value(self) -> Any:
        """What the slot holds before anything was said."""
        return self.coerced(self.initial_value)


def slot_type(declared: str) -> str:
    """One of SLOT_TYPES or ``custom``, for a type as any version of Rasa writes it."""
    if declared in SLOT_TYPES:
        return declared
    if declared == "unfeaturized":
        return "any"
    if declared.startswith("rasa."):
        return _CLASS_NAMES.get(declared.rpartition(".")[2], "custom")
    return "custom"
