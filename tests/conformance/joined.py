"""Joins what Rasa cuts apart at the checkpoints that it generates for an ``or``: each alternative as a whole story."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

_GENERATED = "GENR_OR_"


@dataclass(frozen=True)
class Part:
    """What stands between two checkpoints of a story or rule."""

    kind: str
    name: str
    #: What it consists of: events or steps.
    content: tuple[Any, ...]
    #: Names and conditions of the checkpoints that it starts at, and names of those that it ends at.
    start: tuple[tuple[str, Any], ...] = ()
    end: tuple[str, ...] = ()
    #: Whatever else belongs to its beginning, such as a rule's condition, and to its end.
    more: Any = None
    last: Any = None

    def key(self) -> str:
        return json.dumps([self.kind, self.name, self.content, self.start, self.more], sort_keys=True, default=str)


def is_generated(checkpoint: object) -> bool:
    return str(checkpoint).startswith(_GENERATED)


def whole(parts: Sequence[Part]) -> list[Part]:
    """The parts joined at generated checkpoints only; of those that differ in where they end, one with all ends."""
    parts = _with_all_ends(parts)
    reached = {name for part in parts for name in part.end}
    followers: dict[str, list[Part]] = defaultdict(list)
    first = []
    for part in parts:
        generated = [name for name, _ in part.start if is_generated(name)]
        for name in generated:
            followers[name].append(part)
        if not any(name in reached for name in generated):
            first.append(part)
    return [_joined(path) for part in first for path in _paths([part], followers)]


def parts_of(items: Sequence[Mapping[str, Any]], kind: str) -> Iterator[Part]:
    """The stories or rules of a file as parts, each ``or`` as one part for each alternative."""
    for item in items:
        more = {key: value for key, value in item.items() if key not in (kind, "steps")}
        steps = [step.get("or", [step]) for step in item.get("steps") or []]
        for path in product(*steps):
            yield _part(kind, item[kind] or "", list(path), more)


def _part(kind: str, name: str, steps: list[Mapping[str, Any]], more: Any) -> Part:
    content = [index for index, step in enumerate(steps) if "checkpoint" not in step]
    first, last = (content[0], content[-1]) if content else (len(steps), len(steps))
    return Part(
        kind,
        name,
        tuple(steps[index] for index in content),
        tuple((step["checkpoint"], step.get("slot_was_set")) for step in steps[:first]),
        tuple(step["checkpoint"] for step in steps[last + 1 :]),
        more,
    )


def _with_all_ends(parts: Sequence[Part]) -> list[Part]:
    """One part for those that differ in where they end. Rasa makes one for each checkpoint that follows.

    It ends at a generated checkpoint only if that is all that follows.
    """
    ends: dict[str, dict[str, None]] = defaultdict(dict)
    for part in parts:
        ends[part.key()] |= dict.fromkeys(part.end)
    found: dict[str, Part] = {}
    for number, part in enumerate(parts):
        others = [name for name in ends[part.key()] if not is_generated(name)]
        # Only what ends at checkpoints is made several times; the same story may stand in a file twice.
        key = part.key() if part.end else f"{number}"
        found.setdefault(key, replace(part, end=tuple(others or part.end)))
    return list(found.values())


def _paths(path: list[Part], followers: Mapping[str, list[Part]]) -> Iterator[list[Part]]:
    following = {id(part): part for name in path[-1].end for part in followers.get(name, ())}
    if not following:
        yield path
    for part in following.values():
        yield from _paths([*path, part], followers)


def _joined(path: list[Part]) -> Part:
    return Part(
        path[0].kind,
        path[0].name,
        tuple(item for part in path for item in part.content),
        tuple(sorted((start for start in path[0].start if not is_generated(start[0])), key=str)),
        tuple(sorted({name for name in path[-1].end if not is_generated(name)}, key=str)),
        path[0].more,
        path[-1].last,
    )
