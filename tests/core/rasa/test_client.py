"""The functions of Rasa's interactive learning, against a server that answers as Rasa does."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from slackbot.core.rasa import (
    EndpointConfig,
    EventVerbosity,
    RasaFailed,
    all_events_before_latest_user_msg,
    format_bot_output,
    is_listening_for_message,
    latest_user_message,
    replace_events,
    request_prediction,
    retrieve_domain,
    retrieve_status,
    retrieve_tracker,
    send_action,
    send_event,
    send_message,
    wait_til_server_is_running,
)
from slackbot.dialogue.events import BotUttered
from tests.core.rasa.rasa_server import RasaServer

Json = dict[str, Any]
LISTEN = {"event": "action", "name": "action_listen"}


async def test_a_turn_is_made_of_message_prediction_and_action(endpoint: EndpointConfig) -> None:
    await send_event(endpoint, "c", LISTEN)
    assert await is_listening_for_message("c", endpoint)
    tracker = await send_message(endpoint, "c", "hi")
    assert tracker["latest_message"]["intent"]["name"] == "greet"
    assert not await is_listening_for_message("c", endpoint)
    prediction = await request_prediction(endpoint, "c")
    best = max(prediction["scores"], key=lambda row: float(row["score"]))["action"]
    assert best == "utter_greet"
    await send_action(endpoint, "c", best, prediction["policy"], prediction["confidence"])
    events = (await retrieve_tracker(endpoint, "c"))["events"]
    assert [event.get("name") or event.get("text") for event in events][-3:] == ["hi", "utter_greet", "Hello!"]
    assert not await is_listening_for_message("c", endpoint)


async def test_a_message_is_understood_as_it_is_said_to_be(endpoint: EndpointConfig) -> None:
    parsed = {
        "text": "hm",
        "intent": {"name": "order", "confidence": 1.0},
        "entities": [{"entity": "dish", "value": "ice"}],
    }
    tracker = await send_message(endpoint, "c", "hm", parsed)
    assert tracker["slots"]["dish"] == "ice"


async def test_a_tracker_is_read_with_as_many_events_as_wanted(endpoint: EndpointConfig) -> None:
    await send_event(endpoint, "c", [LISTEN, {"event": "restart"}, LISTEN])
    lengths = [len((await retrieve_tracker(endpoint, "c", each))["events"] or []) for each in EventVerbosity]
    assert dict(zip([each.name for each in EventVerbosity], lengths, strict=True)) == {
        "NONE": 0,
        "APPLIED": 1,
        "AFTER_RESTART": 1,
        "ALL": 6,
    }


async def test_an_action_that_rasa_does_not_know_is_noted_if_it_is_new(endpoint: EndpointConfig) -> None:
    await send_event(endpoint, "c", LISTEN)
    with pytest.raises(RasaFailed, match="answers 500: An unexpected error"):
        await send_action(endpoint, "c", "action_new")
    tracker = await send_action(endpoint, "c", "action_new", is_new_action=True)
    assert tracker["latest_action_name"] == "action_new"


async def test_events_are_replaced_where_the_store_does_so(endpoint: EndpointConfig, server: RasaServer) -> None:
    await replace_events(endpoint, "c", [{**LISTEN, "timestamp": 1.0}])
    await replace_events(endpoint, "c", [{"event": "restart", "timestamp": 2.0}])
    events = (await retrieve_tracker(endpoint, "c"))["events"]
    assert [event["event"] for event in events] == (["action", "restart"] if server.merges else ["restart"])


async def test_domain_and_status_are_told(endpoint: EndpointConfig) -> None:
    assert "greet" in (await retrieve_domain(endpoint))["intents"]
    assert (await retrieve_status(endpoint))["model_id"] == "model-1"


@pytest.mark.parametrize(
    ("conversation_id", "at_rasa"),
    [
        ("whatsapp:+4912", "whatsapp:+4912"),
        ("a/b//c", "a/b//c"),
        ("~me@x.y!$&'()*,;=1", "~me@x.y!$&'()*,;=1"),
        ("a%2Fb", "a%2Fb"),
        ("100% é", "100%25%20%C3%A9"),
        ("a?b#c", "a%3Fb%23c"),  # which Rasa's own client can't reach
    ],
)
async def test_an_id_reaches_the_conversation_that_rasas_own_client_reaches(
    endpoint: EndpointConfig, server: RasaServer, conversation_id: str, at_rasa: str
) -> None:
    await send_event(endpoint, conversation_id, LISTEN)
    await send_message(endpoint, conversation_id, "hi")
    await request_prediction(endpoint, conversation_id)
    await send_action(endpoint, conversation_id, "utter_greet")
    assert (await retrieve_tracker(endpoint, conversation_id))["sender_id"] == at_rasa
    assert list(server.conversations) == [at_rasa]


async def test_a_server_is_waited_for(endpoint: EndpointConfig, server: RasaServer) -> None:
    server.troubles = [409, 409]
    assert await wait_til_server_is_running(endpoint, max_retries=3, sleep_between_retries=0.01)
    server.troubles = [409, 409]
    assert not await wait_til_server_is_running(endpoint, max_retries=2, sleep_between_retries=0.01)


async def test_who_waits_asks_once_a_try(endpoint: EndpointConfig, server: RasaServer) -> None:
    server.troubles = [503] * 9
    assert not await wait_til_server_is_running(endpoint, max_retries=2, sleep_between_retries=0.01)
    assert server.requests["GET status"] == 2
    nowhere = EndpointConfig("http://127.0.0.1:9")
    assert not await wait_til_server_is_running(nowhere, max_retries=2, sleep_between_retries=0.01)


class RasasEndpoint:
    """As Rasa's class of endpoints: fails with an error of aiohttp's that has a status."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.asked = list(statuses), list[str | None]()

    async def request(self, method: str = "post", subpath: str | None = None, **_: Any) -> Json:
        self.asked.append(subpath)
        if self.statuses:
            raise ClientResponseError(self.statuses.pop(0))
        return {"method": method}


class ClientResponseError(aiohttp.ClientError):
    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"{status}, Internal Server Error, body=''")


async def test_an_endpoint_of_rasas_own_class_serves_too() -> None:
    down: Any = RasasEndpoint(*[409] * 9)
    starting: Any = RasasEndpoint(409)
    assert not await wait_til_server_is_running(down, 2, 0.01)
    assert await wait_til_server_is_running(starting, 2, 0.01)
    unknown: Any = RasasEndpoint(500, 500)
    with pytest.raises(ClientResponseError):
        await send_action(unknown, "c", "action_new")
    assert await send_action(unknown, "c", "action_new", is_new_action=True) == {"method": "post"}
    assert unknown.asked[1:] == ["conversations/c/execute", "conversations/c/tracker/events"]


async def test_what_fails_can_be_caught_as_where_rasas_own_client_fails(endpoint: EndpointConfig) -> None:
    with pytest.raises(aiohttp.ClientError, match="Conversation ID not found") as raised:
        await request_prediction(endpoint, "nobody")
    assert getattr(raised.value, "status", None) == 404


async def test_a_jwt_opens_too_and_a_wrong_token_is_named(server: RasaServer) -> None:
    assert await retrieve_status(EndpointConfig(server.url, jwt="j.w.t"))
    with pytest.raises(RasaFailed, match="refuses the token; correct STORYTHREAD_CORE_TOKEN"):
        await retrieve_status(EndpointConfig(server.url, token="wrong"))


async def test_secrets_are_not_in_what_may_be_logged(server: RasaServer) -> None:
    shown = repr(EndpointConfig(server.url, token="abc123", jwt="def456", params={"t": "ghi789"}))
    assert not any(secret in shown for secret in ("abc123", "def456", "ghi789"))
    with pytest.raises(RasaFailed) as raised:
        await retrieve_status(EndpointConfig("http://me:jkl012@127.0.0.1:1/rasa?t=mno345", timeout=5))
    assert "at http://127.0.0.1:1/rasa " in str(raised.value)
    assert not any(secret in str(raised.value) for secret in ("jkl012", "mno345"))


async def test_what_may_be_asked_twice_is_asked_again_when_a_gateway_fails(
    endpoint: EndpointConfig, server: RasaServer
) -> None:
    server.troubles = [503, 502]
    assert await retrieve_status(endpoint)
    server.troubles = [503]
    with pytest.raises(RasaFailed, match="answers 503"):
        await send_action(endpoint, "c", "utter_greet")
    assert server.requests["POST execute"] == 1


async def test_a_slow_server_is_given_up_with_its_address(server: RasaServer) -> None:
    server.troubles = [None] * 9
    endpoint = EndpointConfig(server.url, token="x", timeout=0.05)
    with pytest.raises(RasaFailed, match=f"the Rasa server at {server.url} did not answer within 0.05 seconds"):
        await retrieve_status(endpoint)


async def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(RasaFailed, match=r"no Rasa server answers at http://127\.0\.0\.1:9 "):
        await retrieve_status(EndpointConfig("http://127.0.0.1:9"))


def test_the_latest_message_divides_the_events() -> None:
    events = [LISTEN, {"event": "user", "text": "a"}, LISTEN, {"event": "user", "text": "b"}, LISTEN]
    assert latest_user_message(events) == {"event": "user", "text": "b"}
    assert all_events_before_latest_user_msg(events) == events[:3]
    assert latest_user_message([LISTEN]) is None
    assert all_events_before_latest_user_msg([LISTEN]) == [LISTEN]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        ({}, []),
        ({"image": None, "buttons": None}, []),
        ({"image": "i.png", "attachment": "a"}, ["Image: i.png", "Attachment: a"]),
        (
            {
                "buttons": [
                    {"title": "Yes", "payload": "/affirm"},
                    {"title": "No", "payload": "/deny", "x": 1},
                    {"title": "?"},
                    {"title": "A", "payload": ""},
                    {"title": "B", "payload": None, "z": "é"},
                ]
            },
            [
                "Buttons:",
                "1: Yes (/affirm)",
                '2: No (/deny) - {"x": 1}',
                "3: ?",
                "4: A ()",
                r'5: B (None) - {"z": "\u00e9"}',
                "Type out your own message...",
            ],
        ),
        (
            {"elements": [{"title": "T", "buttons": [], "b": 1}], "quick_replies": [{"title": "q", "payload": "p"}]},
            ["Elements:", '1: T - {"b": 1, "buttons": []}', "Quick replies:", '1: q - {"payload": "p"}'],
        ),
        (
            {"elements": [{"title": "E"}], "quick_replies": [{}]},
            ["Elements:", "1: E - {}", "Quick replies:", "1:  - {}"],
        ),
    ],
)
def test_what_the_bot_said_reads_as_in_rasas_interactive_learning(data: dict[str, object], lines: list[str]) -> None:
    assert format_bot_output(BotUttered("Hi", data)) == "\n".join(["Hi", *lines])
