"""An app has what its manifest asks for, and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import NotOnScreen, Person, Sandbox

from .apps import JSON, Recorder, over_socket, recording_app, refusal

MANIFEST: JSON = {
    "features": {
        "bot_user": {"display_name": "Teacher"},
        "slash_commands": [{"command": "/teach", "should_escape": True}, {"command": "/modal"}],
        "shortcuts": [{"callback_id": "help", "type": "global", "name": "Help", "description": "Help"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:history"]}},
    "settings": {"event_subscriptions": {"bot_events": ["message.channels"]}},
}


@pytest.fixture
async def slack(recorder: Recorder) -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest=MANIFEST) as sandbox, over_socket(sandbox, recording_app(sandbox, recorder)):
        yield sandbox


async def test_commands_are_those_of_the_manifest(ada: Person, channel: str, recorder: Recorder) -> None:
    with pytest.raises(NotOnScreen, match="/other is not a valid command"):
        await ada.command("/other", "", channel)
    await ada.command("/teach", "@ada in #teaching: a & b", channel)
    await ada.command("/modal", "@ada in #teaching: a & b", channel)
    assert [body["text"] for body in recorder.commands] == [
        f"<@{ada.id}|ada> in <#{channel}|teaching>: a &amp; b",
        "@ada in #teaching: a &amp; b",
    ]


async def test_shortcuts_are_those_of_the_manifest(ada: Person, channel: str, recorder: Recorder) -> None:
    await ada.shortcut("help")
    ts = await ada.say(channel, "hi")
    with pytest.raises(NotOnScreen, match="no shortcut 'help' here"):
        await ada.message_action("help", channel, ts)
    with pytest.raises(NotOnScreen, match="no shortcut 'other' here"):
        await ada.shortcut("other")


async def test_scopes_and_events_are_those_of_the_manifest(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str, recorder: Recorder
) -> None:
    assert (await refusal(client.users_list()))["error"] == "missing_scope"
    ts = await ada.say(channel, "hi @Teacher")
    await ada.react(channel, ts, "eyes")
    assert [body["event"]["type"] for body in recorder.events] == ["message"]
    assert recorder.events[0]["event"]["text"] == f"hi <@{slack.bot_user_id}>"


async def test_scopes_can_differ_from_the_manifest() -> None:
    async with Sandbox(manifest=MANIFEST, scopes=["users:read"]) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        members = (await client.users_list())["members"]
        assert [member["profile"]["display_name"] for member in members] == ["Teacher"]
