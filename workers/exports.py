"""How the app asks for an export."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from slackbot.errors import StoreUnavailable
from slackbot.store.server import connect_sync
from workers.queue import enqueue_once, job_id_for, job_queue


def exporter(redis_url: str) -> Callable[[str], Awaitable[None]]:
    """A function that enqueues the export of a conversation; again and again is as good as once.

    It raises StoreUnavailable.
    """

    def enqueue(conversation_id: str) -> None:
        try:
            with connect_sync(redis_url) as connection:
                job_id = job_id_for("export", conversation_id)
                enqueue_once(job_queue(connection), "workers.jobs.post_export", conversation_id, job_id=job_id)
        except RedisError as error:
            raise StoreUnavailable(f"Redis does not answer ({error})") from error

    async def export(conversation_id: str) -> None:
        await asyncio.to_thread(enqueue, conversation_id)

    return export
