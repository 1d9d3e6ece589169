"""What all events have in common: a time, metadata, and their way to and from Rasa's JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import NoneType
from typing import Any, ClassVar, NamedTuple, Self

#: Types that a value may have in an event.
ANY = (object,)
TEXT = (str,)
TEXT_OR_NULL = (str, NoneType)
NUMBER_OR_NULL = (int, float, NoneType)
BOOL = (bool,)
#: No time has as many seconds; NaN has no less.
_ALL_TIME = 1e15


class JsonField(NamedTuple):
    """How one attribute is written: its key in Rasa's JSON and the types that it may have there."""

    attribute: str
    key: str
    types: tuple[type, ...] = ANY
    required: bool = False
    #: Not written where it is None, as Rasa never writes it.
    omit_null: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened at one position of a conversation. Constructors raise ValueError for values Rasa can't apply."""

    #: Rasa's name of the type, the value of ``event`` in its JSON.
    type_name: ClassVar[str] = ""
    json_fields: ClassVar[tuple[JsonField, ...]] = ()
    writes_empty_metadata: ClassVar[bool] = False

    #: Seconds since 1970, or None: not stamped yet.
    timestamp: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    #: Keys that were read and Rasa doesn't know; written again behind its own.
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.metadata is None:
            object.__setattr__(self, "metadata", {})
        self._check("timestamp", self.timestamp, NUMBER_OR_NULL)
        if self.timestamp is not None and not abs(self.timestamp) < _ALL_TIME:
            raise broken(self, f"timestamp must be in seconds since 1970, not {self.timestamp!r:.80}")
        self._check("metadata", self.metadata, (Mapping,))
        for item in self.json_fields:
            self._check(item.key, getattr(self, item.attribute), item.types)

    def _check(self, key: str, value: object, types: tuple[type, ...]) -> None:
        if not isinstance(value, types):
            expected = " or ".join("null" if kind is NoneType else kind.__name__ for kind in types)
            raise broken(self, f"{key} must be {expected}, not {value!r:.80}")

    def as_dict(self) -> dict[str, Any]:
        """Rasa's JSON. Without ``timestamp`` where there is none yet; nested values are the event's own."""
        written: dict[str, Any] = {"event": self.type_name}
        if self.timestamp is not None:
            written["timestamp"] = self.timestamp
        if self.metadata or self.writes_empty_metadata:
            written["metadata"] = dict(self.metadata)
        written.update(self._own_fields())
        written.update(self.extra)
        return written

    def _own_fields(self) -> dict[str, Any]:
        values = ((item, getattr(self, item.attribute)) for item in self.json_fields)
        return {item.key: _to_json(value) for item, value in values if not (item.omit_null and value is None)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read Rasa's JSON of this type. Raises ValueError."""
        own: dict[str, Any] = {}
        for item in cls.json_fields:
            value = data.get(item.key)
            if value is not None or (item.key in data and isinstance(None, item.types)):
                own[item.attribute] = value
            elif item.required:
                raise broken(cls, f"{item.key} is missing")
        return cls(**own, **cls._common(data))

    @classmethod
    def _common(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        known = {"event", "timestamp", "metadata", *(item.key for item in cls.json_fields)}
        return {
            "timestamp": data.get("timestamp") or None,  # as in Rasa, 0 is no time
            "metadata": data.get("metadata"),
            "extra": {key: value for key, value in data.items() if key not in known},
        }

    def stamped(self, timestamp: float) -> Self:
        """The event with a time; itself if it has one already."""
        return self if self.timestamp is not None else dataclasses.replace(self, timestamp=timestamp)


def broken(event: Event | type[Event], problem: str) -> ValueError:
    """The error for an event that Rasa couldn't apply."""
    return ValueError(f"{event.type_name} event: {problem}")


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
