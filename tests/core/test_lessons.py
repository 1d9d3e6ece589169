"""What stories and rules leave unsaid."""

from __future__ import annotations

from slackbot.core.builtin.lessons import rule_lesson, spelled_out, story_lesson
from slackbot.core.builtin.states import Featurizer, State
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, Event, SlotSet, UserUttered
from slackbot.dialogue.stories import Story

from .conversations import LISTENS, did, says

DOMAIN = Domain.from_dict(
    {
        "intents": ["order"],
        "entities": ["dish", {"city": {"roles": ["to"]}}],
        "slots": {
            "dish": {"type": "text", "mappings": [{"type": "from_entity", "entity": "dish"}]},
            "dishes": {"type": "list", "mappings": [{"type": "from_entity", "entity": "dish"}]},
            "goal": {"type": "text", "mappings": [{"type": "from_entity", "entity": "city", "role": "to"}]},
            "asked": {
                "type": "text",
                "mappings": [{"type": "from_entity", "entity": "dish", "conditions": [{"active_loop": "form"}]}],
            },
        },
    }
)


def test_the_assistant_listens_before_each_message_once() -> None:
    told: list[Event] = [says("order"), *did("utter_a"), says("order"), *did("utter_a"), LISTENS, says("order")]
    order, act = says("order"), ActionExecuted("utter_a")
    assert spelled_out(told, DOMAIN) == [LISTENS, order, act, LISTENS, order, act, LISTENS, order]


def test_entities_set_the_slots_that_are_mapped_from_them_without_a_condition() -> None:
    entities = [
        {"entity": "dish", "value": "pie"},
        {"entity": "dish", "value": "soup"},
        {"entity": "city", "value": "X"},
    ]
    message = UserUttered("x", {"name": "order"}, entities)
    assert spelled_out([message], DOMAIN)[2:] == [SlotSet("dish", "soup"), SlotSet("dishes", ["pie", "soup"])]
    arriving = UserUttered("x", {"name": "order"}, [{"entity": "city", "value": "Rome", "role": "to"}])
    assert spelled_out([arriving], DOMAIN)[2:] == [SlotSet("goal", "Rome")]


def test_a_story_goes_from_the_very_start_to_listening() -> None:
    story = Story("s", "story", (says("order"), ActionExecuted("utter_a")))
    decisions = story_lesson(story, DOMAIN, Featurizer(DOMAIN)).decisions
    assert decisions.actions == ("action_listen", "utter_a", "action_listen")
    assert decisions.states == (
        State(),
        State("action_listen", "order"),
        State("utter_a", "order"),
        State("action_listen", "order"),
    )


def test_a_rule_begins_and_may_end_with_anything() -> None:
    rule = Story("r", "rule", (says("order"), ActionExecuted("utter_a")), wait_for_user_input=False)
    decisions = rule_lesson(rule, DOMAIN, Featurizer(DOMAIN)).decisions
    assert decisions.actions == ("...", "action_listen", "utter_a", "...")
