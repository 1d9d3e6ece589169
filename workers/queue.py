"""The queue that the app fills and the workers empty. Jobs are JSON: Redis never holds code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from redis.exceptions import RedisError
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError
from rq.job import Job, JobStatus

from slackbot.errors import StoreUnavailable
from slackbot.store.server import connect_sync

QUEUE_NAME = "storythread"

# Seconds.
RETRY_AFTER = (10, 60, 300)
RESULT_TTL = 60
FAILURE_TTL = 7 * 24 * 3600
TIMEOUT = 120

_LEFTOVERS = frozenset({JobStatus.FAILED, JobStatus.CANCELED, JobStatus.STOPPED})


def job_queue(connection: redis.Redis) -> Queue:
    """The queue; the connection must answer bytes (``connect_sync``)."""
    return Queue(QUEUE_NAME, connection=connection, serializer="json")


@contextmanager
def answering_queue(redis_url: str) -> Iterator[Queue]:
    """The queue of a Redis, for one request. Whatever Redis doesn't answer is raised as StoreUnavailable."""
    try:
        with connect_sync(redis_url) as connection:
            yield job_queue(connection)
    except RedisError as error:
        raise StoreUnavailable(f"Redis does not answer ({error})") from error


def job_id_for(kind: str, *parts: str | int) -> str:
    """The same id for the same parts, whatever characters they have: ``export_3f0c...``.

    RQ's ids are made of letters, digits, ``_`` and ``-``; Slack's timestamps and our conversation ids
    are not.
    """
    digest = hashlib.blake2s(json.dumps(parts).encode(), digest_size=12).hexdigest()
    return f"{kind}_{digest}"


def enqueue_once(
    queue: Queue,
    function: str | Callable[..., Any],
    *args: Any,
    job_id: str,
    retry_after: Sequence[int] = RETRY_AFTER,
    timeout: int = TIMEOUT,
    keep_result: bool = True,
) -> Job:
    """The job with this id: a new one, or the one that waits, runs, or succeeded within RESULT_TTL.

    Without ``keep_result`` one that succeeded is forgotten at once.

    One that failed or was cancelled is forgotten and enqueued anew. ``args`` must be JSON;
    ``retry_after`` are the seconds before each further attempt; an attempt is stopped after
    ``timeout`` seconds. A job may run more than once (its worker may die after it did its work), so
    what it does must bear repetition. Blocks: from async code call it with ``asyncio.to_thread``.
    """
    for _ in range(5):
        try:
            return queue.enqueue_call(
                _name_of(function),
                args=args,
                job_id=job_id,
                unique=True,
                retry=Retry(max=len(retry_after), interval=list(retry_after)),
                timeout=timeout,
                result_ttl=RESULT_TTL if keep_result else 0,
                failure_ttl=FAILURE_TTL,
                description=job_id,
            )
        except DuplicateJobError:
            job = queue.fetch_job(job_id)
        if job is not None and job.get_status() not in _LEFTOVERS:
            return job
        if job is not None:
            job.delete()
    raise StoreUnavailable(f"the job {job_id} is enqueued and deleted by others all the time")


def _name_of(function: str | Callable[..., Any]) -> str:
    """Where a worker finds the function, such as ``workers.jobs.post_export``."""
    return function if isinstance(function, str) else f"{function.__module__}.{function.__qualname__}"
