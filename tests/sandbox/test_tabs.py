"""The tabs of an app are those that its manifest turns on."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import NotOnScreen, Sandbox

HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}


def manifest(**tabs: bool) -> dict[str, Any]:
    scopes = ["chat:write", "im:write", "im:history"]
    return {"features": {"app_home": tabs}, "oauth_config": {"scopes": {"bot": scopes}}}


async def test_an_app_without_a_messages_tab_can_not_write_to_anybody_directly() -> None:
    async with Sandbox(manifest=manifest(messages_tab_enabled=False)) as slack:
        client, ada = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), slack.add_person("ada")
        direct = (await client.conversations_open(users=ada.id))["channel"]["id"]
        for channel in (ada.id, direct):
            with pytest.raises(SlackApiError, match="messages_tab_disabled"):
                await client.chat_postMessage(channel=channel, text="hi")
        with pytest.raises(NotOnScreen, match="no messages tab"):
            await ada.open_home("messages")


async def test_in_a_messages_tab_that_is_read_only_the_app_alone_writes() -> None:
    tabs = manifest(messages_tab_enabled=True, messages_tab_read_only_enabled=True)
    async with Sandbox(manifest=tabs) as slack:
        client, ada = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), slack.add_person("ada")
        posted = await client.chat_postMessage(channel=ada.id, text="hi")
        with pytest.raises(NotOnScreen, match="no tab in which people can write"):
            await ada.say(str(posted["channel"]), "hello")


async def test_an_app_without_a_home_tab_can_not_publish_one() -> None:
    async with Sandbox(manifest=manifest()) as slack:
        client, ada = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url), slack.add_person("ada")
        with pytest.raises(SlackApiError, match="not_enabled"):
            await client.views_publish(user_id=ada.id, view=HOME)
        with pytest.raises(NotOnScreen, match="no home tab"):
            await ada.open_home()
