"""The app is killed at any moment of a session, started again, and the session comes to the same end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.between import between
from tests.faults.programs import Program
from tests.faults.session import Session
from tests.faults.world import world

#: Sessions that are played at the same time, each with processes and a database of its own.
LANES = 4
#: How many writes later the app is killed in each further session of a lane.
WRITES_APART = 4 * LANES
#: Acts after which the quick test kills: one of each kind.
QUICK = frozenset({"teach", "say are you human?", "cleo picks mood_bad", "finish"})


class Killer:
    """Kills the app at the call of some number: after the call's effect, before the app hears of it."""

    def __init__(self, app: Program) -> None:
        self._app = app
        self._left: int | None = None
        #: The call at which it struck.
        self.struck = ""

    def aim(self, calls: int) -> None:
        """At the call of this number from now on, counted from 1."""
        self._left, self.struck = calls, ""

    def called(self, method: str, arguments: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Slack was called; files are the worker's."""
        del arguments, answer
        if not method.startswith("files."):
            self.count(method)

    def count(self, what: str = "a write") -> None:
        """Something took effect, and the app doesn't know yet."""
        if self._left is None:
            return
        self._left -= 1
        if self._left == 0:
            self._left, self.struck = None, what
            restart(self._app)


def restart(app: Program) -> None:
    """Kills it and starts it again, as whatever watches over it would."""
    app.kill()
    app.start()


@pytest.mark.slow
async def test_killed_after_acts_of_each_kind(redis_url: str, tmp_path: Path) -> None:
    async with world(redis_url, tmp_path) as made:
        app, _ = await made.running("serve", "work")
        session = Session(made)
        assert {act.name for act in session.acts} >= QUICK
        for act in session.acts:
            await session.perform(act, (lambda: restart(app)) if act.name in QUICK else lambda: None)
        await session.check()


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_killed_after_each_act(redis_url: str, tmp_path: Path) -> None:
    async with world(redis_url, tmp_path, seconds=480) as made:
        app, _ = await made.running("serve", "work")
        session = Session(made)
        for act in session.acts:
            await session.perform(act, lambda: restart(app))
        await session.check()


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_killed_at_each_call(redis_url: str, tmp_path: Path) -> None:
    """What the app told Slack took effect, and the app died before it learnt of it: for each call of the session."""
    struck = await asyncio.gather(*(_lane(number, f"{redis_url}?db={number}", tmp_path) for number in range(LANES)))
    methods = {method for lane in struck for method in lane}
    assert methods >= {"chat.postMessage", "chat.update", "views.open", "conversations.members"}, struck


async def _lane(number: int, redis_url: str, folder: Path) -> list[str]:
    """Sessions one after the other over one store; in each the app is killed at another call."""
    struck = []
    async with world(redis_url, folder / str(number), seconds=480) as made:
        app, _ = await made.running("serve", "work")
        killer = Killer(app)
        made.slack.on_call(killer.called)
        for call in range(number + 1, 200, LANES):
            session = Session(made, f"call-{call}")
            killer.aim(call)
            for act in session.acts:
                await session.perform(act)
            await session.check()
            if not killer.struck:  # the session has fewer calls
                break
            struck.append(killer.struck)
            await app.is_ready()
    return struck


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_killed_at_writes(redis_url: str, tmp_path: Path) -> None:
    """What the app stored is stored, and the app died before it learnt of it: for a sample of a session's writes."""
    struck = await asyncio.gather(*(_writing_lane(number, redis_url, tmp_path) for number in range(LANES)))
    assert sum(struck) >= 4 * LANES


async def _writing_lane(number: int, redis_url: str, folder: Path) -> int:
    """Sessions one after the other; in each the app is killed some writes later than in the one before."""
    with tempfile.TemporaryDirectory(prefix="st-") as short:
        place, server = Path(short) / "s", Path(redis_url.removeprefix("unix://"))
        async with AsyncExitStack() as stack:
            made = await stack.enter_async_context(world(f"{redis_url}?db={number}", folder / str(number), seconds=480))
            app = made.program("serve", REDIS_URL=f"unix://{place}?db={number}")
            killer = Killer(app)
            await stack.enter_async_context(between(server, place, killer.count))
            app.start()
            await made.running("work")
            await app.is_ready()
            sessions = 0
            for write in range(3 + number * 3, 400, WRITES_APART):
                session = Session(made, f"write-{write}")
                killer.aim(write)
                for act in session.acts:
                    await session.perform(act)
                await session.check()
                if not killer.struck:  # the session has fewer writes
                    break
                sessions += 1
                await app.is_ready()
            return sessions
