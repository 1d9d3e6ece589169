"""A start that can't succeed ends with status 1 and one line that says what to do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.world import World, world

#: What is said while the assistant is made ready, and on a slow machine how far that has come.
_PROGRESS = re.compile(r"storythread: (loading|Reading|Learning|Learned) .*|[A-Z][^:]*(: [\d,]+ of [\d,]+)?, \d+ s")


@pytest.fixture
async def made(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(redis_url, tmp_path) as made:
        yield made


async def _said(made: World, **variables: str) -> str:
    """What ``storythread serve`` says last before it ends, beside what it always says."""
    program = made.program("serve", **variables)
    program.start()
    assert await program.ended() == 1, program.log
    lines = [line for line in program.log.splitlines() if not _PROGRESS.fullmatch(line)]
    assert len(lines) == 1, program.log
    return lines[0]


async def test_redis_that_is_down(made: World, tmp_path: Path) -> None:
    line = await _said(made, REDIS_URL=f"unix://{tmp_path}/nobody")
    assert line.startswith("storythread: Redis does not answer")
    assert "start it, or correct REDIS_URL" in line


@pytest.mark.parametrize(
    ("variable", "token"), [("SLACK_BOT_TOKEN", "xoxb-1-wrong"), ("SLACK_APP_TOKEN", "xapp-1-A1-1-wrong")]
)
async def test_a_token_that_slack_refuses(made: World, variable: str, token: str) -> None:
    line = await _said(made, **{variable: token})
    assert line.startswith(f"storythread: {variable} is refused by Slack (invalid_auth)")
    assert token not in line
