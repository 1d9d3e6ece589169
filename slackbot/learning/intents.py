"""The names by which people tell intents apart: a retrieval intent (``faq``) has full ones (``faq/ask_name``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbot.dialogue.domain import Domain

_FULL_NAME = "full_retrieval_intent_name"
_RESPONSE = "utter_"


def suggested_intent(parse_data: Mapping[str, Any]) -> str:
    """What a core took the message for; empty where it knows no intent."""
    intent = parse_data.get("intent") or {}
    return str(intent.get(_FULL_NAME) or intent.get("name") or "")


def intent_named(name: str) -> dict[str, Any]:
    """The intent of Rasa's parse data that people agreed on."""
    base = name.partition("/")[0]
    return {"name": base, "confidence": 1.0, **({_FULL_NAME: name} if base != name else {})}


def intent_names(domain: Domain) -> tuple[str, ...]:
    """The domain's intents in its order, each retrieval intent as its full names, as far as it has responses."""
    full: dict[str, list[str]] = {}
    for response in domain.responses:
        name = response.removeprefix(_RESPONSE)
        if "/" in name and name != response:
            full.setdefault(name.partition("/")[0], []).append(name)
    return tuple(name for intent in domain.intents for name in full.get(intent, (intent,)))


def likelihoods(parse_data: Mapping[str, Any]) -> dict[str, float]:
    """The intents that a core ranks, with their confidences, in its order. Full names share that of their base."""
    found: dict[str, float] = {}
    for entry in parse_data.get("intent_ranking") or ():
        name, confidence = entry.get("name"), float(entry.get("confidence") or 0.0)
        shares = _shares(str(name), parse_data.get("response_selector") or {})
        total = sum(shares.values())
        if total:
            found |= {full_name: confidence * share / total for full_name, share in shares.items()}
        elif name:
            found[str(name)] = confidence
    return found


def likeliest_first(parse_data: Mapping[str, Any], domain: Domain) -> list[str]:
    """The names of all intents, first those that a core ranks, in its order."""
    return list(dict.fromkeys([*likelihoods(parse_data), *intent_names(domain)]))


def _shares(base: str, selectors: Mapping[str, Any]) -> dict[str, float]:
    """The full names of a retrieval intent among the answers that selectors rank, likeliest first."""
    return {
        str(answer["intent_response_key"]): float(answer["confidence"])
        for selector in selectors.values()
        for answer in (selector.get("ranking") or () if isinstance(selector, Mapping) else ())
        if str(answer.get("intent_response_key")).startswith(f"{base}/")
    }
