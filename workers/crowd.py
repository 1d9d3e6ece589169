"""What workers find out from all votes: people's skills, and the statistics of a channel."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from redis.asyncio import Redis

from slackbot.blocks.crowd_statistics import statistics_text
from slackbot.crowd.agreement import Unit
from slackbot.learning.crowd_statistics import Statistics, statistics
from slackbot.learning.voted import all_voted, skills_from
from slackbot.settings import Settings
from slackbot.store import Store, keys
from slackbot.store.gold import Gold
from slackbot.store.server import connect
from slackbot.store.skills import Skills
from slackbot.threads import Slack
from slackbot.threads.client import slack_of

log = logging.getLogger(__name__)

#: Seconds for which it is known that statistics were posted.
_POSTED = 24 * 3600


def estimate_skills(team: str) -> None:
    """Estimates everybody's skill from all closed questions of a workspace, and keeps that as the latest estimate."""
    asyncio.run(_estimate_skills(os.environ["REDIS_URL"], team))


async def _estimate_skills(redis_url: str, team: str) -> None:
    async with _redis(redis_url) as redis:
        voted = [one async for one in all_voted(Store(redis), team)]
        skills = skills_from(voted)
        questions = len({(one.conversation, one.question) for one in voted})
        version = await Skills(redis).save(team, skills, questions)
        log.info("skills of %d annotators from %d questions, version %d", len(skills), questions, version)


def post_statistics(team: str, channel: str, person: str, names: bool, request: str) -> None:
    """Shows somebody the statistics of a channel: as text there, and as a picture in a direct message.

    ``names`` says whether the person may see how everybody does; ``request`` that it was not posted before.
    """
    settings = Settings.from_environment(os.environ)
    asyncio.run(_post_statistics(settings, team, channel, person, request, names=names))


async def _post_statistics(
    settings: Settings, team: str, channel: str, person: str, request: str, *, names: bool
) -> None:
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(_redis(os.environ["REDIS_URL"]))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        slack = slack_of(settings, http)
        voted = [one async for one in all_voted(Store(redis), team, channel)]
        found = statistics(voted, await _gold(Gold(redis), team, channel))
        if await redis.set(keys.posted(request), "text", nx=True, ex=_POSTED):
            text = statistics_text(found, person, names=names, ranks=settings.leaderboard)
            await slack.tell(channel, person, text)
        if found.questions and await redis.get(keys.posted(request)) == "text":
            picture = await _picture(slack, found, person, names=names)
            words = f"How the votes in <#{channel}> went:"
            await slack.upload(await slack.direct(person), {"votes.png": picture}, words, thread_ts=None)
            await redis.set(keys.posted(request), "picture", ex=_POSTED)


async def _gold(gold: Gold, team: str, channel: str) -> list[tuple[str, Unit]]:
    """What people answered to the channel's gold questions, and what is right."""
    right = {question.id: question.intent for question in await gold.questions(team) if question.channel == channel}
    given = [one for one in await gold.answers(team) if one.gold in right]
    return [(right[one.gold], {one.person: one.answer}) for one in given]


async def _picture(slack: Slack, found: Statistics, person: str, *, names: bool) -> bytes:
    from slackbot.evaluation.crowd_picture import crowd_picture, drawable  # noqa: PLC0415  drawing takes long to load

    ranked = sorted(found.accuracies.items(), key=lambda row: (-row[1].interval[0], row[0]))
    shown = []
    for user_id, accuracy in ranked:
        if names or user_id == person:
            name = await slack.shown_name(user_id)
            shown.append((name if drawable(name) else user_id, accuracy))
    return await asyncio.to_thread(crowd_picture, found.confusion, shown)


@asynccontextmanager
async def _redis(url: str) -> AsyncIterator[Redis]:
    redis = connect(url)
    try:
        yield redis
    finally:
        await redis.aclose()
