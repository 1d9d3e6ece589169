"""A small real app around the gallery: it notes what it is told, opens modals and offers options."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Sandbox
from tests.sandbox.apps import over_socket

from .gallery import DEEPER, HOME, MODAL, Json, options

INTENTS = ("greet", "goodbye", "book_table")


class GalleryApp:
    """What reached the app."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.actions: list[Json] = []
        self.submissions: list[Json] = []

    def chosen(self, action_id: str) -> Any:
        """What the newest use of an element reported; None if there was none."""
        used = [body["actions"][0] for body in self.actions if body["actions"][0]["action_id"] == action_id]
        if not used:
            return None
        for key in ("selected_option", "selected_options", "selected_user", "selected_date", "value"):
            if key in used[-1]:
                return used[-1][key]
        return True


@asynccontextmanager
async def gallery_app(slack: Sandbox) -> AsyncIterator[GalleryApp]:
    """The app, connected."""
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    noted = GalleryApp(client)
    app = AsyncApp(client=client, signing_secret=slack.signing_secret, process_before_response=True)

    @app.action("plain")
    async def opens(ack: AsyncAck, body: Json) -> None:
        noted.actions.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.action("deeper")
    async def goes_deeper(ack: AsyncAck, body: Json) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=DEEPER)

    @app.action("silent")
    async def silent() -> None:
        """Says nothing."""

    @app.action(re.compile("^(?!silent$)"))
    async def anything(ack: AsyncAck, body: Json) -> None:
        noted.actions.append(body)
        await ack()

    @app.options(re.compile(".*"))
    async def offered(ack: AsyncAck, body: Json) -> None:
        await ack(options=options(*(name for name in INTENTS if body["value"] in name)))

    @app.view("everything")
    async def submitted(ack: AsyncAck, body: Json) -> None:
        noted.submissions.append(body["view"]["state"]["values"])
        if noted.submissions[-1]["name"]["name"]["value"] == "Nobody":
            await ack(response_action="errors", errors={"name": "Somebody must come."})
        else:
            await ack()

    @app.view_closed("everything")
    async def closed(ack: AsyncAck) -> None:
        await ack()

    @app.event("app_home_opened")
    async def home(event: Json) -> None:
        await client.views_publish(user_id=event["user"], view=HOME)

    @app.event(re.compile("message|reaction_.*|member_.*"))
    async def told() -> None:
        """Nothing to do."""

    async with over_socket(slack, app):
        yield noted
