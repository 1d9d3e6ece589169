"""How the app asks for what is worked out from all votes."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.exceptions import RedisError

from slackbot.errors import StoreUnavailable
from slackbot.store.server import connect_sync
from workers.queue import enqueue_once, job_id_for, job_queue


class CrowdRequests:
    """Asked again and again is as good as once. Every method raises StoreUnavailable."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url

    async def skills(self, team: str) -> None:
        """A new estimate of the skills of everybody in a workspace."""
        await self._enqueue("workers.crowd.estimate_skills", job_id_for("skills", team), team)

    async def statistics(self, team: str, channel: str, person: str, request: str, *, names: bool) -> None:
        """Numbers and a picture of a channel's votes, for one person. ``request`` names the asking."""
        job_id = job_id_for("statistics", team, request)
        await self._enqueue("workers.crowd.post_statistics", job_id, team, channel, person, names, job_id)

    async def _enqueue(self, function: str, job_id: str, *args: Any) -> None:
        def enqueue() -> None:
            try:
                with connect_sync(self._url) as connection:
                    enqueue_once(job_queue(connection), function, *args, job_id=job_id)
            except RedisError as error:
                raise StoreUnavailable(f"Redis does not answer ({error})") from error

        await asyncio.to_thread(enqueue)
