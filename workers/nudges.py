"""Nudges: once a minute, people are reminded of questions that wait for them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from contextlib import AsyncExitStack

import aiohttp

from slackbot import clock as wall
from slackbot.backlog import Backlog
from slackbot.crowd.nudges import Pace
from slackbot.digests import Digests
from slackbot.nudging import Nudging, Policy
from slackbot.permissions import Permissions
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.alarms import Alarms
from slackbot.store.directory import Directory
from slackbot.store.nudges import NudgeStore
from slackbot.store.overview import Overview
from slackbot.store.preferences import People
from slackbot.store.server import connect
from slackbot.threads.client import slack_of

log = logging.getLogger(__name__)
_HOUR = 3600.0


def nudge() -> None:
    """Reminds whoever is to be reminded now. Run twice, or by several at once, it sends nothing twice."""
    settings = Settings.from_environment(os.environ)
    if settings.nudge_hours and settings.slack_bot_token:
        sent = asyncio.run(nudge_all(settings, os.environ["REDIS_URL"]))
        if sent:
            log.info("%d people were reminded of questions", sent)


async def nudge_all(settings: Settings, redis_url: str, clock: Callable[[], float] = wall.now) -> int:
    """The same by this clock; how many digests were sent. Raises StoreUnavailable and SlackUnavailable."""
    async with AsyncExitStack() as stack:
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        slack = slack_of(settings, http)
        directory = Directory(redis, slack.user, slack.members)
        permissions = Permissions(directory.members, adjudicators=settings.adjudicators, humans=directory.humans)
        backlog = Backlog(Store(redis), Overview(redis), permissions, slack, settings.most_share)
        store = NudgeStore(redis)
        pace = Pace(settings.nudge_hours * _HOUR, settings.escalate_hours * _HOUR)
        nudging = Nudging(
            store,
            backlog,
            Digests(store, backlog, slack, clock),
            People(redis),
            directory,
            Policy(pace, settings.backups, settings.adjudicators),
            marked=Alarms(redis).say_fired,  # whoever hears it draws what is to be drawn
            clock=clock,
        )
        return await nudging.run()
