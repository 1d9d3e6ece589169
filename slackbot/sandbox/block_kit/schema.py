"""Small checks that are put together into the shapes of blocks; each yields what Slack would complain about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from slackbot.sandbox.shapes import JSON


class Problem(NamedTuple):
    """One complaint: Slack's words, the JSON pointer of the place, and the limit that was broken if it is one."""

    message: str
    pointer: str
    constraint: JSON | None = None

    def line(self, prefix: str = "") -> str:
        """As ``response_metadata.messages`` says it; `prefix` is where the checked value stands in the call."""
        return f"{self.message} [json-pointer:{prefix}{self.pointer}]"


#: Yields the problems of a value that stands at a pointer.
Check = Callable[[Any, str], Iterator[Problem]]


def text(most: int, fewest: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must be a string", at, {"type": "type", "expected": "string"})
        elif len(value) > most:
            limit = {"type": "max_length", "expected": most}
            yield Problem(f"must be less than {most + 1} characters", at, limit)
        elif len(value) < fewest:
            limit = {"type": "min_length", "expected": fewest}
            yield Problem(f"must be more than {fewest - 1} characters", at, limit)

    return check


def flag(value: Any, at: str) -> Iterator[Problem]:
    """True or false."""
    if not isinstance(value, bool):
        yield Problem("must be a boolean", at, {"type": "type", "expected": "boolean"})


def number(least: int, most: int) -> Check:
    """A whole number within limits."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem("must be an integer", at, {"type": "type", "expected": "integer"})
        elif not least <= value <= most:
            yield Problem(f"must be between {least} and {most}", at, {"type": "range", "expected": [least, most]})

    return check


def word(*allowed: str) -> Check:
    """One of a few strings."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem("must be a valid enum value", at, {"type": "enum", "expected": list(allowed)})

    return check


def anything(value: Any, at: str) -> Iterator[Problem]:  # noqa: ARG001  the shape of a check
    """Whatever it is, Slack's rules for it are not known here."""
    yield from ()


def array(of: Check, most: int, fewest: int = 1) -> Check:
    """A list of so many items of one shape."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must provide an array", at, {"type": "type", "expected": "array"})
            return
        if len(value) > most:
            limit = {"type": "max_items", "expected": most}
            yield Problem(f"no more than {most} items allowed", at, limit)
        if len(value) < fewest:
            limit = {"type": "min_items", "expected": fewest}
            yield Problem(f"must provide at least {fewest} items", at, limit)
        for place, item in enumerate(value):
            yield from of(item, f"{at}/{place}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check], *, is_open: bool = False) -> Check:
    """An object with these fields and, unless it `is_open`, no others. ``type`` is checked by `by_type`."""
    known = {"type": anything, **required, **optional}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at, {"type": "type", "expected": "object"})
            return
        for key in required:
            if key not in value:
                yield Problem(f"missing required field: {key}", at, {"type": "required", "expected": key})
        for key, item in value.items():
            if key in known:
                yield from known[key](item, f"{at}/{key}")
            elif not is_open:
                yield Problem(f"invalid additional property: {key}", at)

    return check


def by_type(shapes: Mapping[str, Check]) -> Check:
    """An object whose ``type`` says which shape it must have."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at, {"type": "type", "expected": "object"})
        elif "type" not in value:
            yield Problem("missing required field: type", at, {"type": "required", "expected": "type"})
        elif not isinstance(value["type"], str) or value["type"] not in shapes:
            expected = {"type": "enum", "expected": list(shapes)}
            yield Problem(f"unsupported type: {value['type']}", f"{at}/type", expected)
        else:
            yield from shapes[value["type"]](value, at)

    return check


def both(first: Check, *others: Check) -> Check:
    """Every check, the others only where the first found nothing: they may rely on the shape."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        found = list(first(value, at))
        yield from found
        if not found:
            for other in others:
                yield from other(value, at)

    return check


def any_of(*fields: str) -> Check:
    """An object with at least one of these fields."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not any(field in value for field in fields):
            names = "`, `".join(fields)
            yield Problem(f"must define one of `{names}`", at, {"type": "required", "expected": list(fields)})

    return check


def unique(values: Sequence[tuple[str, str]], name: str) -> Iterator[Problem]:
    """Complain about each (value, pointer) whose value came before."""
    seen: set[str] = set()
    for value, at in values:
        if value in seen:
            yield Problem(f'`{name}` "{value}" already exists', at)
        seen.add(value)
