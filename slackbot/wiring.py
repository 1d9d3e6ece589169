"""Makes what the verbs of teaching work with from the settings."""

from __future__ import annotations

import aiohttp
from redis.asyncio import Redis

from slackbot.background import Background
from slackbot.backlog import Backlog
from slackbot.checks import Checks
from slackbot.core.protocol import Core
from slackbot.crowd.standing import Thresholds
from slackbot.errors import SlackRefused
from slackbot.learning.known_skills import KnownSkills
from slackbot.learning.loop import Loop
from slackbot.learning.opening import Asking, Opening
from slackbot.learning.terms import Order
from slackbot.permissions import Permissions, Right
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.channels import Channels
from slackbot.store.directory import Directory
from slackbot.store.gold import Gold
from slackbot.store.overview import Overview
from slackbot.store.preferences import People
from slackbot.store.skills import Skills
from slackbot.teaching import Requests, Services
from slackbot.threads import Threads
from slackbot.threads.client import slack_of


def services(settings: Settings, core: Core, redis: Redis, http: aiohttp.ClientSession, requests: Requests) -> Services:
    """One of each. Redis, the HTTP session and the background are the caller's to close."""
    store, background = Store(redis), Background()
    slack = slack_of(settings, http)
    permissions = Permissions(
        slack.members,
        humans=Directory(redis, slack.user, slack.members).humans,
        administrators=settings.administrators,
        adjudicators=settings.adjudicators,
        runs_workspace=slack.runs_workspace,
    )
    checks = _checks(settings, store, Gold(redis), Skills(redis), permissions)
    known = KnownSkills(Skills(redis), requests.skills, background)
    loop = Loop(store, core, opening=Opening(_asking(settings), known.skills, checks.excluded), alarms=requests.alarms)
    return Services(
        settings=settings,
        store=store,
        loop=loop,
        threads=Threads(store, loop.read, slack, settings.adjudication_channel),
        slack=slack,
        background=background,
        channels=Channels(redis),
        people=People(redis),
        permissions=permissions,
        backlog=Backlog(store, Overview(redis), permissions, slack, settings.most_share),
        checks=checks,
        requests=requests,
    )


def _checks(settings: Settings, store: Store, gold: Gold, skills: Skills, permissions: Permissions) -> Checks:
    async def may_see(person: str, channel: str) -> bool:
        try:
            return await permissions.may(Right.VOTE, person, channel)
        except SlackRefused:  # a channel that the bot is not in any more
            return False

    thresholds = Thresholds(
        qualification=settings.qualification,
        qualification_share=settings.qualification_share,
        judged_from=settings.judged_from,
        warn_below=settings.warn_below,
        exclude_below=settings.exclude_below,
    )
    return Checks(
        store, gold, skills.skills, may_see, thresholds, share=settings.gold_share, voters=settings.gold_voters
    )


def _asking(settings: Settings) -> Asking:
    return Asking(
        model_votes=settings.model_votes,
        auto_accept=settings.auto_accept,
        audit_share=settings.audit_share,
        blind=settings.blind,
        order=Order(settings.order),
    )
