"""Which answer a retrieval intent (``faq/ask_name``) has, as Rasa's ResponseSelector puts it into parse data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.dialogue.domain import Domain

SELECTOR = "ResponseSelector"

#: The selector of all retrieval intents together, which a pipeline has that names none.
DEFAULT = "default"

RANKING_LENGTH = 10


def selectors(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The retrieval intents for which the pipeline has a selector each, or ``default`` for all of them."""
    return tuple(dict.fromkeys(str(item.get("retrieval_intent") or DEFAULT) for item in _named(config))) or (DEFAULT,)


def selects_answers(config: Mapping[str, Any]) -> bool:
    """Whether the pipeline has a selector, as the one has that Rasa takes where there is none."""
    return not config.get("pipeline") or bool(_named(config))


def _named(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    pipeline = config.get("pipeline")
    items = pipeline if isinstance(pipeline, list) else []
    components = [item if isinstance(item, Mapping) else {"name": item} for item in items]
    return [item for item in components if str(item.get("name")).rpartition(".")[2] == SELECTOR]


def base_of(intent: str) -> str:
    """The retrieval intent of a full name; another intent is its own."""
    return intent.split("/", maxsplit=1)[0]


def best_of(ranked: Sequence[tuple[str, float]], base: str | None) -> str | None:
    """The likeliest full name of a retrieval intent; None for another intent."""
    return next((name for name, _ in ranked if "/" in name and base_of(name) == base), None)


def selected(ranked: Sequence[tuple[str, float]], keys: Sequence[str], domain: Domain) -> dict[str, Any]:
    """What each selector would answer, whatever the intent: ``response_selector`` of Rasa's parse data.

    ``ranked`` are all intents, likeliest first; ``keys`` come from ``selectors``. Empty if no intent is a retrieval
    intent.
    """
    retrieved = [(name, score) for name, score in ranked if "/" in name]
    if not retrieved:
        return {}
    bases = sorted({base_of(name) for name, _ in retrieved})
    answers = {
        key: _answer([(name, score) for name, score in retrieved if key in {DEFAULT, base_of(name)}], domain)
        for key in keys
        if key in {DEFAULT, *bases}
    }
    return {"all_retrieval_intents": bases, **answers}


def _answer(ranked: Sequence[tuple[str, float]], domain: Domain) -> dict[str, Any]:
    total = sum(score for _, score in ranked) or 1.0
    ranking = [{"confidence": score / total, "intent_response_key": name} for name, score in ranked[:RANKING_LENGTH]]
    response = f"utter_{ranked[0][0]}"
    variations = [dict(variation) for variation in domain.responses.get(response, ())]
    return {"response": {"responses": variations, **ranking[0], "utter_action": response}, "ranking": ranking}
