"""Which events a request may hold: as a Rasa 3.6.21 took or refused them, but for what only our store can't hold."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.api.errors import ApiError
from slackbot.api.events import events_of
from slackbot.dialogue.events import ReminderScheduled, UserUttered
from tests.api.conftest import Api

Json = dict[str, Any]
_TIME = "2030-01-01T10:00:00"


def said(**understood: Any) -> Json:
    return {"event": "user", "text": "a pie", "parse_data": understood}


def dish(**more: Any) -> Json:
    return said(entities=[{"entity": "dish", "value": "pie", **more}])


def act(**more: Any) -> Json:
    return {"event": "action", "name": "utter_hi", **more}


@pytest.mark.parametrize(
    "event",
    [
        said(), said(intent={}, intent_ranking=[], entities=[]), said(intent={"name": "greet", "confidence": 1}),
        dish(start=2, end=5, extractor=None, role=None, group="1"), dish(start=2.0, confidence_entity="x"),
        said(response_selector={"all_retrieval_intents": [], "default": {"ranking": []}}), said(text=None),
        {**said(), "text": None}, {**said(), "timestamp": None}, {**said(), "metadata": None},
        act(), act(name=None, action_text="Hi."), act(policy=None, confidence=None), act(hide_rule_turn=True),
        {"event": "bot"}, {"event": "bot", "text": "x", "data": []}, {"event": "bot", "text": "x", "data": None},
        {"event": "slot", "name": "dish", "value": None}, {"event": "entities", "entities": []},
        {"event": "user_featurization"}, {"event": "form", "name": "f"}, {"event": "form_validation"},
        {"event": "cancel_reminder"}, {"event": "agent", "text": "x"}, {"event": "followup"},
    ],
)  # fmt: skip
def test_what_rasa_takes_is_taken(event: Json) -> None:
    assert len(events_of(event)) == 1


@pytest.mark.parametrize(
    "event",
    [
        said(intent={"name": None}), said(intent={"name": 5}), said(intent="greet"), said(intent=None),
        said(intent={"name": "greet", "confidence": "1"}), said(intent={"name": "greet", "confidence": True}),
        said(intent_ranking=[{"name": None, "confidence": 1}]), said(intent_ranking=None), said(text=5),
        said(entities=None), said(entities=[5]), said(entities=[{"entity": "dish"}]), said(entities=[{"value": 1}]),
        dish(start="2"), dish(start=1.5), dish(start=None), dish(role=5), dish(group=5), dish(confidence="x"),
        said(response_selector={}), said(response_selector=5), said(response_selector={"default": {}}),
        {**said(), "parse_data": None}, {**said(), "text": 5}, {**said(), "input_channel": 5},
        {**said(), "message_id": 5}, {**said(), "metadata": 5}, {**said(), "timestamp": True},
        {**said(), "timestamp": "1"},
        act(name=5), act(policy=5), act(confidence=True), act(confidence="x"), act(hide_rule_turn=None),
        act(hide_rule_turn=1), act(action_text=5),
        {"event": "slot", "name": "dish"}, {"event": "slot", "name": None, "value": 1}, {"event": "entities"},
        {"event": "entities", "entities": None}, {"event": "entities", "entities": [{"entity": "dish"}]},
        {"event": "topic"}, {"event": None}, {"event": 5}, {"event": "ACTION"}, {}, [[]], "x", 5, None,
        [{"event": "restart"}, {"event": "nope"}],
    ],
)  # fmt: skip
def test_what_rasas_schema_refuses_is_refused_in_its_form(event: Any) -> None:
    with pytest.raises(ApiError) as refused:
        events_of(event)
    assert refused.value.status == 400
    assert refused.value.message.startswith("Failed to validate the events format.")
    assert (refused.value.details, refused.value.help_url) == ({}, "https://rasa.com/docs/rasa/pages/http-api")


@pytest.mark.parametrize(
    "event",
    [
        {"event": "user", "text": "hi"}, {"event": "action"}, {"event": "bot", "text": 5},
        {"event": "bot", "text": "x", "data": "s"}, {"event": "followup", "name": 5},
        {"event": "action_execution_rejected"}, {"event": "loop_interrupted", "is_interrupted": "x"},
        {"event": "reminder", "intent": "greet"}, {"event": "reminder", "intent": "greet", "date_time": "soon"},
    ],
)  # fmt: skip
def test_what_cant_be_replayed_is_refused(event: Json) -> None:
    with pytest.raises(ApiError) as refused:
        events_of(event)
    assert (refused.value.status, refused.value.details) == (400, {"parameter": "", "in": "body"})


def test_what_rasa_doesnt_know_is_left_out() -> None:
    event = {**said(intent={"name": "greet"}, more=1), "metadata": {"a": 1}, "session": "s"}
    (found,) = events_of(event)
    assert isinstance(found, UserUttered)
    assert "session" not in found.as_dict()
    assert (found.metadata, found.parse_data["more"]) == ({"a": 1}, 1)


def test_a_reminder_without_a_name_gets_one_of_its_own() -> None:
    unnamed = {"event": "reminder", "intent": "greet", "date_time": _TIME}
    found = events_of([unnamed, unnamed, {**unnamed, "name": "tea"}])
    names = [event.name for event in found if isinstance(event, ReminderScheduled)]
    assert len({*names}) == 3
    assert names[2] == "tea"
    assert all(names)


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_refused_event_is_told_as_rasa_tells_it(api: Api, method: str) -> None:
    status, error = await api.ask(method, "/conversations/c/tracker/events", [act(policy=5)])
    assert (status, error["reason"], error["details"]) == (400, "BadRequest", {})
    assert "policy can't be 5" in error["message"]
    assert (await api.ask(method, "/conversations/c/tracker/events"))[1]["help"] == error["help"]
