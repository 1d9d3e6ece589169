"""Events: Rasa's JSON in and out."""

from __future__ import annotations

import dataclasses
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from slackbot.dialogue.events import (
    EVENT_CLASSES,
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    EntitiesAdded,
    Event,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SlotSet,
    StoryExported,
    UserUttered,
    event_from_dict,
    events_from_dicts,
)
from slackbot.errors import UnknownEvent

from .logs import events

#: One of each type, with every key that Rasa writes.
WRITTEN: list[dict[str, Any]] = [
    {
        "event": "user",
        "text": "to Rome",
        "parse_data": {
            "intent": {"name": "inform", "confidence": 0.9},
            "entities": [{"entity": "city", "value": "Rome", "start": 3, "end": 7}],
            "text": "to Rome",
            "message_id": "m1",
            "metadata": {},
            "intent_ranking": [],
        },
        "input_channel": "slack",
        "message_id": "m1",
        "metadata": {},
    },
    {"event": "bot", "text": "Hi", "data": {"buttons": []}, "metadata": {}},
    {
        "event": "action",
        "name": "utter_greet",
        "policy": "RulePolicy",
        "confidence": 1.0,
        "action_text": None,
        "hide_rule_turn": True,
    },
    {"event": "slot", "name": "city", "value": ["Rome"]},
    {"event": "reset_slots"},
    {"event": "restart"},
    {"event": "session_started"},
    {"event": "undo"},
    {"event": "rewind"},
    {"event": "pause"},
    {"event": "resume"},
    {"event": "followup", "name": "action_listen"},
    {"event": "active_loop", "name": None},
    {"event": "loop_interrupted", "is_interrupted": True},
    {"event": "action_execution_rejected", "name": "form", "policy": None, "confidence": 0.5},
    {"event": "entities", "entities": [{"entity": "city", "value": "Rome"}]},
    {"event": "user_featurization", "use_text_for_featurization": False},
    {
        "event": "reminder",
        "intent": "EXTERNAL_dry",
        "date_time": "2024-03-01T10:00:00+02:00",
        "entities": {"plant": "fern"},
        "name": "r1",
        "kill_on_user_msg": False,
    },
    {"event": "cancel_reminder", "name": "r1", "intent": "EXTERNAL_dry", "entities": []},
    {"event": "export", "path": "stories.yml"},
    {"event": "agent", "text": "Hello", "data": None},
]


def test_there_are_rasas_21_types_and_their_two_old_names() -> None:
    assert {data["event"] for data in WRITTEN} | {"form", "form_validation"} == set(EVENT_CLASSES)
    assert len(WRITTEN) == 21


@pytest.mark.parametrize("data", WRITTEN, ids=lambda data: str(data["event"]))
class TestEveryType:
    def test_writes_what_it_read(self, data: dict[str, Any]) -> None:
        full = data | {"timestamp": 1.5, "metadata": {"model_id": "m"}}
        assert event_from_dict(full).as_dict() == full

    def test_keeps_keys_that_rasa_does_not_know(self, data: dict[str, Any]) -> None:
        full = data | {"annotator": "U1", "votes": {"yes": 2}}
        event = event_from_dict(full)
        assert event.as_dict() == full
        assert event.extra == {"annotator": "U1", "votes": {"yes": 2}}

    def test_has_no_time_until_it_is_stamped(self, data: dict[str, Any]) -> None:
        event = event_from_dict(data)
        assert event.timestamp is None
        assert "timestamp" not in event.as_dict()
        stamped = event.stamped(7.0)
        assert stamped.as_dict() == data | {"timestamp": 7.0}
        assert stamped.stamped(8.0) is stamped

    def test_never_changes(self, data: dict[str, Any]) -> None:
        event = event_from_dict(data)
        with pytest.raises(dataclasses.FrozenInstanceError):
            event.timestamp = 1.0  # type: ignore[misc]
        assert not hasattr(event, "__dict__")

    def test_says_in_its_docstring_what_it_does_to_the_tracker(self, data: dict[str, Any]) -> None:
        cls = EVENT_CLASSES[data["event"]]
        assert cls.__doc__ is not None
        assert not cls.__doc__.startswith(f"{cls.__name__}(")  # what dataclasses write by themselves

    def test_survives_pickling(self, data: dict[str, Any]) -> None:
        event = event_from_dict(data)
        assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301  our own bytes


@given(events())
def test_any_event_reads_as_itself(event: Event) -> None:
    assert event_from_dict(json.loads(json.dumps(event.as_dict()))) == event


def test_a_user_message_without_more_is_understood_as_nothing() -> None:
    event = UserUttered("hi", message_id="m", metadata={"a": 1})
    assert event.parse_data == {"intent": {}, "entities": [], "text": "hi", "message_id": "m", "metadata": {"a": 1}}
    assert (event.intent, event.intent_name, event.entities) == ({}, None, [])


def test_what_parse_data_says_wins_over_the_other_parameters() -> None:
    event = UserUttered("hi", {"name": "deny"}, [{"entity": "x"}], {"intent": {"name": "greet"}, "text": "Hi!"})
    assert event.intent_name == "greet"
    assert event.entities == [{"entity": "x"}]
    assert (event.text, event.parse_data["text"]) == ("hi", "Hi!")


@pytest.mark.parametrize("parse_data", [{"intent": None, "entities": None}, {}])
def test_a_message_whose_intent_and_entities_are_null_has_none(parse_data: dict[str, Any]) -> None:
    event = event_from_dict({"event": "user", "text": "hi", "parse_data": parse_data})
    assert isinstance(event, UserUttered)
    assert (event.intent, event.entities) == ({}, [])


def test_metadata_is_written_where_it_is_empty_for_messages_alone() -> None:
    assert UserUttered("hi").as_dict()["metadata"] == {}
    assert BotUttered("hi").as_dict()["metadata"] == {}
    assert "metadata" not in SlotSet("a", 1).as_dict()


def test_null_is_read_as_the_default_where_rasa_has_no_null() -> None:
    bot = event_from_dict({"event": "bot", "text": None, "data": None, "metadata": None})
    assert bot == BotUttered()


def test_a_time_of_zero_is_none() -> None:
    assert event_from_dict({"event": "restart", "timestamp": 0}) == Restarted()


def test_the_old_names_are_read_and_written_as_the_new_ones() -> None:
    assert event_from_dict({"event": "form", "name": "f"}) == ActiveLoop("f")
    assert event_from_dict({"event": "form_validation", "validate": False}) == LoopInterrupted(True)
    assert event_from_dict({"event": "form_validation"}) == LoopInterrupted(False)
    assert ActiveLoop("f").as_dict() == {"event": "active_loop", "name": "f"}


def test_a_reminder_is_read_in_any_iso_form_and_written_in_rasas() -> None:
    event = event_from_dict({"event": "reminder", "intent": "i", "date_time": "2024-03-01 10:00Z"})
    assert isinstance(event, ReminderScheduled)
    assert event.trigger_date_time == datetime(2024, 3, 1, 10, tzinfo=UTC)
    assert event.kill_on_user_message
    assert event.as_dict()["date_time"] == "2024-03-01T10:00:00+00:00"


def test_what_rasa_loses_is_written_only_where_it_is_given() -> None:
    assert ReminderCancelled().as_dict() == {"event": "cancel_reminder"}
    assert StoryExported().as_dict() == {"event": "export"}


@pytest.mark.parametrize("name", [None, 3, ["user"], "topic", "users"])
def test_a_type_that_rasa_lacks_is_unknown(name: object) -> None:
    with pytest.raises(UnknownEvent):
        event_from_dict({"event": name})


def test_a_log_is_read_without_the_entries_that_rasa_skips() -> None:
    log: list[dict[str, Any]] = [{"event": "restart"}, {"name": "x"}, {"event": None}, {"event": "topic"}]
    assert events_from_dicts(log) == [Restarted()]
    for unknown in ("users", ["user"]):
        with pytest.raises(UnknownEvent):
            events_from_dicts([{"event": unknown}])
    with pytest.raises(ValueError, match="JSON object"):
        events_from_dicts(["restart"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "data",
    [
        {"event": "user", "text": "hi"},
        {"event": "user", "text": "hi", "parse_data": None},
        {"event": "user", "text": "hi", "parse_data": "greet"},
        {"event": "user", "text": "hi", "parse_data": []},
        {"event": "user", "text": 3, "parse_data": {}},
        {"event": "user", "text": "hi", "parse_data": {"intent": "greet"}},
        {"event": "user", "text": "hi", "parse_data": {"intent": {"name": 3}}},
        {"event": "user", "text": "hi", "parse_data": {"entities": {"city": "Rome"}}},
        {"event": "user", "text": "hi", "parse_data": {"entities": ["Rome"]}},
        {"event": "action"},
        {"event": "action", "name": ["a"]},
        {"event": "action", "name": "a", "confidence": "high"},
        {"event": "slot", "value": 1},
        {"event": "slot", "name": {}, "value": 1},
        {"event": "bot", "text": "hi", "data": []},
        {"event": "entities"},
        {"event": "entities", "entities": None},
        {"event": "entities", "entities": ["Rome"]},
        {"event": "action_execution_rejected"},
        {"event": "loop_interrupted", "is_interrupted": "yes"},
        {"event": "reminder", "intent": "i"},
        {"event": "reminder", "intent": "i", "date_time": "soon"},
        {"event": "reminder", "intent": "i", "date_time": 3},
        {"event": "restart", "timestamp": "now"},
        {"event": "restart", "metadata": [1]},
        [],
    ],
    ids=str,
)
def test_what_could_not_be_applied_is_refused_when_it_is_read(data: Any) -> None:
    with pytest.raises(ValueError, match="event"):
        event_from_dict(data)


def test_constructors_refuse_it_too() -> None:
    with pytest.raises(ValueError, match="needs a name or an action_text"):
        ActionExecuted()
    with pytest.raises(ValueError, match="must be a list of objects"):
        EntitiesAdded(None)  # type: ignore[arg-type]
