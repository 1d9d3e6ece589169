"""The endpoints of conversations, asked by the client of Rasa servers and by bare HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import (
    EventVerbosity,
    RasaCore,
    RasaFailed,
    is_listening_for_message,
    replace_events,
    request_prediction,
    retrieve_tracker,
    send_action,
    send_event,
    send_message,
)
from slackbot.settings import Settings
from slackbot.store import Store
from tests.api.conftest import TOKEN, Api, running
from tests.core.action_servers import scripted_server, slot
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.lesson import Lesson

LISTEN = {"event": "action", "name": "action_listen"}
STATE = [
    "sender_id", "slots", "latest_message", "latest_event_time", "followup_action", "paused", "events",
    "latest_input_channel", "active_loop", "latest_action", "latest_action_name",
]  # fmt: skip


def names(tracker: dict[str, Any]) -> list[str]:
    """Its events in short."""
    return [event.get("name") or event.get("text") or event["event"] for event in tracker["events"]]


async def test_a_turn_is_made_of_message_prediction_and_action(api: Api) -> None:
    assert await is_listening_for_message("c", api.endpoint)
    tracker = await send_message(api.endpoint, "c", "a soup")
    assert tracker["slots"]["dish"] == "soup"
    assert not await is_listening_for_message("c", api.endpoint)
    prediction = await request_prediction(api.endpoint, "c")
    assert list(prediction) == ["scores", "policy", "confidence", "tracker"]
    best = prediction["scores"][0]["action"]
    answer = await send_action(api.endpoint, "c", best, prediction["policy"], prediction["confidence"])
    assert answer["messages"] == [{"recipient_id": "c", "text": "One soup."}]
    assert names(await retrieve_tracker(api.endpoint, "c")) == [
        "action_session_start", "session_started", "action_listen", "a soup", "dish", "utter_dish", "One soup.",
    ]  # fmt: skip


async def test_a_tracker_has_rasas_keys_in_rasas_order(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    tracker = await retrieve_tracker(api.endpoint, "c")
    assert list(tracker) == STATE
    start, _, listen, user = tracker["events"]
    assert list(user) == ["event", "timestamp", "metadata", "text", "parse_data", "input_channel", "message_id"]
    assert set(user["metadata"]) == {"model_id", "assistant_id"}
    parsed = {"intent", "entities", "text", "message_id", "metadata", "text_tokens", "intent_ranking"}
    assert parsed | {"response_selector"} == set(user["parse_data"])
    assert (start["policy"], start["confidence"]) == (None, 1.0)
    assert (listen["policy"], listen["confidence"]) == (None, None)


@pytest.mark.parametrize(
    ("shown", "length"), [("NONE", None), ("applied", 1), ("AFTER_RESTART", 1), ("ALL", 5), ("", 1)]
)
async def test_as_many_events_are_shown_as_are_asked_for(api: Api, shown: str, length: int | None) -> None:
    await send_event(api.endpoint, "c", [{"event": "restart"}, LISTEN])
    params = {"include_events": shown} if shown else {}
    _, tracker = await api.ask("GET", "/conversations/c/tracker", **params)
    assert (None if tracker["events"] is None else len(tracker["events"])) == length


async def test_a_tracker_can_be_read_as_it_was(api: Api) -> None:
    await replace_events(api.endpoint, "c", [{**LISTEN, "timestamp": 5.0}, {"event": "pause", "timestamp": 9.0}])
    assert (await api.ask("GET", "/conversations/c/tracker", until="8"))[1]["paused"] is False
    assert (await api.ask("GET", "/conversations/c/tracker", until="9"))[1]["paused"] is True
    assert (await api.ask("GET", "/conversations/c/tracker", until="never"))[1]["paused"] is True


async def test_events_are_put_in_the_place_of_all_others_for_every_process(
    api: Api, tiny: BuiltinCore, redis_url: str
) -> None:
    """The kept trackers notice, though the log is as long as before."""
    await send_event(api.endpoint, "c", [LISTEN, {"event": "pause"}])
    async with running(tiny, redis_url, Settings(api_port=0, api_token=TOKEN)) as other:
        before = names(await retrieve_tracker(other.endpoint, "c"))
        same_length = [LISTEN, {"event": "resume"}] * 3
        await replace_events(api.endpoint, "c", same_length[: len(before)])
        for each in (api, other):
            assert names(await retrieve_tracker(each.endpoint, "c")) == ["action_listen", "resume"] * 2 + [
                "action_listen"
            ]


async def test_two_processes_that_take_turns_each_go_on_from_what_the_other_wrote(
    api: Api, tiny: BuiltinCore, redis_url: str
) -> None:
    async with running(tiny, redis_url, Settings(api_port=0, api_token=TOKEN)) as other:
        for each in (api, other):
            await retrieve_tracker(each.endpoint, "c")
        await send_message(api.endpoint, "c", "a soup")
        answer = await send_action(other.endpoint, "c", "utter_dish")
        assert [message["text"] for message in answer["messages"]] == ["One soup."]
        await send_message(api.endpoint, "c", "one pie please")
        await send_message(other.endpoint, "c", "bye")
        for each in (api, other):
            assert names(await retrieve_tracker(each.endpoint, "c"))[3:] == [
                "a soup", "dish", "utter_dish", "One soup.", "one pie please", "dish", "bye",
            ]  # fmt: skip


async def test_an_action_that_runs_elsewhere_runs_once_though_another_process_wrote(
    tiny: BuiltinCore, redis_url: str, tmp_path: Path
) -> None:
    settings = Settings(api_port=0, api_token=TOKEN)
    async with scripted_server() as server, AsyncExitStack() as stack:
        server.answers("action_pay", slot("dish", None), responses=[{"text": "Paid."}])
        paying = BuiltinCore.load(write_project(tmp_path, DOMAIN, DATA), ActionServer(server.url))
        api, other = [await stack.enter_async_context(running(each, redis_url, settings)) for each in (paying, tiny)]
        await send_message(api.endpoint, "c", "pay")
        await send_message(other.endpoint, "c", "the bill")
        await send_action(api.endpoint, "c", "action_pay")
        assert server.names == ["action_pay"]
        assert names(await retrieve_tracker(other.endpoint, "c"))[3:] == [
            "pay", "the bill", "action_pay", "Paid.", "dish",
        ]  # fmt: skip


async def test_a_conversation_that_is_gone_is_not_written_as_if_it_were_there(api: Api, redis: Redis) -> None:
    await send_message(api.endpoint, "c", "hi")
    await redis.flushdb()
    with pytest.raises(RasaFailed, match="Conversation"):
        await send_action(api.endpoint, "c", "utter_greet")
    await send_message(api.endpoint, "c", "bye")
    assert names(await retrieve_tracker(api.endpoint, "c"))[3:] == ["bye"]


async def test_undo_and_rewind_take_back(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    await send_action(api.endpoint, "c", "utter_greet")
    undone = await send_event(api.endpoint, "c", {"event": "undo"})
    assert undone["latest_action_name"] == "action_listen"
    await send_event(api.endpoint, "c", [{"event": "rewind"}, LISTEN])
    applied = await retrieve_tracker(api.endpoint, "c", EventVerbosity.APPLIED)
    assert names(applied) == ["action_listen"]


async def test_a_fork_replays_events_with_their_own_times(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    kept = (await retrieve_tracker(api.endpoint, "c"))["events"]
    await send_event(api.endpoint, "c", {"event": "restart"})
    for event in kept:
        await send_event(api.endpoint, "c", event)
    tracker = await retrieve_tracker(api.endpoint, "c")
    assert tracker["events"] == [*kept, tracker["events"][len(kept)], *kept]
    assert tracker["latest_message"]["text"] == "hi"


async def test_after_a_restart_a_session_begins_with_the_next_prediction(api: Api) -> None:
    answer = await send_event(api.endpoint, "c", {"event": "restart"})
    assert answer["followup_action"] == "action_session_start"
    assert (await retrieve_tracker(api.endpoint, "c"))["followup_action"] == "action_listen"
    prediction = await request_prediction(api.endpoint, "c")
    assert names(prediction["tracker"]) == ["action_session_start", "session_started", "action_listen"]


async def test_a_session_expires_and_keeps_its_slots(api: Api) -> None:
    await send_message(api.endpoint, "c", "a soup")
    old = [{**event, "timestamp": 1000.0} for event in (await retrieve_tracker(api.endpoint, "c"))["events"]]
    await replace_events(api.endpoint, "c", old)
    tracker = await send_message(api.endpoint, "c", "hi")
    assert names(tracker)[len(old) :] == ["action_session_start", "session_started", "dish", "action_listen", "hi"]


async def test_an_intent_from_outside_is_answered_up_to_listening(api: Api) -> None:
    status, answer = await api.ask(
        "POST", "/conversations/c/trigger_intent", {"name": "order", "entities": {"dish": "pie"}}
    )
    assert (status, answer["tracker"]["latest_action_name"]) == (200, "action_listen")
    assert answer["tracker"]["latest_message"]["text"] == "EXTERNAL: order"
    assert answer["tracker"]["slots"]["dish"] == "pie"
    status, answer = await api.ask("POST", "/conversations/c/trigger_intent", {"name": "fly"})
    assert (status, answer["reason"]) == (404, "NotFound")


@pytest.mark.parametrize("intent", ["restart", "back", "session_start", "nlu_fallback", "out_of_scope"])
async def test_an_intent_that_every_assistant_has_may_come_from_outside(api: Api, intent: str) -> None:
    status, answer = await api.ask("POST", "/conversations/c/trigger_intent", {"name": intent}, include_events="ALL")
    assert status == 200
    assert f"EXTERNAL: {intent}" in names(answer["tracker"])


@pytest.mark.parametrize(("intent", "action"), [("restart", "action_restart"), ("session_start", "")])
async def test_a_session_that_an_intent_begins_waits_for_a_message(api: Api, intent: str, action: str) -> None:
    _, answer = await api.ask("POST", "/conversations/c/trigger_intent", {"name": intent}, include_events="ALL")
    restarted = [action, "restart"] if action else []
    assert names(answer["tracker"])[3:] == [
        f"EXTERNAL: {intent}", *restarted, "action_session_start", "session_started", "action_listen",
    ]  # fmt: skip


async def test_a_messages_text_is_kept_without_the_space_around_it(api: Api) -> None:
    tracker = await send_message(api.endpoint, "c", " a soup\n")
    assert tracker["latest_message"]["text"] == tracker["events"][3]["text"] == "a soup"
    assert [(one["start"], one["end"]) for one in tracker["latest_message"]["entities"]] == [(2, 6)]


@pytest.mark.parametrize("nothing", [{}, [], "", None])
async def test_a_message_that_says_nothing_of_what_it_means_is_understood_here(api: Api, nothing: Any) -> None:
    body = {"sender": "user", "text": "hi", "parse_data": nothing}
    status, tracker = await api.ask("POST", "/conversations/c/messages", body)
    assert (status, tracker["latest_message"]["intent"]["name"]) == (200, "greet")


async def test_a_message_may_mean_no_intent_and_no_entities(api: Api) -> None:
    body = {"sender": "user", "text": "hm", "parse_data": {"intent": None, "entities": None}}
    status, tracker = await api.ask("POST", "/conversations/c/messages", body)
    assert (status, tracker["latest_message"]["intent"], tracker["latest_message"]["entities"]) == (200, None, [])
    assert (await api.ask("POST", "/conversations/c/predict"))[0] == 200


async def test_what_follows_up_is_no_longer_to_follow_once_it_is_predicted(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    await send_event(api.endpoint, "c", {"event": "followup", "name": "utter_bye"})
    for _ in range(2):
        prediction = await request_prediction(api.endpoint, "c")
        assert (prediction["scores"][0]["action"], prediction["policy"]) == ("utter_bye", "followup_action")
        assert prediction["tracker"]["followup_action"] is None
        assert (await retrieve_tracker(api.endpoint, "c"))["followup_action"] == "utter_bye"


@pytest.mark.parametrize("action", ["...", "action_extract_slots"])
async def test_an_action_of_rasas_own_is_noted_where_somebody_runs_it(api: Api, action: str) -> None:
    await send_message(api.endpoint, "c", "hi")
    answer = await send_action(api.endpoint, "c", action, "me", 0.5)
    assert answer["messages"] == []
    last = (await retrieve_tracker(api.endpoint, "c"))["events"][-1]
    assert (last["event"], last["name"], last["policy"], last["confidence"]) == ("action", action, "me", 0.5)


async def test_what_was_said_is_written_as_a_test_story(api: Api) -> None:
    await send_message(api.endpoint, "c", "a soup")
    await send_action(api.endpoint, "c", "utter_dish")
    status, text = await api.ask("GET", "/conversations/c/story")
    assert status == 200
    expected = """
        version: "3.1"
        stories:
        - story: c
          steps:
          - intent: order
            user: |-
              a [soup](dish)
          - slot_was_set:
            - dish: soup
          - action: utter_dish
    """
    assert text.split() == expected.split()


async def test_the_whole_log_stays_where_requests_come_at_once(api: Api) -> None:
    await send_event(api.endpoint, "c", LISTEN)
    await asyncio.gather(*(send_event(api.endpoint, "c", {"event": "pause"}) for _ in range(20)))
    assert names(await retrieve_tracker(api.endpoint, "c")).count("pause") == 20


@pytest.mark.parametrize("conversation_id", ["a/b c?d#e", "whatsapp:+4912", "100% é", "~me@x.y!$&'()*,;=1"])
async def test_an_id_may_hold_anything(api: Api, conversation_id: str) -> None:
    await send_event(api.endpoint, conversation_id, LISTEN)
    assert (await retrieve_tracker(api.endpoint, conversation_id))["sender_id"] == conversation_id
    assert (await request_prediction(api.endpoint, conversation_id))["tracker"]["sender_id"] == conversation_id


async def test_an_action_that_is_not_known_is_noted_if_it_is_new(api: Api) -> None:
    await send_event(api.endpoint, "c", LISTEN)
    with pytest.raises(RasaFailed, match="answers 500: An unexpected error"):
        await send_action(api.endpoint, "c", "action_new")
    tracker = await send_action(api.endpoint, "c", "action_new", is_new_action=True)
    assert tracker["latest_action_name"] == "action_new"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/conversations/none/predict", None, 404),
        ("POST", "/conversations/none/execute", {"name": "utter_greet"}, 404),
        ("GET", "/conversations/none/story", None, 404),
        ("POST", "/conversations/none/execute", {"policy": "me"}, 404),
        ("POST", "/conversations/c/messages", None, 400),
        ("POST", "/conversations/c/messages", {"text": "hi", "sender": "bot"}, 400),
        ("POST", "/conversations/c/messages", {"text": "hi", "sender": "user", "parse_data": {"intent": {}}}, 400),
        ("POST", "/conversations/c/messages", b"{", 400),
        ("POST", "/conversations/c/messages", b'{"text": NaN}', 400),
        ("GET", "/conversations/c/tracker?include_events=some", None, 400),
        ("POST", "/conversations/c/tracker/events", {"event": "topic"}, 400),
        ("POST", "/conversations/c/tracker/events", {"event": "slot", "name": "dish"}, 400),
        ("POST", "/conversations/c/tracker/events", {"event": "user", "text": "hi"}, 400),
        ("POST", "/conversations/c/tracker/events", [], 400),
        ("PUT", "/conversations/c/tracker/events", {"event": "restart"}, 400),
        ("GET", f"/conversations/{'x' * 300}/tracker", None, 400),
        ("GET", "/conversations", None, 404),
        ("DELETE", "/conversations/c/tracker", None, 405),
        ("POST", "/conversations/c/messages", b"x" * (33 * 1024 * 1024), 413),
    ],
)
async def test_a_wrong_request_gets_rasas_error_and_changes_nothing(
    api: Api, redis: Redis, method: str, path: str, body: Any, status: int
) -> None:
    answered, error = await api.ask(method, path, body)
    assert answered == error["code"] == status
    assert set(error) == {"version", "status", "message", "reason", "details", "help", "code"}
    assert error["status"] == "failure"
    assert await redis.keys() == []


@pytest.mark.parametrize("body", [None, {}, b"{"])
async def test_that_there_is_no_conversation_comes_before_what_else_is_wrong(api: Api, body: Any) -> None:
    status, error = await api.ask("POST", "/conversations/none/execute", body, include_events="some")
    assert (status, error["details"]) == (404, {})
    assert (await api.ask("POST", "/conversations/none/predict", include_events="some"))[0] == 404


async def test_a_prediction_ignores_what_it_cant_show(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    status, answer = await api.ask("POST", "/conversations/c/predict", include_events="some")
    assert (status, len(answer["tracker"]["events"])) == (200, 4)


async def test_no_word_for_the_events_to_show_is_as_good_as_none(api: Api) -> None:
    status, tracker = await api.ask("GET", "/conversations/c/tracker", include_events="")
    assert (status, len(tracker["events"])) == (200, 3)


@pytest.mark.parametrize(
    ("path", "body", "details"),
    [
        ("messages", None, {}),
        ("messages", {}, {"parameter": "sender", "in": "body"}),
        ("execute", {}, {"parameter": "name", "in": "body"}),
        ("trigger_intent", {}, {"parameter": "name", "in": "body"}),
        ("tracker/events", [], {"parameter": "", "in": "body"}),
        ("tracker/events", None, {}),
    ],
)
async def test_an_error_names_what_is_wrong_where_rasas_does(
    api: Api, path: str, body: Any, details: dict[str, str]
) -> None:
    await send_message(api.endpoint, "c", "hi")
    status, error = await api.ask("POST", f"/conversations/c/{path}", body)
    assert (status, error["details"]) == (400, details)


async def test_our_own_client_teaches_over_our_own_api(api: Api, redis: Redis) -> None:
    """A session in Slack whose core is this API goes on as with a Rasa."""
    lesson = await Lesson.begin(Store(redis), await RasaCore.connect(api.endpoint))
    await lesson.say("a soup")
    await lesson.accept("U1")
    assert [event.get("text") for event in (await lesson.state()).tracker.current_state()["events"]][-2:] == [
        "One soup.",
        None,
    ]
