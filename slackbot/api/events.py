"""The events of a request: what Rasa's schema for them refuses is refused, and what Rasa ignores is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

from slackbot.api.errors import ApiError, bad_request
from slackbot.dialogue.events import EVENT_CLASSES, Event, ReminderScheduled, event_from_dict

_DOCS = "https://rasa.com/docs/rasa/pages/http-api"
_REFUSED = "Failed to validate the events format. For more information about the format visit the docs. Error: "

#: Whether a value may be what a key holds.
_Check: TypeAlias = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not _flag(value)


def _whole(value: Any) -> bool:
    return _number(value) and value % 1 == 0


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _anything(_: Any) -> bool:
    return True


def _object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _or_null(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _list_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _with(keys: Mapping[str, _Check], required: Sequence[str] = ()) -> _Check:
    """An object with these keys, if it has them, and any others."""
    return lambda value: _object(value) and next(_wrong(value, keys, required), None) is None


def _wrong(row: Mapping[str, Any], keys: Mapping[str, _Check], required: Sequence[str] = ()) -> Iterator[str]:
    yield from (f"{key} is missing" for key in required if key not in row)
    yield from (f"{key} can't be {row[key]!r:.80}" for key, check in keys.items() if key in row and not check(row[key]))


_INTENT = _with({"name": _text, "confidence": _number})
_ENTITIES = _list_of(
    _with(
        {
            "entity": _text, "start": _whole, "end": _whole, "confidence": _number,
            "extractor": _or_null(_text), "role": _or_null(_text), "group": _or_null(_text),
        },
        required=("entity", "value"),
    )
)  # fmt: skip
_PARSE_DATA = {
    "text": _or_null(_text), "intent": _INTENT, "intent_ranking": _list_of(_INTENT), "entities": _ENTITIES,
    "response_selector": _with({"all_retrieval_intents": _list_of(_anything)}, required=("all_retrieval_intents",)),
}  # fmt: skip

#: What every event may have, and what those of a type may have, and must.
_COMMON: Mapping[str, _Check] = {"timestamp": _or_null(_number), "metadata": _or_null(_object)}
_KEYS: Mapping[str, Mapping[str, _Check]] = {
    "user": {
        "text": _or_null(_text), "input_channel": _or_null(_text), "message_id": _or_null(_text),
        "parse_data": _with(_PARSE_DATA),
    },
    "action": {
        "name": _or_null(_text), "action_text": _or_null(_text), "policy": _or_null(_text),
        "confidence": _or_null(_number), "hide_rule_turn": _flag,
    },
    "slot": {"name": _text},
    "entities": {"entities": _ENTITIES},
}  # fmt: skip
_REQUIRED: Mapping[str, Sequence[str]] = {"slot": ("name", "value"), "entities": ("entities",)}


def events_of(body: Any, if_broken: str = "Couldn't extract a proper event from the request body:") -> list[Event]:
    """The events of a request, one or a list.

    Raises ApiError where one is not as Rasa's schema has it; beginning ``if_broken``, where one can't be replayed.
    """
    rows = body if isinstance(body, list) else [body]
    for row in rows:
        problem = next(_problems(row), None)
        if problem is not None:
            raise ApiError(400, "BadRequest", f"{_REFUSED}{problem}", help_url=_DOCS)
    try:
        return [_event(row) for row in rows]
    except (ValueError, TypeError) as error:
        raise bad_request(f"{if_broken} {error}", "") from None


def _problems(row: Any) -> Iterator[str]:
    if not _object(row):
        yield f"an event is an object, not {row!r:.80}"
        return
    kind = row.get("event")
    if not isinstance(kind, str) or kind not in EVENT_CLASSES:
        yield f"Rasa has no event {kind!r:.80}"
        return
    for problem in _wrong(row, {**_COMMON, **_KEYS.get(kind, {})}, _REQUIRED.get(kind, ())):
        yield f"{kind} event: {problem}"


def _event(row: Mapping[str, Any]) -> Event:
    if row["event"] == "bot" and not row.get("data"):
        row = {**row, "data": None}  # as in Rasa, whatever is empty is no data
    event = replace(event_from_dict(row), extra={})
    if isinstance(event, ReminderScheduled) and not event.name:
        return replace(event, name=str(uuid4()))
    return event
