"""A sandbox, a real Slack client and a real Bolt app for every test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import Recorder, over_http, over_socket, recording_app

SHORT_RETRIES = (0.0, 0.02, 0.05)


@pytest.fixture
def patience() -> float:
    """Seconds until Slack gives an app up; long, so that a slow machine fails no test."""
    return 60.0


@pytest.fixture
async def slack(patience: float) -> AsyncIterator[Sandbox]:
    """A workspace whose retries come soon."""
    async with Sandbox(retry_delays=SHORT_RETRIES, ack_timeout=patience, connect_timeout=patience) as sandbox:
        yield sandbox


@pytest.fixture
def client(slack: Sandbox) -> AsyncWebClient:
    """The real client with the bot's token."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def channel(slack: Sandbox) -> str:
    """A public channel with the bot in it."""
    return slack.add_channel("teaching")


@pytest.fixture
def ada(slack: Sandbox, channel: str) -> Person:
    """Somebody in the channel."""
    person = slack.add_person("ada", display_name="Ada")
    slack.join(channel, person)
    return person


@pytest.fixture
def recorder() -> Recorder:
    """What the app saw."""
    return Recorder()


@pytest.fixture
def app(slack: Sandbox, recorder: Recorder) -> AsyncApp:
    """A small Bolt app that is not running yet."""
    return recording_app(slack, recorder)


@pytest.fixture(params=["socket", "http"])
async def running(request: pytest.FixtureRequest, slack: Sandbox, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    """The app, running over each transport in turn."""
    run = over_socket if request.param == "socket" else over_http
    async with run(slack, app):
        yield app


@pytest.fixture
async def on_socket(slack: Sandbox, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    """The app, running over Socket Mode."""
    async with over_socket(slack, app):
        yield app


@pytest.fixture
async def on_http(slack: Sandbox, app: AsyncApp) -> AsyncIterator[AsyncApp]:
    """The app, running over signed HTTP."""
    async with over_http(slack, app):
        yield app
