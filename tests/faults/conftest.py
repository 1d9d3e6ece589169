"""The stage with the app in this process, for faults that need no process of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.settings import example_assistant
from slackbot.threads import threads
from tests.end_to_end.stage import Stage, staged


@pytest.fixture(autouse=True)
def _drawn_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in no hurry is drawn soon, by the app in this process."""
    monkeypatch.setattr(threads, "BUNDLE", 0.1)


@pytest.fixture(scope="session")
def bistro() -> BuiltinCore:
    return BuiltinCore.load(example_assistant())


@pytest.fixture
async def stage(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Stage]:
    async with staged(redis_url, bistro, retry_delays=(0.1, 0.5, 2.0)) as stage:
        yield stage
