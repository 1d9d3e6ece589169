"""What a message means: its intent, its entities, or both spelled out as ``/intent{...}``."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from slackbot.core.builtin.archive import State
from slackbot.core.builtin.entities import EntityExtractor
from slackbot.core.builtin.fallback import Fallback
from slackbot.core.builtin.intents import IntentClassifier
from slackbot.core.builtin.retrieval import base_of, best_of, selected, selectors
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import NLUData
from slackbot.progress import reached

#: Rasa adds these intents to every domain.
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")

RANKING_LENGTH = 10

_SPELLED_OUT = re.compile(r"\s*/(?P<intent>[^{@]+)(?:@(?P<confidence>[0-9.]+))?(?P<entities>\{.*\})?", re.DOTALL)


class Understanding:
    """Parses messages as the examples of one project teach it."""

    def __init__(
        self, data: NLUData, domain: Domain, config: Mapping[str, Any] | None = None, *, state: State = None
    ) -> None:
        """``config`` is the project's; its pipeline may have a FallbackClassifier.

        With the ``state`` of an understanding of the same data, only what takes no time is learned anew. Raises
        FileError, and ArchiveUnfit where the state can't be used here.
        """
        self._fallback = Fallback.from_config(config or {})
        self._selectors = selectors(config or {})
        if state is None:
            self._intents = IntentClassifier.learned(data.examples)
            reached("Learning entities")
        else:
            self._intents = IntentClassifier.from_state(state["intents"])
        self._entities = EntityExtractor(data, domain, state=state and state["entities"])

    def state(self) -> State:
        """What took time to learn, for an archive."""
        return {"intents": self._intents.state(), "entities": self._entities.state()}

    def parse(self, text: str, domain: Domain, without: Collection[str] = ()) -> dict[str, Any]:
        """Rasa's parse data; ``domain`` says which intents and entities ``/intent{...}`` may name.

        No intent and no entity is one of the names ``without``.
        """
        spelled_out = _spelled_out(text, domain, self._selectors)
        if spelled_out is not None:
            return spelled_out
        ranked = self._intents.ranking(text, without)
        ranking = _merged_by_base_intent(ranked)[:RANKING_LENGTH]
        intent: dict[str, Any] = dict(ranking[0]) if ranking else {"name": None, "confidence": 0.0}
        full_name = best_of(ranked, intent["name"])
        if full_name is not None:
            intent["full_retrieval_intent_name"] = full_name
        entities = self._entities.extract(text, intent["name"], without)
        instead = self._fallback.instead_of(ranking) if self._fallback else None
        if instead is not None:
            intent, ranking = instead, [dict(instead), *ranking][:RANKING_LENGTH]
        parsed = {"text": text, "intent": intent, "entities": entities, "intent_ranking": ranking}
        return _with_answers(parsed, selected(ranked, self._selectors, domain))


def _with_answers(parsed: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Beside the parse data, the answers of selectors, if there are any."""
    return {**parsed, "response_selector": answers} if answers else parsed


def _merged_by_base_intent(ranked: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Retrieval intents (``faq/ask_name``) are ranked as one: their base intent, with their summed probability."""
    totals: dict[str, float] = defaultdict(float)
    for name, score in ranked:
        totals[base_of(name)] += score
    by_score = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "confidence": min(score, 1.0)} for name, score in by_score]


def is_spelled_out(text: str, domain: Domain) -> bool:
    """Whether a text is ``/intent@confidence{entities}``, with or without the latter two, of an intent that is known.

    As in Rasa, what is written behind it doesn't matter.
    """
    return _spelling(text, domain) is not None


def _spelling(text: str, domain: Domain) -> re.Match[str] | None:
    match = _SPELLED_OUT.match(text)
    name = base_of(match["intent"].strip()) if match else None
    return match if name in domain.intents or name in DEFAULT_INTENTS else None


def _spelled_out(text: str, domain: Domain, selectors: Sequence[str]) -> dict[str, Any] | None:
    """The parse of ``/intent@confidence{entities}``; None for any other text, or if the intent is unknown."""
    match = _spelling(text, domain)
    if match is None:
        return None
    full_name = match["intent"].strip()
    name = base_of(full_name)
    intent: dict[str, Any] = {"name": name, "confidence": _confidence(match["confidence"])}
    ranking = [dict(intent)]
    if full_name != name:
        intent["full_retrieval_intent_name"] = full_name
    entities = _spelled_out_entities(match, domain)
    parsed = {"text": text, "intent": intent, "entities": entities, "intent_ranking": ranking}
    return _with_answers(parsed, selected([(full_name, intent["confidence"])], selectors, domain))


def _confidence(written: str | None) -> float:
    """As in Rasa, what is no number is no confidence at all."""
    try:
        return min(max(float(written), 0.0), 1.0) if written else 1.0
    except ValueError:
        return 0.0


def _spelled_out_entities(match: re.Match[str], domain: Domain) -> list[dict[str, Any]]:
    """One dict a value, all with the place of the braces; unknown entities and broken JSON give none, as in Rasa."""
    try:
        values = json.loads(match["entities"] or "{}")
    except (ValueError, RecursionError):
        return []
    if not isinstance(values, Mapping):
        return []
    start, end = match.span("entities")
    return [
        {"entity": name, "value": value, "start": start, "end": end, "extractor": "RegexMessageHandler"}
        for name, written in values.items()
        if name in domain.entities
        for value in (written if isinstance(written, list) else [written])
    ]
