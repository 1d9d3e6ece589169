"""The tiny assistant, learnt once a process, and a lesson over the real store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.store import Store
from slackbot.store.server import connect
from tests.learning.assistant import tiny_assistant
from tests.learning.lesson import Lesson


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def store(redis: Redis) -> Store:
    return Store(redis)


@pytest.fixture
async def lesson(store: Store, core: BuiltinCore) -> Lesson:
    """A conversation in which one person's word decides."""
    return await Lesson.begin(store, core)


@pytest.fixture
async def other_redis(redis_url: str) -> AsyncIterator[Redis]:
    """Another process's connection."""
    async with connect(redis_url) as client:
        yield client
