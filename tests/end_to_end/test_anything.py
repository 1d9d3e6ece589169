"""People who do anything at any time break nothing."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from random import Random

import pytest

from slackbot.store import Store
from tests.end_to_end.somebody import Crowd, Somebody, calm, check, refused
from tests.end_to_end.stage import Stage


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_people_do_the_conversation_stays_whole(
    stage: Stage, seed: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every press is acknowledged, nothing fails behind it, no vote is lost, and what was agreed can be exported."""
    crowd = Crowd(stage, Random(seed))
    monkeypatch.setattr(Store, "vote", crowd.watch(Store.vote))
    await stage.teach(str(1 + seed % 2))
    people = [Somebody(crowd, name) for name in ("ada", "ada", "ben", "cleo")]
    for _ in range(40):
        await asyncio.gather(*(somebody.act() for somebody in crowd.random.sample(people, 2)))
    for scene in await crowd.bound():
        await calm(scene, worker=False)
        await check(crowd, scene, tmp_path)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert refused(stage) == []
    assert crowd.unacknowledged == []
