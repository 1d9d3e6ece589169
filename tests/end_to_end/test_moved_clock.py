"""A clock that the sandbox moves for every process: sessions have its time, and real workers go by it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slackbot import clock
from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.preferences import Preferences
from tests.end_to_end.stage import Stage, shown, staged
from workers.housekeeping import expire_abandoned

Json = dict[str, Any]
BOUND = 90.0
DAY = 86400.0


def until_monday() -> float:
    """Seconds from now until ten o'clock of the next Monday, so that no weekend lies in the days after it."""
    now = datetime.fromtimestamp(time.time(), UTC)
    monday = now.replace(hour=10, minute=0) + timedelta(days=7 - now.weekday())
    return (monday - now).total_seconds()


def found(stage: Stage, who: str) -> list[Json]:
    """What somebody finds in their messages with the app."""
    return stage.slack.messages(stage.slack.direct_message(stage.people[who]))


async def test_a_session_has_the_sandboxs_time_from_its_beginning(
    redis_url: str, bistro: BuiltinCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first events too; so one that has just begun is not taken for abandoned."""
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    async with staged(redis_url, bistro) as stage:
        stage.slack.clock.share(tmp_path / "clock")
        stage.slack.clock.advance(60 * DAY)
        began = clock.now()
        scene = await stage.teach()
        assert (await stage.conversation(scene)).session.started_at >= began
        assert all(event["timestamp"] >= began for event in await scene.events())
        assert await expire_abandoned(redis_url, 30, clock.now()) == []


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_week_passes_in_a_minute(
    redis_url: str, bistro: BuiltinCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reminder fires; a digest comes, the next day another and the backup's; the session is marked until a vote."""
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    async with staged(redis_url, bistro, chosen=lambda people, _: {"backups": (people["dan"].id,)}) as stage:
        stage.slack.clock.share(tmp_path / "clock")
        stage.slack.clock.advance(until_monday())
        for who in ("ada", "cleo"):
            await stage.teaching.people.prefer(stage.people[who].id, Preferences(nudges="off"))
        reminded = await stage.teach()
        assert "will trigger" in await stage.command("remind 20h greet name=lunch")
        scene = await stage.teach("3")
        await scene.say("hi")
        await scene.card("hi")
        async with stage.worker(), stage.worker():
            stage.slack.clock.advance(5 * 3600)
            await stage.slack.wait_for(lambda: found(stage, "ben"), BOUND)
            assert not found(stage, "dan")

            stage.slack.clock.advance(DAY)
            await stage.slack.wait_for(lambda: "The reminder *lunch* fired" in str(reminded.messages), BOUND)
            await stage.slack.wait_for(lambda: len(found(stage, "ben")) == 2, BOUND)
            await stage.slack.wait_for(lambda: found(stage, "dan"), BOUND)
            assert "You are asked in their place" in shown(found(stage, "dan")[0])

            stage.slack.clock.advance(DAY + 600)
            await stage.slack.wait_for(lambda: "Waiting for votes" in shown(scene.parent), BOUND)
            await scene.press("ben", "All right")
            await stage.slack.wait_for(lambda: ":large_green_circle: Open." in shown(scene.parent), BOUND)
            told = len(found(stage, "ben"))
            stage.slack.clock.advance(3600)
            await scene.press("cleo", "All right")
            await scene.press("ada", "All right")
            stage.slack.clock.advance(3600)
            await stage.slack.wait_for(lambda: "Done:" in shown(found(stage, "dan")[0]), BOUND)
            assert len(found(stage, "ben")) == told
        assert sum("The reminder *lunch* fired" in shown(one) for one in reminded.messages) == 1
