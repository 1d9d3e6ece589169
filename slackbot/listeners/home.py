"""The app's Home tab: what waits for its person, and the person's own settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot import clock
from slackbot.blocks.home import LEAD_ON, NEXT, OPEN_CARD, PICK_ORDER, home, picked_order
from slackbot.blocks.nudge_settings import PICK_HOUR, PICK_NUDGES, QUIET_FROM, QUIET_UNTIL, WEEKENDS, with_choice
from slackbot.blocks.waiting import Item
from slackbot.crowd.preferences import Preferences
from slackbot.listeners.commands import HELP
from slackbot.listeners.parsing import Json, person_of
from slackbot.teaching import Teaching

Ack = Callable[..., Awaitable[Any]]


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""

    @app.event("app_home_opened")
    async def opened(event: Json) -> None:
        if event.get("tab") == "home":
            await show(teaching, event["user"])

    for action_id in (OPEN_CARD, NEXT):
        app.action(action_id)(_follow)
    app.action(PICK_ORDER)(_prefer(teaching, _order))
    app.action(LEAD_ON)(_prefer(teaching, _lead_on))
    for action_id in (PICK_NUDGES, PICK_HOUR, QUIET_FROM, QUIET_UNTIL, WEEKENDS):
        app.action(action_id)(_prefer(teaching, with_choice))


async def show(teaching: Teaching, person: str) -> None:
    """Draws the person's Home tab."""
    backlog = teaching.backlog
    waiting = [Item(one, await backlog.link(one)) for one in await backlog.waiting_for(person)]
    to_decide = [Item(one, None) for one in await backlog.to_decide(person)]
    preferences = await teaching.people.preferences(person)
    await teaching.slack.publish_home(person, home(waiting, to_decide, preferences, HELP, clock.now()))


async def _follow(ack: Ack) -> None:
    """Slack opens the address by itself."""
    await ack()


def _prefer(teaching: Teaching, change: Callable[[Preferences, Json], Preferences]) -> Callable[..., Awaitable[None]]:
    async def prefer(ack: Ack, body: Json, action: Json) -> None:
        person = person_of(body)
        await teaching.people.prefer(person, change(await teaching.people.preferences(person), action))
        await ack()

    return prefer


def _order(preferences: Preferences, action: Json) -> Preferences:
    return replace(preferences, order=picked_order(action["selected_option"]["value"]))


def _lead_on(preferences: Preferences, action: Json) -> Preferences:
    return replace(preferences, lead_on=bool(action["selected_options"]))
