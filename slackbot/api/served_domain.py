"""The domain as a Rasa server tells it: with what Rasa adds when it trains, without what is empty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.yamlfile import FORMAT_VERSION

_RESPONSE = "utter_"


def served_domain(domain: Domain) -> dict[str, Any]:
    """All that its files say, in their order, but intents by name; the action of each retrieval intent is listed."""
    told = {name: section for name, section in domain.data.items() if section not in ({}, [], None)}
    answered = dict.fromkeys(name.partition("/")[0] for name in domain.responses if "/" in name)
    retrieval = [action.removeprefix(_RESPONSE) for action in answered]
    if "intents" in told:
        told["intents"] = [_intent(each, domain, retrieval) for each in sorted(told["intents"], key=_name)]
    if missing := [action for action in answered if action not in told.get("actions", ())]:
        told["actions"] = [*told.get("actions", ()), *missing]
    usual = {"session_config": asdict(domain.session_config), "version": FORMAT_VERSION}
    return told | {name: section for name, section in usual.items() if name not in told}


def _name(item: Any) -> str:
    return str(next(iter(item)) if isinstance(item, dict) else item)


def _intent(item: Any, domain: Domain, retrieval: Collection[str]) -> Any:
    name = _name(item)
    said = (item[name] or {}) if isinstance(item, dict) else {}
    properties = {key: [] if value is False else value for key, value in said.items()}
    if name in retrieval:
        seen = {entity.name for entity in domain.entity_properties.values() if entity.influence_conversation}
        used = [entity for entity in domain.intent_properties[name].used_entities if entity in seen]
        properties |= {"used_entities": used, "is_retrieval_intent": True}
    return {name: properties} if properties else item
