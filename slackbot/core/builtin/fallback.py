"""Messages that nothing taught is sure about, as Rasa's FallbackClassifier treats them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from slackbot.dialogue.yamlfile import line_of
from slackbot.errors import FileError

NLU_FALLBACK = "nlu_fallback"

CLASSIFIER = "FallbackClassifier"


@dataclass(frozen=True)
class Fallback:
    """When a message counts as ``nlu_fallback`` instead of its likeliest intent. The defaults are Rasa's."""

    #: The least confidence of an intent that is believed.
    threshold: float = 0.3
    #: How much likelier than the second an intent must be.
    ambiguity_threshold: float = 0.1

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self | None:
        """By the settings in ``config.yml``; None if its pipeline has no FallbackClassifier. Raises FileError."""
        pipeline = config.get("pipeline")
        components = [item for item in pipeline if isinstance(item, Mapping)] if isinstance(pipeline, list) else []
        settings = next((item for item in components if _is_fallback(item)), None)
        if settings is None:
            return cls() if isinstance(pipeline, list) and CLASSIFIER in pipeline else None
        names = ("threshold", "ambiguity_threshold")
        return cls(**{name: _share(settings, name) for name in names if name in settings})

    def instead_of(self, ranking: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
        """The fallback intent for a ranking of intents with confidences; None if its first is to be believed."""
        if not ranking:
            return None
        best, second = (*(item["confidence"] for item in ranking[:2]), None)[:2]
        ambiguous = second is not None and best - second < self.ambiguity_threshold
        if best >= self.threshold and not ambiguous:
            return None
        return {"name": NLU_FALLBACK, "confidence": self.threshold}


def _is_fallback(component: Mapping[str, Any]) -> bool:
    return str(component.get("name")).rpartition(".")[2] == CLASSIFIER


def _share(settings: Mapping[str, Any], name: str) -> float:
    value = settings[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FileError("config.yml", line_of(settings, name), f"{name} is {value!r}", "write a number from 0 to 1")
    return float(value)
