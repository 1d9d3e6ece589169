"""What messages are taken to mean."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.understanding import Understanding
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData

from .conversations import conversation, write_project

DOMAIN = Domain.from_dict(
    {"intents": ["greet", "bye", "order", "faq"], "entities": ["dish", "size"], "slots": {}, "responses": {}}
)


@cache
def understanding(*examples: tuple[str, str]) -> Understanding:
    return Understanding(NLUData(tuple(Example(text, intent) for text, intent in examples)), DOMAIN)


def taught() -> Understanding:
    return understanding(
        ("hello", "greet"), ("hi there", "greet"), ("good bye", "bye"), ("see you", "bye"), ("I order a pizza", "order")
    )


def test_the_ranking_holds_every_taught_intent_and_its_confidences_sum_to_one() -> None:
    parsed = taught().parse("hello you", DOMAIN)
    assert parsed["intent"] == parsed["intent_ranking"][0]
    assert {item["name"] for item in parsed["intent_ranking"]} == {"greet", "bye", "order"}
    assert sum(item["confidence"] for item in parsed["intent_ranking"]) == pytest.approx(1)


def test_the_ranking_ends_after_ten_intents() -> None:
    many = understanding(*((f"word{number}", f"intent{number}") for number in range(25)))
    ranking = many.parse("word7 please", DOMAIN)["intent_ranking"]
    assert len(ranking) == 10
    assert ranking[0]["name"] == "intent7"
    confidences = [item["confidence"] for item in ranking]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("text", ["hi there", "HI THERE", "  hi   there "])
def test_an_example_is_understood_for_certain_in_any_case_and_spacing(text: str) -> None:
    assert taught().parse(text, DOMAIN)["intent"] == {"name": "greet", "confidence": pytest.approx(1, abs=0.02)}


def test_an_example_outvotes_what_its_words_suggest() -> None:
    odd = understanding(("hello", "greet"), ("hello hello", "greet"), ("hello again", "greet"), ("hello!", "bye"))
    assert odd.parse("hello!", DOMAIN)["intent"]["name"] == "bye"


def test_without_examples_no_intent_is_known() -> None:
    assert understanding().parse("hello", DOMAIN) == {
        "text": "hello",
        "intent": {"name": None, "confidence": 0.0},
        "entities": [],
        "intent_ranking": [],
    }


def test_with_examples_of_one_intent_every_message_has_it() -> None:
    assert understanding(("hello", "greet")).parse("pizza", DOMAIN)["intent"] == {"name": "greet", "confidence": 1.0}


def test_an_intent_with_only_blank_examples_never_wins() -> None:
    blank = understanding(("", "order"), ("  ", "order"), ("hello", "greet"), ("bye", "bye"))
    assert blank.parse("", DOMAIN)["intent"]["name"] in {"greet", "bye"}


def test_examples_of_emoji_and_punctuation_are_told_apart() -> None:
    signs = understanding(("👍", "greet"), ("👎", "bye"), ("?!", "order"))
    assert [signs.parse(text, DOMAIN)["intent"]["name"] for text in ("👍👍", "👎 👎", "?")] == ["greet", "bye", "order"]


@given(st.one_of(st.text(), st.builds("/greet{}{}".format, st.text('@{}[]":,0.9', max_size=8), st.text(max_size=5))))
def test_no_text_is_too_odd_to_parse(text: str) -> None:
    parsed = taught().parse(text, DOMAIN)
    assert parsed["text"] == text
    assert parsed["intent"]["name"] in DOMAIN.intents
    assert 0 <= parsed["intent"]["confidence"] <= 1


_SPELLED = {"extractor": "RegexMessageHandler"}


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("/greet", {"name": "greet", "confidence": 1.0}, []),
        ("/greet@0.5", {"name": "greet", "confidence": 0.5}, []),
        ("/greet@0.5.5", {"name": "greet", "confidence": 0.0}, []),
        ("/restart", {"name": "restart", "confidence": 1.0}, []),
        (
            '/order@0.5{"dish": "pizza"}',
            {"name": "order", "confidence": 0.5},
            [{"entity": "dish", "value": "pizza", "start": 10, "end": 27, **_SPELLED}],
        ),
        (
            '/order{"dish": ["a", "b"], "size": 2, "unheard": "x"}',
            {"name": "order", "confidence": 1.0},
            [
                {"entity": "dish", "value": "a", "start": 6, "end": 53, **_SPELLED},
                {"entity": "dish", "value": "b", "start": 6, "end": 53, **_SPELLED},
                {"entity": "size", "value": 2, "start": 6, "end": 53, **_SPELLED},
            ],
        ),
        ("/order@much", {"name": "order", "confidence": 1.0}, []),
        ("/order@0.5 please", {"name": "order", "confidence": 0.5}, []),
        ('/order{"dish":', {"name": "order", "confidence": 1.0}, []),
        ("/order{broken}", {"name": "order", "confidence": 1.0}, []),
        ("/order{" + '"a":{' * 20000 + "}", {"name": "order", "confidence": 1.0}, []),
        ("/faq/opening", {"name": "faq", "confidence": 1.0, "full_retrieval_intent_name": "faq/opening"}, []),
    ],
)
def test_a_message_may_spell_out_what_it_means(text: str, intent: dict[str, Any], entities: list[Any]) -> None:
    parsed = taught().parse(text, DOMAIN)
    assert parsed["intent"] == intent
    assert [[*one.items()] for one in parsed["entities"]] == [[*one.items()] for one in entities]
    assert parsed["intent_ranking"] == [{"name": intent["name"], "confidence": intent["confidence"]}]


def test_a_spelled_out_intent_that_nobody_knows_is_ordinary_text() -> None:
    assert taught().parse("/hello", DOMAIN)["intent"]["name"] == "greet"


async def test_an_intent_that_the_session_has_added_can_be_spelled_out(tmp_path: Path) -> None:
    core = BuiltinCore.load(write_project(tmp_path, "intents: [greet]"))
    tracker = conversation(core.domain.merged(intents=["complain"]))
    assert (await core.parse("/complain", tracker))["intent"]["name"] == "complain"
    assert (await core.parse("/complain", conversation(core.domain)))["intent"]["name"] is None


def test_retrieval_intents_are_ranked_as_one_and_the_best_of_them_is_named() -> None:
    asked = understanding(
        ("when do you open", "faq/hours"), ("where are you", "faq/place"), ("hello", "greet"), ("bye", "bye")
    )
    parsed = asked.parse("where is it, where", DOMAIN)
    assert parsed["intent"]["name"] == "faq"
    assert parsed["intent"]["full_retrieval_intent_name"] == "faq/place"
    assert [item["name"] for item in parsed["intent_ranking"]].count("faq") == 1
    assert sum(item["confidence"] for item in parsed["intent_ranking"]) == pytest.approx(1)


def test_an_intent_that_wins_by_several_answers_together_names_the_likeliest() -> None:
    asked = understanding(
        ("what is this thing", "faq/thing"), ("what is that thing", "faq/other"), ("what a day", "greet")
    )
    parsed = asked.parse("what", DOMAIN)
    assert parsed["intent"]["name"] == "faq"
    assert parsed["intent"]["full_retrieval_intent_name"] in {"faq/thing", "faq/other"}


ANSWERED = Domain.from_dict(
    {
        "intents": ["greet", "faq", "chitchat"],
        "responses": {"utter_faq/hours": [{"text": "From nine."}], "utter_faq/place": [{"text": "Here."}]},
    }
)
EXAMPLES = (
    Example("when do you open", "faq/hours"),
    Example("where are you", "faq/place"),
    Example("tell me a joke", "chitchat/joke"),
    Example("hello", "greet"),
)


def selection(text: str, *pipeline: Any) -> dict[str, Any]:
    """What the selectors of this pipeline say."""
    config = {"pipeline": list(pipeline)}
    parsed = Understanding(NLUData(EXAMPLES), ANSWERED, config).parse(text, ANSWERED)
    return dict(parsed["response_selector"])


def test_the_answer_of_a_retrieval_intent_is_in_the_parse_data_as_in_rasas() -> None:
    found = selection("when will you open", {"name": "ResponseSelector"})
    assert found["all_retrieval_intents"] == ["chitchat", "faq"]
    answer, ranking = found["default"]["response"], found["default"]["ranking"]
    assert answer == {
        "responses": [{"text": "From nine."}],
        "confidence": ranking[0]["confidence"],
        "intent_response_key": "faq/hours",
        "utter_action": "utter_faq/hours",
    }
    assert {item["intent_response_key"] for item in ranking} == {"faq/hours", "faq/place", "chitchat/joke"}
    assert sum(item["confidence"] for item in ranking) == pytest.approx(1)


def test_each_selector_of_the_pipeline_answers_for_its_own_intent() -> None:
    of = "rasa.nlu.selectors.response_selector.ResponseSelector"
    pipeline = [{"name": of, "retrieval_intent": name} for name in ("faq", "chitchat", "unheard")]
    found = selection("where are you", "WhitespaceTokenizer", *pipeline)
    assert found.keys() == {"all_retrieval_intents", "faq", "chitchat"}
    assert found["faq"]["response"]["intent_response_key"] == "faq/place"
    assert found["chitchat"]["ranking"] == [{"confidence": 1, "intent_response_key": "chitchat/joke"}]
    assert found["chitchat"]["response"]["responses"] == []


def test_an_answer_that_is_spelled_out_is_the_answer() -> None:
    assert selection("/faq/place")["default"]["response"]["responses"] == [{"text": "Here."}]


def test_without_retrieval_intents_there_is_nothing_to_select() -> None:
    assert "response_selector" not in taught().parse("hello", DOMAIN)
