"""The stage as a fixture; the example assistant is trained once a process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.settings import example_assistant
from tests.end_to_end.stage import Stage, staged


@pytest.fixture(scope="session")
def bistro() -> BuiltinCore:
    return BuiltinCore.load(example_assistant())


@pytest.fixture
async def stage(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Stage]:
    async with staged(redis_url, bistro) as stage:
        yield stage
