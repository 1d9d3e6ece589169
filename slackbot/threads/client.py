"""Slack, reached as the settings say."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.settings import Settings
from slackbot.threads.slack import Slack


def slack_of(settings: Settings, http: aiohttp.ClientSession) -> Slack:
    """The workspace of the settings. The client repeats nothing by itself: ``Slack`` knows what may be repeated."""
    client = AsyncWebClient(
        token=settings.slack_bot_token, base_url=settings.slack_api_url, session=http, retry_handlers=[]
    )
    return Slack(client, http, updates_per_minute=settings.updates_per_minute)
