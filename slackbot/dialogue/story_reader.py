"""Reads Rasa's story and rule files into stories."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.story import Checkpoint, Story
from slackbot.dialogue.story_steps import Placed, StepReader
from slackbot.dialogue.yamlfile import FORMAT_VERSION, line_of, read_yaml
from slackbot.errors import FileError

logger = logging.getLogger(__name__)

#: A story with more combinations of its ``or`` alternatives than this is cut at an ``or`` by a checkpoint. A rule,
#: which can't have checkpoints, is refused.
MAX_ALTERNATIVES = 64

_NEWEST = [int(number) for number in FORMAT_VERSION.split(".")]
_ITEM_KEYS = {
    "story": {"story", "steps", "metadata"},
    "rule": {"rule", "steps", "metadata", "condition", "conversation_start", "wait_for_user_input"},
}


def read_stories(path: Path, domain: Domain | None = None) -> list[Story]:
    """The stories of a file, then its rules, in the file's order; see ``stories_from``."""
    return stories_from(read_yaml(path), path, domain)


def stories_from(data: Any, path: Path, domain: Domain | None = None) -> list[Story]:
    """The stories and rules in the data of a file.

    Each combination of ``or`` alternatives is a story of its own, and a checkpoint in the middle cuts a story in
    two. The domain is needed for slots that are named without a value: a text slot counts as "filled", a list slot
    as ["filled"]. What Rasa leaves out with a warning (stories without steps, files of a newer format, ...) is left
    out and logged. Raises FileError for what Rasa refuses to read.
    """
    if not is_readable(data, path):
        return []
    steps = StepReader(path, domain)
    return [
        story
        for key, kind in (("stories", "story"), ("rules", "rule"))
        for index, item in enumerate(steps.items(data, key))
        for story in _ItemReader(steps, kind, path).read(item, line_of(data[key], index))  # type: ignore[arg-type]
    ]


def is_readable(data: Any, path: Path) -> bool:
    """Whether the data is that of a file of training data that Rasa 3 reads: a mapping, and not of a newer format.

    Raises FileError if it isn't a mapping or if its version is no text.
    """
    if data is None:
        return False
    if not isinstance(data, dict):
        raise FileError(path, line_of(data), "the file is not a mapping", "put 'stories:', 'rules:' or 'nlu:' above")
    version = data.get("version")
    if version is not None and not isinstance(version, str):
        problem = f"the version is the number {version}, not text"
        raise FileError(path, line_of(data, "version"), problem, f'write version: "{version}"')
    written = re.match(r"[0-9]+(\.[0-9]+)*", version or "0")
    numbers = [int(number) for number in written[0].split(".")] if written else []
    while numbers and not numbers[-1]:
        numbers.pop()
    if numbers > _NEWEST:
        logger.warning("%s: the file's version %s is newer than %s, it is left out", path, version, FORMAT_VERSION)
    return numbers <= _NEWEST


class _ItemReader:
    """Reads one item of ``stories`` or ``rules``."""

    def __init__(self, steps: StepReader, kind: Literal["story", "rule"], path: Path) -> None:
        self._steps = steps
        self._kind = kind
        self._path = path

    def read(self, item: Any, line: int | None) -> Iterator[Story]:
        self._check(item, line)
        if self._kind not in item or not self._steps.items(item, "steps"):
            self._steps.skip(line, f"a {self._kind} without a name or steps")
            return
        name = "" if item[self._kind] is None else self._steps.text(item, self._kind)
        attributes: dict[str, Any] = {"name": name, "kind": self._kind, "path": self._path, "line": line}
        if self._kind == "rule":
            attributes |= self._rule_attributes(item)
        parts = _Parts(name)
        for index, step in enumerate(item["steps"]):
            self._add(parts, step, line_of(item["steps"], index))
        for start, end, events in parts.finished():
            yield Story(
                **attributes,
                start=start,
                end=end,
                events=tuple(event for event, _ in events),
                event_lines=tuple(place for _, place in events),
            )

    def _check(self, item: Any, line: int | None) -> None:
        if not isinstance(item, dict):
            raise self._steps.fault(line, f"a {self._kind} must be a mapping", f"begin it with '- {self._kind}: NAME'")
        for key in item:
            if key not in _ITEM_KEYS[self._kind]:
                problem = f"a {self._kind} can't have the key {key!r}"
                remedy = f"use {', '.join(sorted(_ITEM_KEYS[self._kind]))}"
                raise self._steps.fault(line_of(item, key), problem, remedy)

    def _rule_attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "condition": tuple(self._condition(item)),
            "conversation_start": self._flag(item, "conversation_start", default=False),
            "wait_for_user_input": self._flag(item, "wait_for_user_input", default=True),
        }

    def _condition(self, item: dict[str, Any]) -> Iterator[Event]:
        for index, step in enumerate(self._steps.items(item, "condition")):
            line = line_of(item["condition"], index)
            if self._steps.kind(step, line) not in ("slot_was_set", "active_loop"):
                raise self._steps.fault(line, "a rule's condition can't hold this", "use slot_was_set or active_loop")
            yield from (event for event, _ in self._steps.events(step, line))

    def _flag(self, item: dict[str, Any], key: str, *, default: bool) -> bool:
        value = item.get(key, default)
        if not isinstance(value, bool):
            raise self._steps.fault(line_of(item, key), f"{key!r} must be true or false", "write true or false")
        return value

    def _add(self, parts: _Parts, step: Any, line: int | None) -> None:
        kind = self._steps.kind(step, line)
        if kind == "bot" and self._kind == "rule":
            raise self._steps.fault(line, "a rule can't have bot texts", "make it a story, or name a response")
        if kind == "or":
            alternatives = self._steps.alternatives(step)
            if self._kind == "rule" and parts.paths * len(alternatives) > MAX_ALTERNATIVES:
                problem = f"the rule has more than {MAX_ALTERNATIVES} combinations of alternatives"
                raise self._steps.fault(line, problem, "split it into several rules")
            parts.add_alternatives(alternatives)
        elif kind == "checkpoint":
            if self._kind == "rule":
                raise self._steps.fault(
                    line, "a rule can't have checkpoints", "make it a story, or remove the checkpoint"
                )
            checkpoint = self._steps.checkpoint(step)
            if checkpoint is not None:
                parts.add_checkpoint(checkpoint)
        else:
            for placed in self._steps.events(step, line):
                parts.add_alternatives([placed])


class _Parts:
    """The parts of one item between its checkpoints, while its steps are read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._start: list[Checkpoint] = []
        self._end: list[Checkpoint] = []
        self._paths: list[list[Placed]] = [[]]
        self._finished: list[tuple[tuple[Checkpoint, ...], tuple[Checkpoint, ...], list[Placed]]] = []

    @property
    def paths(self) -> int:
        """How many combinations of alternatives there are since the last checkpoint."""
        return len(self._paths)

    def add_alternatives(self, events: list[Placed]) -> None:
        """Go on with any of the events."""
        if not events:
            return
        if len(self._paths) * len(events) > MAX_ALTERNATIVES and not self._end:
            self._end = [Checkpoint(f"GENR_OR_{self._name}:{events[0][1]}")]
        if self._end:
            self._close()
        self._paths = [[*path, event] for path in self._paths for event in events]

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """A checkpoint before any event is a start, one after events an end; only a start has conditions."""
        if self._paths == [[]]:
            self._start.append(checkpoint)
        elif checkpoint.name not in {end.name for end in self._end}:
            self._end.append(Checkpoint(checkpoint.name))

    def finished(self) -> list[tuple[tuple[Checkpoint, ...], tuple[Checkpoint, ...], list[Placed]]]:
        """Start, end and events of each path of each part. An item without events gives none."""
        self._close()
        return self._finished

    def _close(self) -> None:
        start, end = tuple(self._start), tuple(self._end)
        self._finished += [(start, end, path) for path in self._paths if path]
        self._start, self._end, self._paths = list(end), [], [[]]
