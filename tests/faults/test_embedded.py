"""Without REDIS_URL: the app and its own Valkey are killed together, and nothing that was acknowledged is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.programs import Program, kill
from tests.faults.session import STEPS, Session
from tests.faults.world import world

#: Acts after which everything is killed.
KILLED_AFTER = frozenset({"say are you human?", "ben picks mood_bad", "finish"})


def _kill_everything(app: Program, data: Path) -> None:
    app.kill()
    kill(int((data / "valkey" / "valkey.pid").read_text()))


@pytest.mark.slow
async def test_killed_together(tmp_path: Path) -> None:
    async with world("", tmp_path) as made:
        (app,) = await made.running("serve")
        made.redis_url = f"unix://{tmp_path / 'data' / 'valkey' / 'socket'}"
        session = Session(made)

        def die() -> None:
            _kill_everything(app, tmp_path / "data")
            app.start()

        for act in session.acts:
            await session.perform(act, die if act.name in KILLED_AFTER else lambda: None)
        await made.running("work")
        await session.check()


@pytest.mark.slow
async def test_only_valkey_is_killed(tmp_path: Path) -> None:
    """The app starts it again and goes on by itself."""
    async with world("", tmp_path) as made:
        (app,) = await made.running("serve")
        made.redis_url = f"unix://{tmp_path / 'data' / 'valkey' / 'socket'}"
        session = Session(made)
        for act in session.acts[:4]:
            await session.perform(act)
            kill(int((tmp_path / "data" / "valkey" / "valkey.pid").read_text()))
        assert app.starts == 1
        assert await session.steps() == STEPS[:4]
