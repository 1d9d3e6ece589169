"""Which intent a message has, told from the examples of all intents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Self

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from slackbot.core.builtin.archive import State
from slackbot.core.builtin.linear_model import LinearModel
from slackbot.core.builtin.text_features import TextFeatures
from slackbot.dialogue.nlu import Example

#: What a message that is a training example, word for word, leaves to all other intents together.
_LEFT_TO_OTHERS = 0.01


class IntentClassifier:
    """Ranks the taught intents; a known text wins outright."""

    def __init__(self, known: dict[str, str], names: list[str], statistics: _Statistics | None) -> None:
        self._known, self._names, self._statistics = known, names, statistics

    @classmethod
    def learned(cls, examples: Sequence[Example]) -> Self:
        """Learns all examples; of two that give the same text different intents, the first is believed."""
        taught = [example for example in examples if example.text.strip()]
        known: dict[str, str] = {}
        for example in taught:
            known.setdefault(_normal(example.text), str(example.intent))
        names = sorted({str(example.intent) for example in taught})
        return cls(known, names, _Statistics.learned(taught) if len(names) > 1 else None)

    def state(self) -> State:
        """What was learned, for an archive."""
        statistics = self._statistics.state() if self._statistics else None
        return {"known": self._known, "names": self._names, "statistics": statistics}

    @classmethod
    def from_state(cls, state: State) -> Self:
        """The other way. Raises ArchiveUnfit."""
        statistics = _Statistics.from_state(state["statistics"]) if state["statistics"] else None
        return cls(state["known"], state["names"], statistics)

    def ranking(self, text: str, without: Collection[str] = ()) -> list[tuple[str, float]]:
        """Every taught intent with its probability, highest first then by name; empty if none was taught.

        The intents ``without`` are left out, retrieval intents by their base intent; the others share the certainty.
        """
        scores = self._statistics.probabilities(text) if self._statistics else dict.fromkeys(self._names, 1.0)
        if without:
            scores = _shared_out({name: p for name, p in scores.items() if name.partition("/")[0] not in without})
        known = self._known.get(_normal(text))
        if known in scores:
            scores = {name: score * _LEFT_TO_OTHERS for name, score in scores.items()}
            scores[known] += 1 - _LEFT_TO_OTHERS
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


class _Statistics:
    """The probability of each intent by what its examples look like."""

    def __init__(self, features: TextFeatures, model: LinearModel) -> None:
        self._features, self._model = features, model

    @classmethod
    def learned(cls, examples: Sequence[Example]) -> Self:
        # One thread: such small matrices gain nothing from more, and waiting for busy cores costs seconds.
        with threadpool_limits(1):
            texts = [example.text for example in examples]
            features = TextFeatures.learned(texts)
            intents = [str(example.intent) for example in examples]
            return cls(features, LinearModel.learned(features.of(texts), intents, features.kinds))

    def state(self) -> State:
        return {"features": self._features.state(), "model": self._model.state()}

    @classmethod
    def from_state(cls, state: State) -> Self:
        return cls(TextFeatures.from_state(state["features"]), LinearModel.from_state(state["model"]))

    def probabilities(self, text: str) -> dict[str, float]:
        row = self._model.probabilities_of_one(self._features.of_one(text))
        return dict(zip(self._model.names, row.tolist(), strict=True))


def _shared_out(scores: dict[str, float]) -> dict[str, float]:
    """The scores so that they sum to 1."""
    total = sum(scores.values())
    return {name: score / total for name, score in scores.items()} if total else scores


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
