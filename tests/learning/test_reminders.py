"""Reminders that come due in a conversation: each fires once, between two turns, and what follows is asked about."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.plan import message_of
from slackbot.store import Commit, Store
from slackbot.store.alarms import Alarms
from tests.learning.lesson import Lesson
from workers.reminders import ring_due

#: What the clock says when a lesson begins: before its messages are written.
START = 1_700_000_000.0
NOON = datetime.fromtimestamp(START + 600, UTC)


class Clock:
    """A clock that tests move, and the times that alarms were set for."""

    def __init__(self) -> None:
        self.now = START
        self.alarms: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def set(self, times: Any) -> None:
        self.alarms += times


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def lesson(store: Store, core: BuiltinCore, clock: Clock) -> Lesson:
    made = await Lesson.begin(store, core)
    made.loop = Loop(store, core, clock=clock, alarms=clock.set)
    await made.loop.advance(made.id)
    return made


def reminder(name: str = "r", minutes: float = 10, intent: str = "greet", **more: Any) -> dict[str, Any]:
    moment = datetime.fromtimestamp(START, UTC) + timedelta(minutes=minutes)
    return {"event": "reminder", "name": name, "intent": intent, "date_time": moment.isoformat(), **more}


async def schedule(lesson: Lesson, *events: dict[str, Any]) -> None:
    await lesson.store.commit(lesson.id, Commit(events=events))
    await lesson.loop.advance(lesson.id)


async def at(lesson: Lesson, clock: Clock, minutes: float) -> None:
    """Time passes, and the app goes on."""
    clock.now = START + 60 * minutes
    await lesson.loop.advance(lesson.id)


async def test_a_reminder_fires_when_it_is_due_and_what_follows_is_asked(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder())
    await at(lesson, clock, 9.9)
    assert await lesson.log() == ["reminder"]
    await at(lesson, clock, 10)
    assert await lesson.log() == ["reminder", "greet"]
    assert await lesson.asks() == ["utter_greet", "action_listen"]
    message = (await lesson.question()).message
    assert (message.text, message.reminder) == ("EXTERNAL: greet", "r")
    await lesson.accept("ben")
    assert await lesson.log() == ["reminder", "greet", "utter_greet", "“Hello!”", "listen"]
    await at(lesson, clock, 30)
    assert (await lesson.state()).question is None


async def test_its_entities_fill_slots_and_stay_out_of_the_examples(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder(intent="order", entities={"dish": "pie"}))
    await at(lesson, clock, 10)
    assert await lesson.log() == ["reminder", "order", "dish=pie"]
    spoken = message_of((await lesson.state()).tracker)
    assert spoken.text == "EXTERNAL: order"
    assert (await lesson.state()).tracker.latest_message.metadata["is_external"]  # type: ignore[union-attr]


async def test_while_a_question_is_open_it_is_held_back_until_that_is_decided(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder(kill_on_user_msg=False))
    await lesson.say("hi")
    await at(lesson, clock, 11)
    assert (await lesson.question()).message.text == "hi"
    await lesson.accept("ben")
    assert (await lesson.question()).message.text == "EXTERNAL: greet"


async def test_a_message_of_before_goes_first_and_one_of_afterwards_waits(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder("now", minutes=0, intent="bye", kill_on_user_msg=False))
    assert (await lesson.question()).message.reminder == "now"
    await schedule(lesson, reminder("later", kill_on_user_msg=False))
    await lesson.say("hi")  # before the later one, which is due while the first is still asked about
    await at(lesson, clock, 11)
    await lesson.accept("ben")
    assert (await lesson.question()).message.text == "hi"
    await lesson.accept("ben")
    assert (await lesson.question()).message.reminder == "later"


async def test_the_users_message_kills_it_unless_it_says_otherwise(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder("killed"), reminder("stays", kill_on_user_msg=False))
    await lesson.say("hi")
    await lesson.accept("ben")
    await at(lesson, clock, 10)
    assert (await lesson.question()).message.reminder == "stays"
    await lesson.accept("ben")
    assert (await lesson.state()).question is None


async def test_a_pause_holds_it_back_until_the_conversation_is_resumed(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder(), {"event": "pause"})
    await at(lesson, clock, 20)
    assert await lesson.log() == ["reminder", "pause"]
    await schedule(lesson, {"event": "resume"})
    assert (await lesson.log())[-1] == "greet"


@pytest.mark.parametrize("control", [Control.RESTART, Control.ABORT, Control.FINISH])
async def test_the_end_of_a_conversation_takes_it_away(lesson: Lesson, clock: Clock, control: Control) -> None:
    await schedule(lesson, reminder(kill_on_user_msg=False))
    await lesson.control(control)
    await at(lesson, clock, 20)
    assert "greet" not in await lesson.log()
    assert (await lesson.state()).question is None


async def test_undo_takes_away_what_an_action_had_set_and_brings_back_what_it_cancelled(lesson: Lesson) -> None:
    ran = {"event": "action", "name": "action_pay"}
    await schedule(lesson, reminder("old", 20), ran, {"event": "cancel_reminder"}, reminder("new"))
    assert (await lesson.state()).snapshot.alarm == ("new", START + 600)
    await schedule(lesson, {"event": "undo"})
    assert (await lesson.state()).snapshot.alarm == ("old", START + 1200)


async def test_what_fired_and_was_undone_does_not_fire_again(lesson: Lesson, clock: Clock) -> None:
    await schedule(lesson, reminder(kill_on_user_msg=False))
    await at(lesson, clock, 10)
    await lesson.control(Control.UNDO)
    await at(lesson, clock, 11)
    assert await lesson.log() == ["reminder", "greet", "rewind", "listen", "reminder"]


async def test_alarms_are_set_for_new_reminders_in_utc(lesson: Lesson, clock: Clock) -> None:
    """By an action: what the loop itself writes."""
    naive = NOON.replace(tzinfo=None).isoformat()
    state = await lesson.state()
    await lesson.loop._commit(state, replace(Commit(), events=[reminder() | {"date_time": naive, "name": None}]))
    assert clock.alarms == [NOON.timestamp()]
    [event] = [event.as_dict() for event in (await lesson.state()).tracker.events if event.type_name == "reminder"]
    assert event["name"]


async def test_workers_and_apps_that_ring_at_once_fire_each_once(
    redis: Redis, redis_url: str, core: BuiltinCore, clock: Clock
) -> None:
    store, lessons = Store(redis), []
    for number in range(30):
        one = await Lesson.begin(store, core, f"c{number}")
        one.loop = Loop(store, core, clock=clock)
        await schedule(one, reminder(f"r{number}"))
        lessons.append(one)
    clock.now = START + 600
    workers = (ring_due(redis_url, clock) for _ in range(3))
    rung = await asyncio.gather(*workers, *(one.loop.advance(one.id) for one in lessons[:15]))
    assert sum(found for found in rung[:3] if found) <= 30
    for one in lessons:
        await one.loop.advance(one.id)
        assert await one.log() == ["reminder", "greet"]
        assert await one.asks() == ["utter_greet", "action_listen"]
    assert await Alarms(redis).counts() == (0, 0)


async def test_a_worker_holds_back_what_can_not_fire_and_the_app_fires_it(
    redis: Redis, redis_url: str, lesson: Lesson, clock: Clock
) -> None:
    await schedule(lesson, reminder(kill_on_user_msg=False))
    await lesson.say("hi")
    clock.now = START + 600
    assert await ring_due(redis_url, clock) == 0
    assert await Alarms(redis).counts() == (0, 1)
    await lesson.accept("ben")
    assert (await lesson.question()).message.reminder == "r"
    assert await Alarms(redis).counts() == (0, 0)
