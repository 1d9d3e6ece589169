"""A session that nobody carries on."""

from __future__ import annotations

import time

from slackbot.core.builtin import BuiltinCore
from slackbot.learning.session import Status
from tests.end_to_end.stage import shown, staged
from workers.housekeeping import expire_abandoned

DAY = 86400.0


async def test_the_thread_says_that_an_abandoned_session_was_finished_and_has_its_files(
    redis_url: str, bistro: BuiltinCore
) -> None:
    async with staged(redis_url, bistro) as stage:
        scene = await stage.teach()
        await scene.teach_turn("hi", "ben")
        await scene.settled()
        assert await expire_abandoned(redis_url, 30, time.time() + 29 * DAY) == []
        assert len(await expire_abandoned(redis_url, 30, time.time() + 31 * DAY)) == 1
        async with stage.worker():
            assert "stories.yml" in await scene.files()
        assert "Finished by itself" in shown(scene.parent)
        assert "Nothing happened here for long, so I finished this session." in scene.text
        assert (await stage.conversation(scene)).session.status is Status.FINISHED
