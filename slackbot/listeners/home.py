"""The app's Home tab."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.kit import section
from slackbot.listeners.commands import HELP
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""

    @app.event("app_home_opened")
    async def opened(event: Json) -> None:
        if event.get("tab") == "home":
            blocks = [section("*Teach an assistant together.* In a channel that I am in, type:"), section(HELP)]
            await teaching.slack.publish_home(event["user"], {"type": "home", "blocks": blocks})
