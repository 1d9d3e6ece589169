"""Redis as the workers see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue

from slackbot.store.server import connect_sync
from workers.queue import job_queue


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with connect_sync(redis_url) as client:
        yield client


@pytest.fixture
def queue(connection: Redis) -> Queue:
    return job_queue(connection)
