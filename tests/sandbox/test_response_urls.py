"""Response URLs: five uses in half an hour, to show, replace or delete."""

from __future__ import annotations

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from slackbot.sandbox import NotAcknowledged, Person, Sandbox
from slackbot.sandbox.errors import ApiError

from .apps import JSON, Recorder

BLOCKS: list[JSON] = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "other", "text": {"type": "plain_text", "text": "Press"}}],
    }
]


@pytest.fixture
async def from_command(slack: Sandbox, on_socket: AsyncApp, ada: Person, channel: str, recorder: Recorder) -> str:
    """The response URL of a command of Ada's."""
    await ada.command("/teach", "", channel)
    return str(recorder.commands[0]["response_url"])


@pytest.fixture
async def card(client: AsyncWebClient, channel: str) -> str:
    """A message with a button."""
    return str((await client.chat_postMessage(channel=channel, text="?", blocks=BLOCKS))["ts"])


@pytest.fixture
async def from_press(on_socket: AsyncApp, ada: Person, channel: str, card: str, recorder: Recorder) -> str:
    """The response URL of a press of Ada's on the message."""
    await ada.press(channel, card, "Press")
    return str(recorder.actions[0]["response_url"])


async def send(url: str, **body: object) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_by_default_only_the_person_sees_the_answer(
    slack: Sandbox, from_command: str, ada: Person, channel: str
) -> None:
    answer = await AsyncWebhookClient(from_command).send(text="hi")
    assert (answer.status_code, answer.body) == (200, "ok")
    assert [(message["text"], message["channel"]) for message in ada.ephemerals] == [("hi", channel)]
    assert slack.messages(channel) == []


async def test_an_answer_can_be_for_all_and_in_a_thread(
    slack: Sandbox, from_command: str, ada: Person, channel: str
) -> None:
    parent = await ada.say(channel, "thread")
    await send(from_command, text="hi all", response_type="in_channel", thread_ts=parent)
    message = slack.messages(channel, parent)[1]
    assert (message["subtype"], message["bot_id"], message["text"]) == ("bot_message", slack.bot_id, "hi all")
    assert "user" not in message
    await send(from_command, text="psst", thread_ts=parent)
    assert ada.ephemerals[0]["thread_ts"] == parent


async def test_a_url_is_good_for_five_uses(from_command: str) -> None:
    answers = [await send(from_command, text="hi") for _ in range(6)]
    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]


async def test_a_url_is_good_for_half_an_hour(slack: Sandbox, from_command: str) -> None:
    slack.clock.advance(30 * 60)
    assert await send(from_command, text="hi") == (404, "expired_url")


async def test_the_message_can_be_replaced_without_a_call(
    slack: Sandbox, from_press: str, channel: str, card: str
) -> None:
    assert await send(from_press, text="done", replace_original=True) == (200, "ok")
    [message] = slack.messages(channel)
    assert (message["ts"], message["text"]) == (card, "done")
    assert "blocks" not in message
    assert await send(from_press, delete_original=True) == (200, "ok")
    assert slack.messages(channel) == []
    assert await send(from_press, text="again", replace_original=True) == (400, "message_not_found")


@pytest.mark.parametrize(
    ("body", "error"),
    [({}, "no_text"), ({"text": "x", "blocks": [{"type": "paragraph"}]}, "invalid_blocks")],
)
async def test_what_slack_can_not_show_is_refused(from_press: str, body: JSON, error: str) -> None:
    assert await send(from_press, **body) == (400, error)


async def test_an_invented_url_and_a_body_that_is_no_json_are_refused(slack: Sandbox, from_press: str) -> None:
    assert (await send(f"{from_press}x", text="hi"))[0] == 404
    async with aiohttp.ClientSession() as session, session.post(from_press, data="hi") as answer:
        assert (answer.status, await answer.text()) == (400, "invalid_payload")


@pytest.mark.usefixtures("running")
async def test_a_command_can_be_answered_in_its_acknowledgement(
    slack: Sandbox, app: AsyncApp, ada: Person, channel: str
) -> None:
    @app.command("/loud")
    async def loud(ack: AsyncAck, body: JSON) -> None:
        await ack("done", response_type="in_channel", blocks=[{"type": body["text"]}])

    assert await ada.command("/loud", "divider", channel) is not None
    [message] = slack.messages(channel)
    assert (message["text"], message["blocks"][0]["type"]) == ("done", "divider")
    with pytest.raises(NotAcknowledged, match="invalid_blocks"):
        await ada.command("/loud", "paragraph", channel)


async def test_a_workspace_that_runs_for_days_does_not_grow_by_what_has_expired(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    backend = slack._backend
    first = backend.response_urls.new("commands", ada.id, channel)
    slack.clock.advance(31 * 60)
    assert backend.response_urls.use(first) == "expired_url"
    slack.clock.advance(3600)
    backend.response_urls.new("commands", ada.id, channel)
    assert backend.response_urls.use(first) == "no_service"
    triggers = [backend.triggers.new(ada.id) for _ in range(1001)]
    with pytest.raises(ApiError, match="invalid_trigger_id"):
        backend.triggers.exchange(triggers[0])
    assert backend.triggers.exchange(triggers[1]).user_id == ada.id
    for number in range(201):
        backend.ephemerals.show(ada.id, channel, None, {"text": f"{number}"})
    assert [one["text"] for one in ada.ephemerals] == [f"{number}" for number in range(1, 201)]
