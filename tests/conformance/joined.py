"""Joins what Rasa cuts apart at the checkpoints that it generates for an ``or``: each alternative as a whole story."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    #: Whatever else belongs to it, such as a rule's condition.
    more: Any = None

    def key(self) -> str:
        return json.dumps([self.kind, self.name, self.content, self.start, self.more], sort_keys=True, default=str)


def is_generated(checkpoint: str) -> bool:
    return checkpoint.startswith(_GENERATED)


def whole(parts: Sequence[Part]) -> list[Part]:
    """The parts joined at generated checkpoints only."""
    parts = _without_twins(parts)
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
        steps = [step.get("or", [step]) for step in item["steps"]]
        for path in product(*steps):
            yield _part(kind, item[kind], list(path), more)


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


def _without_twins(parts: Sequence[Part]) -> list[Part]:
    """Without parts that end at a generated checkpoint only because another checkpoint follows the ``or``."""
    ends: dict[str, set[bool]] = defaultdict(set)
    for part in parts:
        ends[part.key()] |= {is_generated(name) for name in part.end}
    return [part for part in parts if not (ends[part.key()] == {True, False} and any(map(is_generated, part.end)))]


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
        tuple(sorted(name for name in path[-1].end if not is_generated(name))),
        path[0].more,
    )
