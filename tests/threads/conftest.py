"""A room to draw in. What is in no hurry is bundled for a shorter time than in real life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox import Sandbox
from slackbot.threads import threads
from tests.learning.assistant import tiny_assistant
from tests.threads.room import Process, Room


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def room(redis_url: str, core: BuiltinCore, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(threads, "BUNDLE", 0.15)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox())
        yield Room(sandbox, sandbox.add_channel("teaching"), core, redis_url, stack)


@pytest.fixture
async def app(room: Room) -> Process:
    """One process, with a lesson that it has not drawn yet."""
    return await room.process()
