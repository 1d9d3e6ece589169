"""A domain: everything that an assistant can understand, remember, say and do."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from slackbot.dialogue.domain_files import merge, read_domain_files
from slackbot.dialogue.domain_sections import Entity, Intent, SectionReader, SessionConfig, required_slots
from slackbot.dialogue.environment import Environment, expanded
from slackbot.dialogue.legacy_slots import with_rasa_2_mappings
from slackbot.dialogue.slots import REQUESTED_SLOT, SESSION_METADATA_SLOT, Slot
from slackbot.dialogue.yamlfile import to_yaml

__all__ = ["DEFAULT_ACTIONS", "Domain", "Entity", "Intent", "SessionConfig", "Slot"]

#: The actions that every assistant has, in Rasa's order.
DEFAULT_ACTIONS: tuple[str, ...] = (
    "action_listen",
    "action_restart",
    "action_session_start",
    "action_default_fallback",
    "action_deactivate_loop",
    "action_revert_fallback_events",
    "action_default_ask_affirmation",
    "action_default_ask_rephrase",
    "action_two_stage_fallback",
    "action_unlikely_intent",
    "action_back",
    "action_extract_slots",
)

#: What Rasa runs as a response, defined or not.
_RESPONSE_PREFIX = "utter_"


class Domain:
    """What Rasa 3 knows from a domain file; files of Rasa 2 are read too. Never changes."""

    #: Names, in the file's order.
    intents: tuple[str, ...]
    entities: tuple[str, ...]
    intent_properties: Mapping[str, Intent]
    entity_properties: Mapping[str, Entity]
    #: With the slots that Rasa adds: requested_slot where there are forms, session_started_metadata always.
    slots: Mapping[str, Slot]
    #: The variations of each response.
    responses: Mapping[str, list[dict[str, Any]]]
    forms: Mapping[str, dict[str, Any]]
    #: Every action that can be predicted: default ones, those listed, responses, forms.
    actions: tuple[str, ...]
    #: Those listed that are neither default actions nor responses nor forms.
    custom_actions: tuple[str, ...]
    #: Bot texts that are predicted end-to-end.
    e2e_actions: tuple[str, ...]
    session_config: SessionConfig
    #: The files' content, merged, as it is written: nothing is left out, no variable expanded.
    data: dict[str, Any]

    def __init__(self, data: Mapping[str, Any], path: Path | str = "domain", environment: Environment = None) -> None:
        """Read parsed content, which must not change afterwards; ``path`` is for messages. Raises FileError."""
        reader = SectionReader(Path(path))
        self.data = reader.mapping(data)
        self._environment = environment
        said = expanded(self.data, Path(path), environment)
        self.entity_properties = reader.entities(said)
        self.entities = tuple(self.entity_properties)
        self.intent_properties = reader.intents(said, self.entities)
        self.intents = tuple(self.intent_properties)
        self.responses = reader.responses(said)
        self.forms = reader.forms(said)
        slots = with_rasa_2_mappings(reader.slots(said), self.forms, self.entities, reader.config(said))
        self.slots = MappingProxyType(_with_rasas_own(slots, has_forms=bool(self.forms)))
        self.session_config = reader.session_config(said)
        self.e2e_actions = reader.e2e_actions(said)
        listed = [name for name, _ in reader.named_items(said, "actions")]
        self.actions = _unique(DEFAULT_ACTIONS, listed, self.e2e_actions, _response_actions(self.responses), self.forms)
        self.custom_actions = tuple(name for name in _unique(listed, self.e2e_actions) if self._is_custom(name))

    def _is_custom(self, action: str) -> bool:
        known = action in self.responses or action in self.forms or action in DEFAULT_ACTIONS
        return not known and not action.startswith(_RESPONSE_PREFIX)

    @classmethod
    def load(cls, path: Path, environment: Environment = os.environ) -> Self:
        """Read a file, or the domain files of a folder (see ``domain_files``). Raises FileError with file and line.

        Environment variables are expanded as Rasa does it (see ``environment``), None leaves ``${NAME}`` as it
        stands. Either way ``data`` and ``as_yaml`` have what is written.
        """
        domains = [cls(data, file, environment) for file, data in read_domain_files(path)]
        return domains[0] if len(domains) == 1 else cls(merge([domain.data for domain in domains]), path, environment)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read content that is parsed already, such as a Rasa server's answer, as it stands. Raises FileError."""
        return cls(data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Domain) and self.data == other.data

    __hash__ = None  # type: ignore[assignment]  # equal by content, which is a dict

    def required_slots(self, form: str) -> tuple[str, ...]:
        """The slots that a form asks for, in order; none for a form that the domain lacks."""
        return required_slots(self.forms.get(form, {}))

    def with_responses(self, responses: Mapping[str, Any]) -> Self:
        """A domain with these responses, as files write them, behind its own; what it has already stays as it is."""
        own = self.data.get("responses") or {}
        known = {*own, *self.responses}
        new = {name: variations for name, variations in responses.items() if name not in known}
        if not new:
            return self
        return type(self)({**self.data, "responses": {**own, **new}}, environment=self._environment)

    def merged(
        self,
        *,
        intents: Iterable[str] = (),
        entities: Iterable[str] = (),
        actions: Iterable[str] = (),
        responses: Mapping[str, str] = MappingProxyType({}),
    ) -> Domain:
        """A domain with these added behind its own; what it has already stays as it is.

        An action that is a response, a form or a default action is not listed once more.
        """
        data = deepcopy(self.data)
        _append(data, "intents", _unique(intents), known=self.intents)
        _append(data, "entities", _unique(entities), known=self.entities)
        new = {name: [{"text": text}] for name, text in responses.items() if name not in self.responses}
        if new:
            data["responses"] = {**(data.get("responses") or {}), **new}
        _append(data, "actions", _unique(actions), known=(*self.actions, *new))
        return Domain(data, environment=self._environment)

    def as_yaml(self) -> str:
        """A whole domain file that reads as an equal domain: every key of the source, in its order."""
        return to_yaml(self.data)


def _unique(*names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for some in names for name in some))


def _append(data: dict[str, Any], section: str, names: Iterable[str], *, known: Collection[str]) -> None:
    new = [name for name in names if name not in known]
    if new:
        data[section] = [*(data.get(section) or ()), *new]


def _response_actions(responses: Iterable[str]) -> list[str]:
    """The responses as actions. Those of a retrieval intent, ``utter_faq/...``, make one more: ``utter_faq``."""
    return [action for name in responses for action in (name.partition("/")[0], name)]


def _with_rasas_own(slots: Mapping[str, Slot], *, has_forms: bool) -> dict[str, Slot]:
    """The slots with those that Rasa adds behind them."""
    own = [Slot(SESSION_METADATA_SLOT, "any", influence_conversation=False, declared_type="any")]
    if has_forms:
        own.insert(0, Slot(REQUESTED_SLOT, "text", influence_conversation=False, declared_type="text"))
    return {**slots, **{slot.name: slot for slot in own if slot.name not in slots}}
