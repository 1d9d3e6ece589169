"""The small Rasa server with the tiny assistant, and the core and the loop over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.store import Store
from tests.core.rasa.rasa_server import TOKEN, RasaServer
from tests.learning.assistant import tiny_assistant
from tests.learning.lesson import Lesson


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(params=[False, True], ids=["in memory", "merging"])
async def server(request: pytest.FixtureRequest, tiny: BuiltinCore) -> AsyncIterator[RasaServer]:
    """With both kinds of store."""
    async with RasaServer(tiny, merges=request.param).running() as server:
        yield server


@pytest.fixture
def endpoint(server: RasaServer) -> EndpointConfig:
    return EndpointConfig(server.url, token=TOKEN, timeout=60)


@pytest.fixture
async def core(endpoint: EndpointConfig) -> RasaCore:
    return await RasaCore.connect(endpoint)


@pytest.fixture
async def lesson(redis: Redis, core: RasaCore) -> Lesson:
    """A conversation taught to the server, in which one person's word decides."""
    return await Lesson.begin(Store(redis), core)
