"""The worker dies when it has posted the files and before it could note so: they are in the thread once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from tests.faults.app_here import AppHere
from tests.faults.programs import Program, descendants, kill
from tests.faults.session import Session
from tests.faults.world import World, world

#: A worker that finds out within seconds that another one died.
WORKER = """
import os
from slackbot.settings import Settings, configure_logging
from workers.worker import Timing, run_worker
settings = Settings.from_environment(os.environ)
configure_logging(settings)
run_worker(settings, os.environ["REDIS_URL"], timing=Timing(beat=1, grace=1, maintenance=1, worker_ttl=16))
"""


def _worker(made: World) -> Program:
    program = made.program("work")
    program.arguments = ("-c", WORKER)
    return program


async def _finished(made: World, session: Session, when_posted: Callable[[], None]) -> None:
    """A session is played and finished, and something happens as soon as the files are posted."""
    posted: list[str] = []

    def watch(method: str, *_: object) -> None:
        if method == "files.completeUploadExternal" and not posted:
            posted.append(method)
            when_posted()

    made.slack.on_call(watch)
    for act in session.acts:
        await session.perform(act)
    await made.until(lambda: posted)


@pytest.mark.slow
@pytest.mark.timeout(500)
async def test_the_worker_and_its_job_are_killed(redis_url: str, tmp_path: Path, bistro: BuiltinCore) -> None:
    """Another worker does it: RQ's lock on the schedule outlives the dead one by a minute."""
    async with world(redis_url, tmp_path, seconds=480) as made, AppHere(made, bistro):
        worker = _worker(made)
        worker.start()
        session = Session(made)
        await _finished(made, session, worker.kill_all)
        worker.start()
        await session.check(120)


@pytest.mark.slow
async def test_only_the_job_is_killed(redis_url: str, tmp_path: Path, bistro: BuiltinCore) -> None:
    """The worker itself tries it again, after a while."""
    async with world(redis_url, tmp_path) as made, AppHere(made, bistro):
        worker = _worker(made)
        worker.start()
        await worker.is_ready()
        others = descendants(worker.pid)
        session = Session(made)

        def kill_job() -> None:
            for pid in set(descendants(worker.pid)) - set(others):
                kill(pid)

        await _finished(made, session, kill_job)
        await session.check()


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 3])
async def test_slack_loses_its_answer(redis_url: str, tmp_path: Path, bistro: BuiltinCore, times: int) -> None:
    """The files were taken, and the connection broke."""
    async with world(redis_url, tmp_path) as made, AppHere(made, bistro):
        worker = _worker(made)
        worker.start()
        session = Session(made)
        made.slack.faults.drop_response_after("files.completeUploadExternal", times)
        await _finished(made, session, lambda: None)
        await session.check()
