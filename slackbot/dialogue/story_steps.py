"""Reads the steps of Rasa's stories and rules: each kind of step becomes its events."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slackbot.dialogue.annotations import parse_annotated
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    StoryExported,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.story import Checkpoint
from slackbot.dialogue.yamlfile import Exact, line_of
from slackbot.errors import FileError

logger = logging.getLogger(__name__)

#: An event and the line it stands on.
Placed = tuple[Event, int | None]

# An action with one of these names is that event, as Rasa reads it.
_EVENTS_BY_ACTION_NAME: Mapping[str, Event] = {
    "restart": Restarted(),
    "undo": ActionReverted(),
    "rewind": UserUtteranceReverted(),
    "reset_slots": AllSlotsReset(),
    "pause": ConversationPaused(),
    "resume": ConversationResumed(),
    "export": StoryExported(),
    "session_started": SessionStarted(),
    "followup": FollowupAction("followup"),
}
_COMMAND = re.compile(r"/(?P<intent>[^{@]+)(?:@[0-9.]+)?(?P<entities>\{.+\})?")
_KEYS = {
    "user": {"intent", "user", "entities"},
    "or": {"or"},
    "action": {"action"},
    "bot": {"bot"},
    "checkpoint": {"checkpoint", "slot_was_set"},
    "slot_was_set": {"slot_was_set"},
    "active_loop": {"active_loop"},
    # What says nothing that Rasa would read.
    "nothing": {"entities"},
}


class StepReader:
    """Reads single steps of one file. Every method raises FileError with the line of what is wrong."""

    def __init__(self, path: Path, domain: Domain | None) -> None:
        self._path = path
        self._domain = domain

    def kind(self, step: Any, line: int | None) -> str:
        """Which of Rasa's kinds of step it is: one of the keys of _KEYS."""
        if not isinstance(step, dict):
            raise self.fault(line, f"the step {step!r:.60} is not a mapping", "write it like '- action: utter_greet'")
        kind = "user" if "intent" in step else next((key for key in _KEYS if key in step), "nothing")
        for key in step:
            if key not in _KEYS[kind]:
                remedy = "use intent, user, entities, action, bot, slot_was_set, active_loop, checkpoint or 'or'"
                raise self.fault(line_of(step, key), f"a step can't have the key {key!r}", remedy)
        if kind == "nothing":
            self.skip(line, "a step without a message or an action")
        return kind

    def events(self, step: Any, line: int | None) -> list[Placed]:
        """The events of a step that is neither an ``or`` nor a checkpoint."""
        kind = self.kind(step, line)
        if kind == "user":
            return [(self._user(step, line), line)]
        if kind == "action":
            return [(event, line) for event in self._action(step, line)]
        if kind == "bot":
            return [(ActionExecuted(action_name="", action_text=self.text(step, "bot")), line)]
        if kind == "active_loop":
            name = None if step["active_loop"] is None else self.text(step, "active_loop")
            return [(ActiveLoop(name), line)]
        return self._slots(step) if kind == "slot_was_set" else []

    def alternatives(self, step: dict[str, Any]) -> list[Placed]:
        """What may happen at an ``or``, one event each. Every slot named in it is an alternative of its own.

        As in Rasa, an ``or`` with a text but no intent in it is skipped.
        """
        found: list[Placed] = []
        for index, choice in enumerate(self.given(step, "or")):
            line = line_of(step["or"], index)
            if self.kind(choice, line) not in ("user", "slot_was_set"):
                raise self.fault(line, "an 'or' can't hold this step", "use intent or slot_was_set in it")
            if "user" in choice and "intent" not in choice:
                self.skip(line, "an 'or' with a message that has no intent")
                return []
            found += self.events(choice, line)
        return found

    def checkpoint(self, step: dict[str, Any]) -> Checkpoint | None:
        """A checkpoint and the slot values it asks for; None for one that Rasa skips, since a slot lacks its value."""
        conditions: dict[str, Any] = {}
        for slot in self.given(step, "slot_was_set"):
            if not isinstance(slot, dict):
                self.skip(line_of(step, "slot_was_set"), f"a checkpoint whose slot {slot!r:.40} has no value")
                return None
            conditions |= slot
        return Checkpoint(self.text(step, "checkpoint"), conditions)

    def text(self, node: Mapping[str, Any], key: str) -> str:
        """The text under a key."""
        value = node.get(key)
        if not isinstance(value, str):
            raise self.fault(line_of(node, key), f"{key!r} must be text, not {value!r:.40}", "put it in quotes")
        return value

    def items(self, node: Mapping[str, Any], key: str) -> list[Any]:
        """The list under a key; empty if there is none."""
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.fault(line_of(node, key), f"{key!r} must be a list", "begin each of its lines with '- '")
        return value

    def given(self, node: Mapping[str, Any], key: str) -> list[Any]:
        """The list under a key; empty if there is no such key, a fault if nothing stands there."""
        if key in node and node[key] is None:
            raise self.fault(
                line_of(node, key), f"there is nothing behind {key!r}", "write what belongs there, or remove it"
            )
        return self.items(node, key)

    def skip(self, line: int | None, what: str) -> None:
        """Say that something is left out, as Rasa leaves it out."""
        logger.warning("%s:%s: %s is left out", self._path, line, what)

    def fault(self, line: int | None, problem: str, remedy: str) -> FileError:
        """The error to raise for a place in this file."""
        return FileError(self._path, line, problem, remedy)

    def _user(self, step: dict[str, Any], line: int | None) -> UserUttered:
        name, full_name = self._intent(step, line)
        intent = {"name": name, "full_retrieval_intent_name": full_name, "confidence": 1.0}
        if "user" not in step:
            return UserUttered(None, intent, self._entities(step))
        try:
            text, entities = parse_annotated(unpadded(self.text(step, "user")))
        except ValueError as error:
            raise self.fault(line_of(step, "user"), str(error), "mend the annotation") from error
        return UserUttered(text, intent, _command_entities(text) if text.startswith("/") else entities)

    def _intent(self, step: dict[str, Any], line: int | None) -> tuple[str, str | None]:
        """The intent's name and, for a retrieval intent, its full name; an empty name for text without an intent."""
        if "intent" not in step and "user" in step:
            return "", None
        full_name = "" if step["intent"] is None else self.text(step, "intent").strip().removeprefix("/")
        if not full_name and "user" not in step:
            logger.warning("%s:%s: a message without an intent", self._path, line)
        name = full_name.split("/")[0]
        return name, full_name if name != full_name else None

    def _entities(self, step: dict[str, Any]) -> list[dict[str, Any]]:
        items = step.get("entities")
        return [self._entity(item, line_of(items, i)) for i, item in enumerate(self.given(step, "entities"))]

    def _entity(self, item: Any, line: int | None) -> dict[str, Any]:
        if isinstance(item, str):
            return {"entity": item, "value": ""}
        types = [key for key in item if key not in ("role", "group")] if isinstance(item, dict) else []
        if not types:
            raise self.fault(line, f"the entity {item!r:.40} has no type", "write it like '- city: Rome'")
        described = {"entity": types[-1], "value": item[types[-1]]}
        described |= {key: self.text(item, key) for key in ("role", "group") if item.get(key) is not None}
        return {key: value for key, value in described.items() if value is not None}

    def _action(self, step: dict[str, Any], line: int | None) -> list[Event]:
        if not step["action"]:
            self.skip(line, "a step without the name of its action")
            return []
        name = self.text(step, "action")
        return [_EVENTS_BY_ACTION_NAME.get(name) or ActionExecuted(action_name=name)]

    def _slots(self, step: dict[str, Any]) -> list[Placed]:
        found: list[Placed] = []
        for index, slot in enumerate(self.given(step, "slot_was_set")):
            line = line_of(step["slot_was_set"], index)
            if isinstance(slot, str):
                found.append((SlotSet(slot, self._filled(slot, line)), line))
            elif isinstance(slot, dict):
                found += [(SlotSet(str(name), value), line_of(slot, name)) for name, value in slot.items()]
            else:
                self.skip(line, f"the slot {slot!r:.40}, which has no name,")
        return found

    def _filled(self, name: str, line: int | None) -> Any:
        """The value that stands for "some value" where a step names a slot only; None where its type has none."""
        if self._domain is None:
            return None
        if name not in self._domain.slots:
            raise self.fault(line, f"the domain has no slot {name!r}", "add it to the domain's slots, or correct it")
        return {"text": "filled", "list": ["filled"]}.get(self._domain.slots[name].type)


def unpadded(text: str) -> str:
    """Text of a message without outer whitespace, as Rasa reads it; whitespace that is meant is marked in the file."""
    return str(text) if isinstance(text, Exact) else text.strip()


def _command_entities(text: str) -> list[dict[str, Any]]:
    """The entities of ``/intent{"type": value}``; each of a list of values is an entity."""
    match = _COMMAND.match(text)
    if match is None or match["entities"] is None:
        return []
    try:
        values: Mapping[str, Any] = json.loads(match["entities"])
    except json.JSONDecodeError:
        return []
    start, end = match.span("entities")
    return [
        {"entity": name, "start": start, "end": end, "value": value}
        for name, given in values.items()
        for value in _each(given)
    ]


def _each(given: Any) -> Iterable[Any]:
    return given if isinstance(given, list) else [given]
