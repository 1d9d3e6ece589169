"""Which intent a message has, told from the examples of all intents."""

from __future__ import annotations

from collections.abc import Sequence

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from slackbot.core.builtin.linear_model import LinearModel
from slackbot.core.builtin.text_features import TextFeatures
from slackbot.dialogue.nlu import Example

#: What a message that is a training example, word for word, leaves to all other intents together.
_LEFT_TO_OTHERS = 0.01


class IntentClassifier:
    """Ranks the taught intents; a known text wins outright."""

    def __init__(self, examples: Sequence[Example]) -> None:
        taught = [example for example in examples if example.text.strip()]
        self._known: dict[str, str] = {}
        for example in taught:
            self._known.setdefault(_normal(example.text), str(example.intent))
        self._names = sorted({str(example.intent) for example in taught})
        self._statistics = _Statistics(taught) if len(self._names) > 1 else None

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Every taught intent with its probability, highest first then by name; empty if none was taught."""
        scores = self._statistics.probabilities(text) if self._statistics else dict.fromkeys(self._names, 1.0)
        known = self._known.get(_normal(text))
        if known is not None:
            scores = {name: score * _LEFT_TO_OTHERS for name, score in scores.items()}
            scores[known] += 1 - _LEFT_TO_OTHERS
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


class _Statistics:
    """The probability of each intent by what its examples look like."""

    def __init__(self, examples: Sequence[Example]) -> None:
        # One thread: such small matrices gain nothing from more, and waiting for busy cores costs seconds.
        with threadpool_limits(1):
            texts = [example.text for example in examples]
            self._features = TextFeatures(texts)
            self._model = LinearModel(self._features.of(texts), [str(example.intent) for example in examples])

    def probabilities(self, text: str) -> dict[str, float]:
        (row,) = self._model.probabilities(self._features.of([text])).tolist()
        return dict(zip(self._model.names, row, strict=True))


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
