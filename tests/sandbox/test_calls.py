"""What happens to a Web API call before and after its method: encodings, tokens, scopes, limits, faults, records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Sandbox
from slackbot.sandbox.api import METHODS
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.authors import by_bot
from slackbot.sandbox.backend import Backend, Credentials
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.socket_delivery import SocketDelivery

from .apps import JSON, MODAL, refusal


async def post(slack: Sandbox, method: str, **request: Any) -> JSON:
    headers = {"Authorization": f"Bearer {slack.bot_token}"} | request.pop("headers", {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(slack.api_url + method, headers=headers, **request) as answer,
    ):
        body: JSON = await answer.json()
        return body


async def test_arguments_may_come_as_json_form_or_query(slack: Sandbox, channel: str) -> None:
    arguments = {"channel": channel, "text": "hi"}
    for request in ({"json": arguments}, {"data": arguments}, {"params": arguments}):
        assert (await post(slack, "chat.postMessage", **request))["ok"]
    assert [message["text"] for message in slack.messages(channel)] == ["hi"] * 3


async def test_the_token_may_be_an_argument(slack: Sandbox) -> None:
    answer = await post(slack, "auth.test", data={"token": slack.bot_token}, headers={"Authorization": ""})
    assert answer["user_id"] == slack.bot_user_id


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-somebody-elses", "auth.test", "invalid_auth"),
        ("APP", "auth.test", "not_allowed_token_type"),
        ("BOT", "apps.connections.open", "not_allowed_token_type"),
    ],
)
async def test_a_wrong_token_is_refused_by_name(slack: Sandbox, token: str, method: str, error: str) -> None:
    real = {"APP": slack.app_token, "BOT": slack.bot_token}.get(token, token)
    answer = await post(slack, method, headers={"Authorization": f"Bearer {real}"})
    assert answer == {"ok": False, "error": error}


async def test_auth_test_says_who_the_bot_is_and_what_it_may_do(slack: Sandbox, client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["team_id"], answer["bot_id"]) == (
        slack.bot_user_id,
        slack.team_id,
        slack.bot_id,
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_an_unknown_method_is_refused(client: AsyncWebClient) -> None:
    assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_a_missing_argument_is_named(client: AsyncWebClient) -> None:
    answer = await refusal(client.api_call("chat.postMessage", json={"text": "hi"}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: channel"]


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[1]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(slack: Sandbox, body: str, error: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {slack.bot_token}"}
    assert (await post(slack, "chat.postMessage", data=body, headers=headers))["error"] == error


async def test_a_scope_that_was_not_granted_is_missing() -> None:
    async with Sandbox(scopes=["chat:write", "channels:read"]) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        answer = await refusal(client.users_list())
        assert (answer["error"], answer["needed"], answer["provided"]) == (
            "missing_scope",
            "users:read",
            "channels:read,chat:write",
        )
        assert (await client.auth_test()).headers["x-oauth-scopes"] == "channels:read,chat:write"


async def test_the_scope_of_the_channels_kind_is_needed() -> None:
    async with Sandbox(scopes=["channels:read"]) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        assert (await client.conversations_info(channel=slack.add_channel("open")))["ok"]
        answer = await refusal(client.conversations_info(channel=slack.add_channel("closed", private=True)))
        assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:read")


async def test_a_method_has_its_tiers_calls_a_minute(slack: Sandbox, client: AsyncWebClient) -> None:
    for _ in range(20):  # users.list is tier 2
        await client.users_list()
    with pytest.raises(SlackApiError) as caught:
        await client.users_list()
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert 0 < int(caught.value.response.headers["Retry-After"]) <= 60
    slack.clock.advance(60)
    await client.users_list()


async def test_a_channel_takes_a_burst_of_messages_and_then_one_a_second(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    other = slack.add_channel("elsewhere")
    for _ in range(10):
        await client.chat_postMessage(channel=channel, text="hi")
    assert (await refusal(client.chat_postMessage(channel=channel, text="hi")))["error"] == "ratelimited"
    await client.chat_postMessage(channel=other, text="hi")
    slack.clock.advance(1)
    await client.chat_postMessage(channel=channel, text="hi")


async def test_rate_limits_can_be_off() -> None:
    async with Sandbox(rate_limits=False) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for _ in range(25):
            await client.users_list()


async def test_a_planned_429_makes_the_real_retry_handler_try_again(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.faults.fail_next("chat.postMessage", 429, retry_after=0)
    await client.chat_postMessage(channel=channel, text="hi")
    assert [call.status for call in slack.calls] == [429, 200]
    assert len(slack.messages(channel)) == 1


async def test_a_planned_server_error_has_no_json(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    slack.faults.fail_next("chat.postMessage", 503)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=channel, text="hi")
    assert (caught.value.response.status_code, caught.value.response.data) == (503, "upstream error")
    assert slack.messages(channel) == []


async def test_a_planned_error_comes_so_often_and_no_more(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    slack.faults.fail_next("chat.postMessage", "internal_error", times=2)
    for _ in range(2):
        assert (await refusal(client.chat_postMessage(channel=channel, text="hi")))["error"] == "internal_error"
    await client.chat_postMessage(channel=channel, text="hi")


async def test_a_cut_answer_leaves_the_effect(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    client.retry_handlers.clear()
    slack.faults.drop_response_after("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="hi")
    assert [message["text"] for message in slack.messages(channel)] == ["hi"]


async def test_the_clients_own_connection_retry_posts_twice(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    slack.faults.drop_response_after("chat.postMessage")
    await client.chat_postMessage(channel=channel, text="hi")
    assert len(slack.messages(channel)) == 2


async def test_a_delay_holds_calls_up(slack: Sandbox, client: AsyncWebClient) -> None:
    slack.faults.delays["auth.test"] = 5
    with pytest.raises(TimeoutError):
        await AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, timeout=0.05).auth_test()  # type: ignore[arg-type]  # fractions of a second work
    await client.team_info()


async def test_observers_see_a_call_after_its_effect_and_before_its_answer(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    seen: list[tuple[str, str, bool, int]] = []

    async def observer(method: str, arguments: Mapping[str, Any], response: JSON) -> None:
        seen.append((method, arguments["text"], response["ok"], len(slack.messages(channel))))

    slack.on_call(observer)
    await client.chat_postMessage(channel=channel, text="hi")
    assert seen == [("chat.postMessage", "hi", True, 1)]


async def test_every_call_is_recorded_without_its_token(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    await client.chat_postMessage(channel=channel, text="hi")
    await refusal(client.chat_postMessage(channel="C0NOWHERE", text="hi"))
    first, second = slack.calls[:2]
    assert (first.method, first.args["text"], first.status, first.error) == ("chat.postMessage", "hi", 200, None)
    assert second.error == "channel_not_found"
    await post(slack, "auth.test", data={"token": slack.bot_token}, headers={"Authorization": ""})
    assert [call.args.get("token") for call in slack.calls] == [None] * 3
    assert first.time <= second.time


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "0", "C1", "eyes", "{", "[1]", "1.1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "id", "event_type", "event_payload", "blocks"]), inner)
    ),
    max_leaves=6,
)
#: Arguments under which most methods go through; C1 and 1.1 stand for a channel and a message that are there.
GOOD: JSON = {
    "channel": "C1",
    "text": "hi",
    "ts": "1.1",
    "message_ts": "1.1",
    "timestamp": "1.1",
    "name": "eyes",
    "blocks": [{"type": "divider"}],
    "view": MODAL,
    "filename": "a",
    "length": 1,
}
OTHERS = (
    "attachments", "metadata", "users", "user", "user_id", "channel_id", "channels", "limit", "cursor", "types",
    "oldest", "latest", "inclusive", "files", "file", "trigger_id", "view_id", "external_id", "hash", "bot", "team",
    "message", "thread_ts", "username", "markdown_text", "reply_broadcast", "initial_comment", "alt_txt",
)  # fmt: skip
spoilt = st.dictionaries(st.sampled_from([*GOOD, *OTHERS]), json_values, min_size=1, max_size=2)


@given(spoilt)
def test_whatever_the_arguments_a_method_answers_or_names_an_error(values: JSON) -> None:
    for name, method in METHODS.items():
        backend = Backend(Credentials("xoxb", "xapp", "secret"), SocketDelivery("A1", 1, lambda count: None))
        channel = backend.workspace.add_channel("general", "channel", "U1", [backend.workspace.app.bot_user_id])
        ts = backend.messages.post(channel, by_bot(backend.workspace, {"text": "hi"}))["ts"]
        real = {"C1": channel.id, "1.1": ts}
        arguments = {key: real.get(str(value), value) for key, value in {**GOOD, **values}.items()}
        with suppress(ApiError):
            assert json.dumps(method.handler(backend, Arguments(arguments))), name
