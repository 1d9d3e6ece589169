"""The example assistant, taught to the built-in core."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Core
from slackbot.dialogue.events import BotUttered, Event, SlotSet, UserUttered
from slackbot.dialogue.project import Project
from slackbot.dialogue.tracker import Tracker

from .conversations import conversation, mistakes


async def test_every_action_of_its_stories_is_predicted(bistro: BuiltinCore, bistro_project: Project) -> None:
    wrong, number = await mistakes(bistro, bistro_project)
    assert wrong == []
    assert number > 100


async def test_its_own_examples_are_understood(bistro: BuiltinCore, bistro_project: Project) -> None:
    tracker = Tracker("c", bistro.domain)
    for example in bistro_project.nlu.examples:
        parsed = await bistro.parse(example.text, tracker)
        assert parsed["intent"]["name"] == example.intent
        assert parsed["intent"]["confidence"] > 0.98
        assert [_essence(entity) for entity in parsed["entities"]] == [_essence(entity) for entity in example.entities]


@pytest.mark.parametrize(
    ("text", "intent", "entities"),
    [
        ("good morning to you", "greet", {}),
        ("thank you, that was kind", "thank", {}),
        ("could we book a table for 7 on saturday?", "book_table", {"party_size": "7", "day": "saturday"}),
        ("a table for Two this evening", "book_table", {"party_size": "2", "day": "tonight"}),
        ("what do you have for vegans? I am vegan", "ask_menu", {"diet": "vegan"}),
        ("can I order the ratatouille to take away", "order_takeaway", {"dish": "ratatouille"}),
        ("when does the bistro open on sundays", "ask_hours", {}),
    ],
)
async def test_new_sentences_are_understood(
    bistro: BuiltinCore, text: str, intent: str, entities: dict[str, str]
) -> None:
    parsed = await bistro.parse(text, Tracker("c", bistro.domain))
    assert parsed["intent"]["name"] == intent
    assert {entity["entity"]: entity["value"] for entity in parsed["entities"]} == entities


async def test_a_whole_conversation_from_greeting_to_booking(bistro: BuiltinCore) -> None:
    tracker = conversation(bistro.domain)
    said: list[str] = []
    for text in ("hello", "very good today", "book a table for three", "tomorrow", "yes please", "thanks a lot"):
        said += await _turn(bistro, tracker, text)
    assert said[0] == "Hey! How are you?"
    assert "A table for 3, tomorrow. Shall I book it?" in said
    assert said[-2] == "action_book_table"
    assert said[-1] in {"My pleasure.", "You're welcome!"}


async def test_the_menu_depends_on_the_diet(bistro: BuiltinCore) -> None:
    tracker = conversation(bistro.domain, [SlotSet("diet", "vegan")])
    (_, menu) = await bistro.execute(tracker, "utter_menu")
    assert isinstance(menu, BotUttered)
    assert menu.text is not None
    assert "lentil curry, ratatouille" in menu.text


def test_it_is_a_core(bistro: BuiltinCore) -> None:
    core: Core = bistro
    assert core.domain.intents[0] == "greet"


def _essence(entity: Any) -> tuple[Any, ...]:
    return entity["start"], entity["end"], entity["entity"], entity["value"]


async def _turn(core: BuiltinCore, tracker: Tracker, text: str) -> list[str]:
    """Live one turn as the assistant would, and return what it said and did."""
    parsed = await core.parse(text, tracker)
    tracker.append(UserUttered(text, parse_data=parsed))
    tracker.extend(await core.execute(tracker, "action_extract_slots"))
    events: list[Event] = []
    while not tracker.is_listening:
        action = (await core.predict(tracker)).action
        new = await core.execute(tracker, action)
        tracker.extend(new)
        events += new
        if core.runs_elsewhere(action, tracker):
            events.append(BotUttered(action))
        assert len(events) < 20
    return [event.text or "" for event in events if isinstance(event, BotUttered)]
