"""Reminders in a thread: set by hand, fired when the clock says so, and asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import shown, staged
from workers.reminders import ring_due

START = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # Europe's clocks go back half an hour later


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_reminder_set_by_hand_fires_in_the_thread_and_is_taught(
    redis_url: str, bistro: BuiltinCore, clock: Clock
) -> None:
    async with staged(redis_url, bistro) as stage:
        stage.teaching.loop._clock = clock
        scene = await stage.teach()
        answer = await stage.command('remind 1h greet name=nudge {"guest": "Ann"}')
        assert answer.startswith("The reminder *nudge* will trigger `greet` with")
        assert "2027-10-31 01:30:00 UTC" in answer
        assert await stage.command("remind 2027-10-31T02:30+01:00 goodbye keep name=later") != answer
        assert (await stage.command("remind list")).count("\n") == 1
        assert await stage.command("remind cancel later") == "Cancelled: *later*."
        clock.now += timedelta(minutes=59)
        assert await ring_due(redis_url, clock) == 0
        clock.now += timedelta(minutes=1)
        assert await ring_due(redis_url, clock) == 1
        card = await scene.card("EXTERNAL: greet")
        assert shown(card).startswith(":alarm_clock: The reminder *nudge* fired: “EXTERNAL: greet”")
        await scene.agree("ben")
        assert (await scene.steps())[:4] == ["reminder", "reminder", "cancel_reminder", "user:greet"]
        assert await stage.command("remind list") == "No reminder is to fire in this session."


@pytest.mark.parametrize(
    ("by", "words", "answer"),
    [
        ("ben", "remind 10m greet", "You have no open session in this channel."),
        ("ada", "remind 10m gret", "The assistant has no intent `gret`. Did you mean `greet`?"),
        ("ada", "remind soon greet", "I can't read the time `soon`"),
        ("ada", "remind 10m greet in 1700000000.000100", "There is no open session in that thread"),
        ("ada", "remind cancel lunch", "No reminder fits that; nothing was cancelled."),
        ("ada", "remind", "*/teach remind 10m INTENT"),
    ],
)
async def test_what_can_not_be_done_is_said(
    redis_url: str, bistro: BuiltinCore, by: str, words: str, answer: str
) -> None:
    async with staged(redis_url, bistro) as stage:
        await stage.teach()
        assert (await stage.command(words, by=by)).startswith(answer)


async def test_who_may_not_control_a_session_can_not_set_its_reminders(redis_url: str, bistro: BuiltinCore) -> None:
    async with staged(redis_url, bistro) as stage:
        scene = await stage.teach()
        answer = await stage.command(f"remind 10m greet in {scene.ts}", by="ben")
        assert "reminder" not in await scene.steps()
        assert stage.ada.id in answer
