"""A small real Bolt app, and the two ways to run one against a sandbox."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Sandbox

JSON = dict[str, Any]


class Recorder:
    """Bodies that reached the app's listeners, by what kind of thing they are."""

    def __init__(self) -> None:
        self.commands: list[JSON] = []
        self.actions: list[JSON] = []
        self.submissions: list[JSON] = []
        self.closed: list[JSON] = []
        self.suggestions: list[JSON] = []
        self.shortcuts: list[JSON] = []
        self.events: list[JSON] = []

    def events_of(self, kind: str, subtype: str | None = None) -> list[JSON]:
        events = [body["event"] for body in self.events]
        return [event for event in events if event["type"] == kind and event.get("subtype") == subtype]


MODAL: JSON = {
    "type": "modal",
    "callback_id": "correct",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Correct it"},
    "submit": {"type": "plain_text", "text": "Save"},
    "close": {"type": "plain_text", "text": "Cancel"},
    "blocks": [
        {
            "type": "input",
            "block_id": "intent",
            "label": {"type": "plain_text", "text": "Intent"},
            "element": {"type": "plain_text_input", "action_id": "name", "initial_value": "greet"},
        }
    ],
}


EVENTS = (
    "message",
    "app_mention",
    "app_home_opened",
    "reaction_added",
    "reaction_removed",
    "member_joined_channel",
    "member_left_channel",
)


def recording_app(slack: Sandbox, recorder: Recorder) -> AsyncApp:
    """Acknowledges everything and notes it; `/modal` and a button `open` open a modal."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=True)

    @app.command("/teach")
    async def teach(ack: AsyncAck, body: JSON) -> None:
        recorder.commands.append(body)
        await ack()

    @app.command("/modal")
    async def modal(ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        recorder.commands.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("open")
    async def opens(ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        recorder.actions.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action({"type": "block_actions", "action_id": "silent"})
    async def silent(body: JSON) -> None:
        recorder.actions.append(body)

    @app.action(re.compile("other"))
    async def other(ack: AsyncAck, body: JSON) -> None:
        recorder.actions.append(body)
        await ack()

    @app.view("correct")
    async def submitted(ack: AsyncAck, body: JSON) -> None:
        recorder.submissions.append(body)
        await ack()

    @app.view_closed("correct")
    async def closed(ack: AsyncAck, body: JSON) -> None:
        recorder.closed.append(body)
        await ack()

    @app.options("lookup")
    async def lookup(ack: AsyncAck, body: JSON) -> None:
        recorder.suggestions.append(body)
        found = [name for name in ("greet", "goodbye", "book_table") if body["value"] in name]
        await ack(options=[{"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in found])

    @app.action("lookup")
    async def looked_up(ack: AsyncAck, body: JSON) -> None:
        recorder.actions.append(body)
        await ack()

    @app.shortcut("help")
    async def shortcut(ack: AsyncAck, body: JSON) -> None:
        recorder.shortcuts.append(body)
        await ack()

    async def event(body: JSON) -> None:
        recorder.events.append(body)

    for kind in EVENTS:
        app.event(kind)(event)

    return app


@asynccontextmanager
async def over_socket(slack: Sandbox, app: AsyncApp) -> AsyncIterator[None]:
    """The app with one Socket Mode connection."""
    handler = AsyncSocketModeHandler(app, slack.app_token)
    before = slack.connections
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.wait_for(lambda: slack.connections > before)
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(slack: Sandbox, app: AsyncApp) -> AsyncIterator[None]:
    """The app behind a request URL of its own."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    slack.request_url = f"http://{host}:{port}/slack/events"
    try:
        yield
    finally:
        slack.request_url = None
        await runner.cleanup()


async def refusal(call: Awaitable[Any]) -> JSON:
    """The body of a call's ``ok: false``."""
    with pytest.raises(SlackApiError) as caught:
        await call
    body: JSON = caught.value.response.data
    return body
