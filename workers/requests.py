"""How the app asks the workers for what takes longer than a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from workers.queue import answering_queue, enqueue_once, job_id_for
from workers.reminders import AlarmClock
from workers.training import enqueue_training


class WorkerRequests:
    """``slackbot.teaching.Requests`` through the queue of a Redis."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._clock = AlarmClock(redis_url)

    async def export(self, conversation_id: str) -> None:
        """The files of a finished session, in its thread."""
        await self._enqueue("workers.jobs.post_export", job_id_for("export", conversation_id), conversation_id)

    async def skills(self, team: str) -> None:
        """A new estimate of the skills of everybody in a workspace."""
        await self._enqueue("workers.crowd.estimate_skills", job_id_for("skills", team), team)

    async def statistics(self, team: str, channel: str, person: str, request: str, *, names: bool) -> None:
        """Numbers and a picture of a channel's votes, for one person. ``request`` names the asking."""
        job_id = job_id_for("statistics", team, request)
        await self._enqueue("workers.crowd.post_statistics", job_id, team, channel, person, names, job_id)

    async def picture(self, conversation_id: str, request: str) -> None:
        """A picture of a conversation and the stories around it, in its thread. ``request`` names the asking."""
        job_id = job_id_for("picture", conversation_id, request)
        await self._enqueue("workers.pictures.post_picture", job_id, conversation_id, job_id)

    async def training(self) -> None:
        """A model that has learned all that was agreed so far."""
        await asyncio.to_thread(enqueue_training, self._url)

    async def alarms(self, times: Sequence[float]) -> None:
        """Reminders to be fired at these times, in Unix seconds."""
        await self._clock(times)

    async def metrics(self) -> tuple[bytes, str]:
        """The gauges for Prometheus, and their content type."""
        from workers.metrics import CONTENT_TYPE, metrics  # noqa: PLC0415  only where somebody asks

        return await asyncio.to_thread(metrics, self._url), CONTENT_TYPE

    async def _enqueue(self, function: str, job_id: str, *args: Any) -> None:
        def enqueue() -> None:
            with answering_queue(self._url) as queue:
                enqueue_once(queue, function, *args, job_id=job_id)

        await asyncio.to_thread(enqueue)
