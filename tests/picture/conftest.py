"""A lesson over the real store, as in the tests of the learning loop."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.store import Store
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.lesson import Lesson


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny assistant's files."""
    return write_project(tmp_path_factory.mktemp("tiny"), DOMAIN, DATA)


@pytest.fixture(scope="session")
def core(folder: Path) -> BuiltinCore:
    return BuiltinCore.load(folder)


@pytest.fixture
def store(redis: Redis) -> Store:
    return Store(redis)


@pytest.fixture
async def lesson(store: Store, core: BuiltinCore) -> Lesson:
    """A conversation in which two people must agree."""
    return await Lesson.begin(store, core, quorum=2)
