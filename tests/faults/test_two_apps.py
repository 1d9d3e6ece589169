"""Two processes of the app over one workspace and one Redis: Slack gives each delivery to either of them."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from tests.faults.app_here import AppHere
from tests.faults.programs import Program
from tests.faults.session import Session
from tests.faults.world import world

_SEED = 20


@pytest.mark.slow
async def test_they_share_the_work(redis_url: str, tmp_path: Path, bistro: BuiltinCore) -> None:
    async with world(redis_url, tmp_path) as made, AppHere(made, bistro), AppHere(made, bistro):
        await made.running("work")
        sessions = [Session(made, f"channel-{number}") for number in range(4)]
        await asyncio.gather(*(_played(session) for session in sessions))
        assert made.slack.connections == 4


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_either_is_killed_at_any_time(redis_url: str, tmp_path: Path) -> None:
    """Sessions go on, whoever dies, and come to the same files."""
    async with world(redis_url, tmp_path, seconds=480) as made:
        first, second, _ = await made.running("serve", "serve", "work")
        killing = asyncio.create_task(_kill_in_turn([first, second], random.Random(_SEED)))
        try:
            for batch in range(3):
                sessions = [Session(made, f"channel-{batch}-{number}") for number in range(2)]
                await asyncio.gather(*(_played(session, pause=0.5) for session in sessions))
        finally:
            killing.cancel()
            await asyncio.wait({killing})
        assert first.starts + second.starts >= 6


async def _played(session: Session, pause: float = 0.0) -> None:
    for act in session.acts:
        await session.perform(act)
        await asyncio.sleep(pause)
    await session.check()


async def _kill_in_turn(apps: list[Program], chance: random.Random) -> None:
    """Kills one after the other at any moment, also while it starts; the other one is left alone meanwhile."""
    while True:
        app = chance.choice(apps)
        await asyncio.gather(*(other.is_ready() for other in apps if other is not app))
        await asyncio.sleep(chance.uniform(0.0, 3.0))
        app.kill()
        app.start()
