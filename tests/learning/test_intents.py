"""The names by which people tell intents apart, and retrieval intents in a session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import examples_of
from slackbot.learning.intents import intent_named, intent_names, likeliest_first, likelihoods, suggested_intent
from slackbot.store import Store
from tests.core.conversations import write_project
from tests.learning.lesson import Lesson

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", "faq", "bye", "chitchat"],
        "responses": {"utter_faq/hours": [{"text": "9"}], "utter_faq/place": [{"text": "Here"}], "utter_bye": []},
    }
)


def test_a_retrieval_intent_goes_by_its_full_names_where_it_has_responses() -> None:
    assert intent_names(DOMAIN) == ("greet", "faq/hours", "faq/place", "bye", "chitchat")


def test_the_agreed_name_becomes_rasas_intent() -> None:
    assert intent_named("greet") == {"name": "greet", "confidence": 1.0}
    assert intent_named("faq/place") == {
        "name": "faq",
        "confidence": 1.0,
        "full_retrieval_intent_name": "faq/place",
    }


def parsed(**selectors: Any) -> dict[str, Any]:
    ranking = [{"name": "faq", "confidence": 0.6}, {"name": "greet", "confidence": 0.4}]
    return {"intent": ranking[0], "intent_ranking": ranking, "response_selector": selectors}


def ranked(**shares: float) -> dict[str, Any]:
    return {"ranking": [{"intent_response_key": f"faq/{key}", "confidence": share} for key, share in shares.items()]}


def test_full_names_share_the_confidence_of_their_base() -> None:
    asked = parsed(all_retrieval_intents=["faq"], default=ranked(place=0.6, hours=0.2))
    assert {name: round(value, 6) for name, value in likelihoods(asked).items()} == {
        "faq/place": 0.45,
        "faq/hours": 0.15,
        "greet": 0.4,
    }
    assert likeliest_first(asked, DOMAIN) == ["faq/place", "faq/hours", "greet", "bye", "chitchat"]


def test_without_selectors_a_base_stays_what_the_core_called_it() -> None:
    assert likelihoods(parsed()) == {"faq": 0.6, "greet": 0.4}
    assert suggested_intent(parsed()) == "faq"
    assert suggested_intent({"intent": {"name": "faq", "full_retrieval_intent_name": "faq/place"}}) == "faq/place"
    assert suggested_intent({"intent": {"name": None}}) == suggested_intent({}) == ""


def guide(folder: Path) -> BuiltinCore:
    """An assistant with a retrieval intent of two answers."""
    domain = """
        intents: [greet, faq]
        responses:
          utter_greet: [{text: "Hello!"}]
          utter_faq/hours: [{text: "From nine."}]
          utter_faq/place: [{text: "Here."}]
    """
    data = """
        nlu:
          - {intent: greet, examples: "- hi"}
          - {intent: faq/hours, examples: "- when do you open"}
          - {intent: faq/place, examples: "- where are you"}
        rules:
          - {rule: answer, steps: [{intent: faq}, {action: utter_faq}]}
    """
    return BuiltinCore.load(write_project(folder, domain, data))


async def test_people_agree_on_the_answer_of_a_retrieval_intent(store: Store, tmp_path: Path) -> None:
    lesson = await Lesson.begin(store, guide(tmp_path))
    await lesson.say("where are you")
    assert await lesson.asks() == ["faq/place", "[]", "utter_faq", "action_listen"]
    await lesson.accept("ben")
    assert await lesson.log() == ["faq", "utter_faq", "“Here.”", "listen"]


async def test_a_corrected_retrieval_intent_is_answered_and_learned_by_its_full_name(
    store: Store, tmp_path: Path
) -> None:
    lesson = await Lesson.begin(store, guide(tmp_path))
    await lesson.say("hi")
    await lesson.change("ben", intent="faq/hours")
    await lesson.accept("ben")
    assert await lesson.log() == ["faq", "utter_faq", "“From nine.”", "listen"]
    (example,) = examples_of((await lesson.state()).tracker.events)
    assert (example.text, example.intent) == ("hi", "faq/hours")
