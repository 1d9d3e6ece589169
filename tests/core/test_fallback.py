"""Messages that count as nlu_fallback, by the settings of the pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.core.builtin.fallback import Fallback
from slackbot.core.builtin.understanding import RANKING_LENGTH, Understanding
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData
from slackbot.errors import FileError

DOMAIN = Domain.from_dict({"intents": ["greet", "bye"]})


def configured(**settings: Any) -> dict[str, Any]:
    return {"pipeline": [{"name": "DIETClassifier"}, {"name": "FallbackClassifier", **settings}]}


def ranked(*confidences: float) -> list[dict[str, Any]]:
    return [{"name": f"intent{place}", "confidence": value} for place, value in enumerate(confidences)]


@pytest.mark.parametrize(
    ("confidences", "falls_back"),
    [((0.3, 0.1), False), ((0.29, 0.1), True), ((0.5, 0.41), True), ((1.0,), False), ((), False)],
)
def test_an_unsure_or_ambiguous_ranking_falls_back(confidences: tuple[float, ...], *, falls_back: bool) -> None:
    fallback = Fallback.from_config(configured())
    assert fallback is not None
    assert (fallback.instead_of(ranked(*confidences)) is not None) == falls_back


def test_the_settings_of_the_pipeline_count() -> None:
    assert Fallback.from_config(configured(threshold=0.7, ambiguity_threshold=0)) == Fallback(0.7, 0.0)


@pytest.mark.parametrize("config", [{}, {"pipeline": None}, {"pipeline": [{"name": "DIETClassifier"}, None]}])
def test_nothing_falls_back_where_no_pipeline_says_so(config: dict[str, Any]) -> None:
    assert Fallback.from_config(config) is None


def test_a_classifier_named_by_its_module_or_without_settings_counts_too() -> None:
    named = {"name": "rasa.nlu.classifiers.fallback_classifier.FallbackClassifier"}
    assert Fallback.from_config({"pipeline": [named]}) == Fallback()
    assert Fallback.from_config({"pipeline": ["FallbackClassifier"]}) == Fallback()


@pytest.mark.parametrize("value", ["high", 2, -0.1, True])
def test_a_threshold_that_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(FileError, match="threshold is"):
        Fallback.from_config(configured(threshold=value))


def test_a_message_that_falls_back_keeps_what_it_might_have_been() -> None:
    examples = tuple(Example(f"word{number}", f"intent{number}") for number in range(15))
    parsed = Understanding(NLUData(examples), DOMAIN, configured(threshold=0.9)).parse("something else", DOMAIN)
    assert parsed["intent"] == {"name": "nlu_fallback", "confidence": 0.9}
    assert parsed["intent_ranking"][0] == parsed["intent"]
    assert len(parsed["intent_ranking"]) == RANKING_LENGTH


def test_a_known_text_and_a_spelled_out_intent_never_fall_back() -> None:
    data = NLUData((Example("hello", "greet"), Example("see you", "bye")))
    taught = Understanding(data, DOMAIN, configured(threshold=0.95))
    assert [taught.parse(text, DOMAIN)["intent"]["name"] for text in ("hello", "/bye")] == ["greet", "bye"]
