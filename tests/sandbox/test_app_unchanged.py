"""The app runs unchanged against the sandbox, over Socket Mode and over signed HTTP alike."""

from __future__ import annotations

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import JSON, Recorder

BUTTONS: list[JSON] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Is it *greet*?"}},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Change"}, "value": "1"},
            {"type": "button", "action_id": "other", "text": {"type": "plain_text", "text": "All right"}},
        ],
    },
]


async def test_a_command_reaches_the_app(
    slack: Sandbox, running: AsyncApp, ada: Person, channel: str, recorder: Recorder
) -> None:
    assert await ada.command("/teach", "quorum 2", channel) is None
    [body] = recorder.commands
    assert (body["command"], body["text"], body["user_id"]) == ("/teach", "quorum 2", ada.id)


async def test_what_a_person_says_reaches_the_app(
    slack: Sandbox, running: AsyncApp, ada: Person, channel: str, recorder: Recorder
) -> None:
    ts = await ada.say(channel, "a < b & c")
    [event] = recorder.events_of("message")
    assert (event["ts"], event["text"], event["user"]) == (ts, "a &lt; b &amp; c", ada.id)


@pytest.mark.usefixtures("running")
async def test_a_press_opens_a_modal_and_its_submission_reaches_the_app(
    client: AsyncWebClient, ada: Person, channel: str, recorder: Recorder
) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="?", blocks=BUTTONS))["ts"]
    await ada.press(channel, ts, "Change")
    assert ada.view is not None
    await ada.fill("name", "goodbye")
    await ada.submit()
    assert ada.view is None
    [body] = recorder.submissions
    assert body["view"]["state"]["values"]["intent"]["name"]["value"] == "goodbye"


async def test_the_bot_can_change_its_message(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="?", blocks=BUTTONS))["ts"]
    await client.chat_update(channel=channel, ts=ts, text="done")
    [message] = slack.messages(channel)
    assert message["text"] == "done"
    assert "blocks" not in message


async def test_an_ephemeral_message_is_before_one_person_alone(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    bob = slack.add_person("bob")
    await client.chat_postEphemeral(channel=channel, user=ada.id, text="psst")
    assert [message["text"] for message in ada.ephemerals] == ["psst"]
    assert bob.ephemerals == []
    assert slack.messages(channel) == []
