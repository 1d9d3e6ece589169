"""Slack comes in: each listener parses, calls one verb of Teaching, and shows what it answers."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from slackbot.listeners import (
    actions,
    checks,
    commands,
    forking,
    home,
    menu,
    messages,
    options,
    shortcuts,
    undoing,
    views,
)
from slackbot.teaching import Teaching


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers every listener. The busiest come first: Bolt asks them in this order."""
    for module in (actions, messages, options, views, commands, menu, shortcuts, home, checks, undoing, forking):
        module.register(app, teaching)
