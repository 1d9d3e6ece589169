"""What a message means: its intent by words and characters, its entities, or both spelled out as ``/intent{...}``."""

from __future__ import annotations

import json
import re
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from slackbot.core.builtin.entities import EntityExtractor
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData

#: Rasa adds these intents to every domain.
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")

RANKING_LENGTH = 10

#: What a message that is a training example, word for word, leaves to all other intents together.
_LEFT_TO_OTHERS = 0.01

_SPELLED_OUT = re.compile(r"\s*/(?P<intent>[^{@]+)(?:@(?P<confidence>[0-9.]+))?(?P<entities>\{.*\})?\s*", re.DOTALL)


class Understanding:
    """Parses messages as the examples of one project teach it."""

    def __init__(self, data: NLUData, domain: Domain) -> None:
        self._intents = IntentClassifier(data.examples)
        self._entities = EntityExtractor(data, domain)

    def parse(self, text: str, domain: Domain) -> dict[str, Any]:
        """Rasa's parse data; ``domain`` says which intents and entities ``/intent{...}`` may name."""
        spelled_out = _spelled_out(text, domain)
        if spelled_out is not None:
            return spelled_out
        ranked = self._intents.ranking(text)
        ranking = _merged_by_base_intent(ranked)[:RANKING_LENGTH]
        intent: dict[str, Any] = dict(ranking[0]) if ranking else {"name": None, "confidence": 0.0}
        if ranked and "/" in ranked[0][0]:
            intent["full_retrieval_intent_name"] = _best_of_base(ranked, str(intent["name"]))
        return {
            "text": text,
            "intent": intent,
            "entities": self._entities.extract(text, intent["name"]),
            "intent_ranking": ranking,
        }


class IntentClassifier:
    """Tf-idf over words and characters with logistic regression; a known text wins outright."""

    def __init__(self, examples: Sequence[Example]) -> None:
        taught = [example for example in examples if example.text.strip()]
        self._known: dict[str, str] = {}
        for example in taught:
            self._known.setdefault(_normal(example.text), str(example.intent))
        self._names = sorted({str(example.intent) for example in taught})
        self._model = _trained(taught) if len(self._names) > 1 else None

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every taught intent with its probability, highest first then by name; empty if none was taught."""
        scores = self._probabilities(text)
        known = self._known.get(_normal(text))
        if known is not None:
            scores = {name: score * _LEFT_TO_OTHERS for name, score in scores.items()}
            scores[known] += 1 - _LEFT_TO_OTHERS
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))

    def _probabilities(self, text: str) -> dict[str, float]:
        if self._model is None:
            return dict.fromkeys(self._names, 1.0)
        row = self._model.predict_proba([text])[0]
        return {str(name): float(score) for name, score in zip(self._model.classes_, row, strict=True)}


def _trained(examples: Sequence[Example]) -> Any:
    # C=20 was best of the values tried on public data sets with ten examples an intent.
    model = make_pipeline(_features(), LogisticRegression(C=20, max_iter=1000))
    # One thread: such small matrices gain nothing from more, and waiting for busy cores costs seconds.
    with threadpool_limits(1), warnings.catch_warnings():
        # Scikit-learn doubts that so many intents with so few examples each are classes at all.
        warnings.simplefilter("ignore", UserWarning)
        model.fit([example.text for example in examples], [str(example.intent) for example in examples])
    return model


def _features() -> Any:
    # Every visible character belongs to a token, so that examples of punctuation or emoji alone leave a vocabulary.
    tokens = r"\w+|[^\w\s]"
    words = TfidfVectorizer(token_pattern=tokens, ngram_range=(1, 2), sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    return make_union(words, characters)


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _merged_by_base_intent(ranked: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Retrieval intents (``faq/ask_name``) are ranked as one: their base intent, with their summed probability."""
    totals: dict[str, float] = defaultdict(float)
    for name, score in ranked:
        totals[name.split("/")[0]] += score
    by_score = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "confidence": min(score, 1.0)} for name, score in by_score]


def _best_of_base(ranked: Sequence[tuple[str, float]], base: str) -> str:
    return next(name for name, _ in ranked if name.split("/")[0] == base)


def _spelled_out(text: str, domain: Domain) -> dict[str, Any] | None:
    """The parse of ``/intent@confidence{entities}``; None for any other text, or if the intent is unknown."""
    match = _SPELLED_OUT.fullmatch(text)
    if match is None:
        return None
    full_name = match["intent"].strip()
    name = full_name.split("/")[0]
    if name not in domain.intents and name not in DEFAULT_INTENTS:
        return None
    intent: dict[str, Any] = {"name": name, "confidence": _confidence(match["confidence"])}
    ranking = [dict(intent)]
    if full_name != name:
        intent["full_retrieval_intent_name"] = full_name
    entities = _spelled_out_entities(match, domain)
    return {"text": text, "intent": intent, "entities": entities, "intent_ranking": ranking}


def _confidence(written: str | None) -> float:
    try:
        return min(max(float(written), 0.0), 1.0) if written else 1.0
    except ValueError:
        return 1.0


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
        {"entity": name, "start": start, "end": end, "value": value}
        for name, written in values.items()
        if name in domain.entities
        for value in (written if isinstance(written, list) else [written])
    ]
