"""Conversations that are taught in Slack, read and written over the API."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot import clock
from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import retrieve_tracker
from slackbot.learning.controls import Control
from slackbot.store import Store
from tests.api.conftest import Api
from tests.learning.lesson import Lesson

PAUSE = {"event": "pause"}


async def test_one_can_be_read_at_any_time_with_what_its_session_added(
    api: Api, redis: Redis, tiny: BuiltinCore
) -> None:
    lesson = await Lesson.begin(Store(redis), tiny)
    assert len((await retrieve_tracker(api.endpoint, lesson.id))["events"]) == 3
    await lesson.add(actions=("action_fly",))
    await lesson.say("hi")
    await lesson.accept("U1")
    tracker = await retrieve_tracker(api.endpoint, lesson.id)
    assert tracker["events"] == [event.as_dict() for event in (await lesson.state()).tracker.events]
    _, prediction = await api.ask("POST", f"/conversations/{lesson.id}/predict")
    assert "action_fly" in {score["action"] for score in prediction["scores"]}


async def test_what_is_written_has_the_time_of_all_the_program(
    api: Api, redis: Redis, tiny: BuiltinCore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which a sandbox may have moved: the user's silence, too, is told by it."""
    lesson = await Lesson.begin(Store(redis), tiny)
    clock.set_ahead(tmp_path / "clock", 86400)
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    began = clock.now()
    assert (await api.ask("POST", f"/conversations/{lesson.id}/tracker/events", PAUSE))[0] == 200
    *_, paused = (await lesson.state()).tracker.events
    assert paused.timestamp is not None
    assert paused.timestamp >= began


async def test_one_is_not_written_while_a_question_is_open(api: Api, redis: Redis, tiny: BuiltinCore) -> None:
    lesson = await Lesson.begin(Store(redis), tiny)
    await lesson.say("hi")
    before = (await lesson.state()).snapshot
    for method in ("POST", "PUT"):
        status, error = await api.ask(method, f"/conversations/{lesson.id}/tracker/events", [PAUSE])
        assert (status, error["reason"]) == (409, "Conflict")
    assert (await lesson.state()).snapshot == before
    await lesson.accept("U1")
    assert (await api.ask("POST", f"/conversations/{lesson.id}/tracker/events", PAUSE))[0] == 200
    assert (await lesson.state()).tracker.paused


async def test_what_is_written_between_two_turns_is_carried_on_by_the_loop(
    api: Api, redis: Redis, tiny: BuiltinCore
) -> None:
    lesson = await Lesson.begin(Store(redis), tiny)
    said = {"text": "hi", "sender": "user"}
    assert (await api.ask("POST", f"/conversations/{lesson.id}/messages", said))[0] == 200
    assert await Store(redis).due(0) == [lesson.id]
    await lesson.loop.advance(lesson.id)
    assert (await lesson.question()).parts[0].suggested == "utter_greet"


async def test_one_that_is_over_is_not_written(api: Api, redis: Redis, tiny: BuiltinCore) -> None:
    lesson = await Lesson.begin(Store(redis), tiny)
    await lesson.control(Control.ABORT)
    status, error = await api.ask("POST", f"/conversations/{lesson.id}/tracker/events", PAUSE)
    assert (status, error["message"]) == (
        409,
        f"Conversation {lesson.id} can't be written: its session is over.",
    )


async def test_one_that_the_api_made_has_no_session_and_waits_for_nobody(api: Api, redis: Redis) -> None:
    await api.ask("POST", "/conversations/mine/messages", {"text": "hi", "sender": "user"})
    store = Store(redis)
    assert await store.read("mine") is None
    assert await store.active() == await store.due(0) == await store.undrawn(0) == await store.conversations(9) == []
