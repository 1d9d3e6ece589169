"""The sections of a domain: each is checked and read by one function. Faults name the file and the line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from slackbot.dialogue.slots import SLOT_TYPES, Slot, slot_type
from slackbot.dialogue.yamlfile import line_of
from slackbot.errors import FileError

Data = Mapping[str, Any]

#: What every section is in Rasa's format.
_SHAPES: Mapping[str, tuple[type, ...]] = {
    "intents": (list,),
    "entities": (list,),
    "slots": (dict,),
    "responses": (dict,),
    "forms": (dict, list),
    "actions": (list,),
    "e2e_actions": (list,),
    "session_config": (dict,),
}

_REMEDIES: Mapping[str, str] = {
    "intents": "list each intent behind a dash",
    "entities": "list each entity behind a dash",
    "slots": "write each slot as 'name:' with its type below",
    "responses": "write each response as 'utter_...:' with its variations below, each behind a dash",
    "forms": "write each form as 'name:' with its required_slots below",
    "actions": "list each action behind a dash",
    "e2e_actions": "list each bot text behind a dash",
    "session_config": "write session_expiration_time and carry_over_slots_to_new_session below it",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent of the domain."""

    name: str
    #: The entities that policies see in a message with this intent.
    used_entities: tuple[str, ...]
    #: The action that answers it, whatever the policies say.
    triggers: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity type of the domain."""

    name: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    #: Whether policies see it.
    influence_conversation: bool = True


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """When a new session begins, and what it knows of the one before."""

    #: Minutes since the last user message; zero or less: never.
    session_expiration_time: float = 60
    carry_over_slots_to_new_session: bool = True


@dataclass(frozen=True, slots=True)
class SectionReader:
    """Reads the sections of one file's data; every method raises FileError."""

    path: Path

    def fail(self, node: object, key: object, problem: str, remedy: str) -> NoReturn:
        """Raise FileError for what stands under a key (or at an index) of a mapping (or a list)."""
        raise FileError(self.path, line_of(node, key), problem, remedy)

    def mapping(self, data: object) -> dict[str, Any]:
        """The data as a dict, if it is a domain at all."""
        if isinstance(data, Mapping) and not isinstance(data, dict):
            data = dict(data)
        if data is None:
            self.fail(None, None, "the domain is empty", "write at least its intents and responses")
        if not isinstance(data, dict):
            self.fail(data, None, f"a domain is a mapping, not {_kind(data)}", "begin with 'version: \"3.1\"'")
        for key in data:
            if not isinstance(key, str):
                self.fail(data, key, f"the section {key!r} is no text", "name it as Rasa does")
        return data

    def section(self, data: Data, key: str) -> Any:
        """One section; an absent or null one is empty."""
        value, shapes = data.get(key), _SHAPES[key]
        if value is None:
            return shapes[0]()
        if not isinstance(value, shapes):
            self.fail(data, key, f"'{key}' is {_kind(value)}, it must be {_kind(shapes[0]())}", _REMEDIES[key])
        return value

    def named_items(self, data: Data, key: str) -> list[tuple[str, dict[str, Any]]]:
        """Items written ``- name`` or ``- name: {properties}``; of a name written twice, the first."""
        items: dict[str, dict[str, Any]] = {}
        section = self.section(data, key)
        for position, item in enumerate(section):
            name, properties = item, None
            if isinstance(item, dict) and len(item) == 1:
                [(name, properties)] = item.items()
            if not isinstance(name, str):
                self.fail(section, position, f"{_kind(item)} in '{key}' is no name", "put one quoted name there")
            if not isinstance(properties, dict | None):
                problem = f"the properties of '{name}' in '{key}' are {_kind(properties)}"
                self.fail(section, position, problem, "write them as 'key: value' below the name")
            items.setdefault(name, properties or {})
        return list(items.items())

    def entities(self, data: Data) -> dict[str, Entity]:
        """The entities by name."""
        return {name: self._entity(name, properties) for name, properties in self.named_items(data, "entities")}

    def _entity(self, name: str, properties: Data) -> Entity:
        return Entity(
            name,
            self._names(properties, "roles"),
            self._names(properties, "groups"),
            properties.get("influence_conversation", True) is not False,
        )

    def _names(self, data: Data, key: str) -> tuple[str, ...]:
        """A list of names; a single one may stand without a dash."""
        value = data.get(key)
        names = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            self.fail(
                data, key, f"'{key}' is no list of names", "list each name behind a dash, quoted if it is a number"
            )
        return tuple(names)

    def intents(self, data: Data, entities: Sequence[str]) -> dict[str, Intent]:
        """The intents by name."""
        items = self.named_items(data, "intents")
        return {name: self._intent(name, properties, entities) for name, properties in items}

    def _intent(self, name: str, properties: Data, entities: Sequence[str]) -> Intent:
        used = self._entity_choice(properties, "use_entities", entities, default=True)
        ignored = self._entity_choice(properties, "ignore_entities", entities, default=False)
        triggers = properties.get("triggers")
        if not isinstance(triggers, str | None):
            self.fail(properties, "triggers", f"'triggers' is {_kind(triggers)}", "name one action there")
        return Intent(name, tuple(entity for entity in used if entity not in ignored), triggers)

    def _entity_choice(self, data: Data, key: str, every: Sequence[str], *, default: bool) -> tuple[str, ...]:
        """The entities that a list names; ``true`` stands for all, ``false`` and null for none."""
        value = data.get(key, default)
        if value is True:
            return tuple(every)
        return () if value is False else self._names(data, key)

    def slots(self, data: Data) -> dict[str, Slot]:
        """The slots by name, as they are written: what Rasa adds to them isn't here."""
        section = self.section(data, "slots")
        return {name: self._slot(section, name) for name in section}

    def _slot(self, section: Data, name: object) -> Slot:
        remedy = "write the slot's type below its name, such as 'type: text'"
        if not isinstance(name, str):
            self.fail(section, name, f"the slot {name!r} has no text for a name", "put its name in quotes")
        data = section[name]
        if not isinstance(data, dict):
            self.fail(section, name, f"the slot '{name}' is {_kind(data)}", remedy)
        declared = data.get("type")
        if not isinstance(declared, str):
            problem = f"the slot '{name}' has no type" if declared is None else f"the type of '{name}' is no text"
            self.fail(section, name, problem, f"{remedy}; Rasa has {', '.join(SLOT_TYPES)}")
        kind = slot_type(declared)
        values = data.get("values") or []
        if not isinstance(values, list):
            self.fail(data, "values", f"the values of '{name}' are {_kind(values)}", "list each value behind a dash")
        return Slot(
            name=name,
            type=kind,
            initial_value=data.get("initial_value"),
            influence_conversation=kind != "any" and data.get("influence_conversation", True) is not False,
            values=tuple(values),
            min_value=self._number(data, "min_value", 0.0),
            max_value=self._number(data, "max_value", 1.0),
            mappings=tuple(self._mappings(data, "mappings")),
            declared_type=declared,
            data=data,
        )

    def _mappings(self, data: Data, key: str) -> list[dict[str, Any]]:
        value = data.get(key) or []
        items = [value] if isinstance(value, dict) else value
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            self.fail(data, key, f"'{key}' is no list of mappings", "write '- type: from_...' for each below it")
        return items

    def _number(self, data: Data, key: str, default: float) -> float:
        value = data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(data, key, f"'{key}' is {_kind(value)}", "write a number")
        return value

    def responses(self, data: Data) -> dict[str, list[dict[str, Any]]]:
        """The variations of each response."""
        section = self.section(data, "responses")
        for name, variations in section.items():
            good = isinstance(variations, list) and all(isinstance(item, dict) for item in variations)
            if not isinstance(name, str) or not good:
                problem = f"the response '{name}' is no list of variations"
                self.fail(section, name, problem, "write '- text: ...' for each variation below its name")
        return dict(section)

    def forms(self, data: Data) -> dict[str, dict[str, Any]]:
        """The properties of each form. Rasa 2 also took a mere list of names."""
        section = self.section(data, "forms")
        if isinstance(section, list):
            return dict(self.named_items(data, "forms"))
        return {name: self._form(section, name) for name in section}

    def _form(self, section: Data, name: Any) -> dict[str, Any]:
        form: Any = section[name] if section[name] is not None else {}
        if not isinstance(name, str) or not isinstance(form, dict):
            self.fail(section, name, f"the form '{name}' is {_kind(form)}", _REMEDIES["forms"])
        required = form.get("required_slots")
        if not isinstance(required, dict):
            self._names(form, "required_slots")
        for slot in required_slots(form):
            if not isinstance(slot, str):
                self.fail(form, "required_slots", f"the form '{name}' asks for {slot!r}", "name a slot, in quotes")
        self._names(form, "ignored_intents")
        return form

    def config(self, data: Data) -> dict[str, Any]:
        """Settings that Rasa 2 kept in the domain."""
        value = data.get("config") or {}
        if not isinstance(value, dict):
            self.fail(data, "config", f"'config' is {_kind(value)}", "write its settings as 'key: value' below it")
        return value

    def e2e_actions(self, data: Data) -> tuple[str, ...]:
        """The bot texts that are predicted end-to-end."""
        self.section(data, "e2e_actions")
        return self._names(data, "e2e_actions")

    def session_config(self, data: Data) -> SessionConfig:
        """Rasa's own defaults stand for what is absent."""
        section = self.section(data, "session_config")
        minutes = self._number(section, "session_expiration_time", 60)
        return SessionConfig(minutes, section.get("carry_over_slots_to_new_session", True) is not False)


def required_slots(form: Data) -> tuple[str, ...]:
    """The slots that a form asks for, in order. In Rasa 2 they could stand in the form itself, with their mappings."""
    slots = form.get("required_slots")
    if slots is None:
        slots = [key for key in form if key not in {"ignored_intents", "required_slots"}]
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _kind(value: object) -> str:
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "empty")
