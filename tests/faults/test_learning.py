"""Every process of the app takes what was learned, whichever of them it was taught in."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.store.models import Models
from tests.faults.world import poll, world
from tests.learning.lesson import Lesson


@pytest.mark.slow
async def test_two_processes_both_take_the_new_version(redis_url: str, tmp_path: Path, bistro: BuiltinCore) -> None:
    async with world(redis_url, tmp_path) as made:
        programs = [made.program(name, STORYTHREAD_LEARN="yes") for name in ("serve", "serve", "work")]
        for program in programs:
            program.start()
        for program in programs:
            await program.is_ready()
        channel = made.slack.add_channel("teaching")
        lesson = await Lesson.begin(made.store, bistro, channel=channel)
        await lesson.say("it rains again")
        await lesson.change("ben", intent="mood_bad")
        await lesson.accept("ben")
        with Models.at(redis_url) as models:
            await poll(lambda: any(model.agreed for model in models.training().models))
            newest = f"version {models.latest_version()} of the model is in use"
        await poll(lambda: all(newest in program.log for program in programs[:2]))
