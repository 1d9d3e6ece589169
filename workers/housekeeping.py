"""What the periodic jobs do."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from slackbot import clock
from slackbot.core.rasa.configured import endpoint_of
from slackbot.dialogue.domain import Domain
from slackbot.errors import Conflict
from slackbot.learning.abandoned import abandoned
from slackbot.learning.controls import ended_by_itself
from slackbot.learning.conversation import Conversation, Reader
from slackbot.learning.reminding import index
from slackbot.learning.session import Status
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.alarms import Alarms
from slackbot.store.models import Models
from slackbot.store.server import connect
from workers.crowd import estimate_skills
from workers.requests import WorkerRequests
from workers.training import enqueue_training

log = logging.getLogger(__name__)

#: Seconds for which something may be to do in a conversation before that counts as stuck.
STUCK_AFTER = 60.0
#: For what doesn't ask what the assistant can do.
_NO_DOMAIN = Domain.from_dict({})


def recover() -> None:
    """Carries on what is stuck between two steps: exports that were lost, and conversations that nobody took up."""
    asyncio.run(recover_stuck(os.environ["REDIS_URL"]))


async def recover_stuck(redis_url: str) -> None:
    """The same. Raises StoreUnavailable."""
    async with _store(redis_url) as (redis, store):
        alarms, export = Alarms(redis), WorkerRequests(redis_url).export
        async for conversation in _active(store):
            if conversation.session.status is Status.FINISHING:
                await export(conversation.id)
            elif not conversation.snapshot.reminders_indexed:
                await index(store, conversation)
        stuck = await store.due(STUCK_AFTER)
        for conversation_id in stuck:
            await alarms.say_fired(conversation_id)  # whoever hears it carries it on
        if stuck:
            log.warning("%d conversations have waited for more than %.0f s: is the app up?", len(stuck), STUCK_AFTER)


def retrain() -> None:
    """Asks for training where something was corrected that no model has seen."""
    settings, url = Settings.from_environment(os.environ), os.environ["REDIS_URL"]
    if not settings.learn or endpoint_of(settings) is not None:
        return
    with Models.at(url) as models:
        if models.training().is_due:
            enqueue_training(url)


def estimate_all_skills() -> None:
    """Estimates everybody's skill anew, in each workspace with an open session."""
    for team in asyncio.run(_teams(os.environ["REDIS_URL"])):
        estimate_skills(team)


async def _teams(redis_url: str) -> list[str]:
    async with _store(redis_url) as (_, store):
        return sorted({conversation.session.team async for conversation in _active(store)})


def expire() -> None:
    """Finishes sessions in which nothing has happened for as long as the settings say; their files are posted first."""
    settings = Settings.from_environment(os.environ)
    if settings.expire_days:
        asyncio.run(expire_abandoned(os.environ["REDIS_URL"], settings.expire_days, clock.now()))


async def expire_abandoned(redis_url: str, days: float, now: float) -> list[str]:
    """Begins to finish them, and returns their ids. ``now`` in Unix seconds. Raises StoreUnavailable."""
    ended, export = [], WorkerRequests(redis_url).export
    async with _store(redis_url) as (_, store):
        async for conversation in _active(store):
            if not abandoned(conversation, now - days * 86400):
                continue
            try:
                await store.commit(conversation.id, ended_by_itself(conversation))
            except Conflict:  # somebody has just come back
                continue
            await export(conversation.id)
            log.info("session %s was abandoned; it is being finished", conversation.id)
            ended.append(conversation.id)
    return ended


@asynccontextmanager
async def _store(redis_url: str) -> AsyncIterator[tuple[Redis, Store]]:
    redis = connect(redis_url)
    try:
        yield redis, Store(redis)
    finally:
        await redis.aclose()


async def _active(store: Store) -> AsyncIterator[Conversation]:
    """The conversations that are not over, without what the assistant's domain says."""
    reader = Reader(store, lambda: _NO_DOMAIN)
    for conversation_id in await store.active():
        conversation = await reader.read(conversation_id)
        if conversation is not None:
            yield conversation
