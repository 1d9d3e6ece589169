"""A store over the real server, and a conversation in it."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from slackbot.store import Store

from .looking import FIRST, SESSION


@pytest.fixture
def store(redis: Redis) -> Store:
    return Store(redis)


@pytest.fixture
async def opened(store: Store) -> str:
    """The id of a new conversation."""
    assert await store.create("c1", SESSION, FIRST, "parent")
    return "c1"
