"""What a process left behind when it died, another one that is running takes up."""

from __future__ import annotations

import asyncio

import pytest

from slackbot.learning.controls import Control
from slackbot.store.server import connect_sync
from slackbot.teaching import advancing
from tests.end_to_end.stage import Stage
from tests.faults.world import STEP, conversation_of
from workers.queue import job_queue


async def test_a_session_whose_export_got_lost_is_exported(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread shows that it is finished, nothing else is to do, and no job is there (any more) to post the files."""
    monkeypatch.setattr(advancing, "TAKE_UP_AFTER", -1.0)
    scene = await stage.teach()
    loop = stage.teaching.loop
    conversation = await conversation_of(scene)
    await loop.control(conversation, Control.FINISH, stage.ada.id, version=None)
    await loop.advance(conversation)
    await stage.teaching.threads.draw(conversation)
    await scene.shows("the files are on their way")
    with connect_sync(stage.redis_url) as connection:
        assert job_queue(connection).count == 0
        async with asyncio.timeout(STEP):
            while job_queue(connection).count == 0:  # while a process is at work on the session, it leaves it alone
                await stage.teaching.advancing.take_up()
                await asyncio.sleep(0.05)
        assert job_queue(connection).count == 1
