"""Redo in the loop: decisions, verdicts, reminders and messages come back as they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from slackbot.dialogue.reminders import pending
from slackbot.errors import Conflict, Refused
from slackbot.learning.agreed import agreed
from slackbot.learning.controls import Control
from slackbot.learning.question import Outcome
from slackbot.store import Commit, keys
from tests.learning.exported import exported
from tests.learning.lesson import Lesson
from tests.learning.test_controls import ONE_TURN, taught


async def test_undo_and_redo_across_a_restart(lesson: Lesson) -> None:
    await taught(lesson, "a soup")
    await lesson.control(Control.RESTART)
    await taught(lesson, "hi")
    files = await exported(lesson)
    for words in ("utter_greet", "“hi”", "the restart", "utter_dish", "“a soup”"):
        assert await lesson.control(Control.UNDO) == f"taken back: {words}"
    assert await lesson.applied() == ["listen"]
    assert "stories.yml" not in await exported(lesson)
    for words in ("“a soup”", "utter_dish"):
        assert await lesson.control(Control.REDO) == f"done again: {words}"
    state = await lesson.state()
    assert (state.tracker.slots["dish"], state.question) == ("soup", None)
    for words in ("the restart", "“hi”", "utter_greet"):
        assert await lesson.control(Control.REDO) == f"done again: {words}"
    assert await lesson.applied() == ["listen", *ONE_TURN]
    assert await exported(lesson) == files
    with pytest.raises(Refused, match="nothing to redo"):
        await lesson.control(Control.REDO)


async def test_verdicts_and_what_is_learned_follow(lesson: Lesson, redis: Redis) -> None:
    await taught(lesson, "hi")
    verdict = await redis.hget(keys.JUDGED, f"{lesson.id}:1")
    domain = lesson.loop.core.domain
    learned = (await agreed(lesson.store, domain)).taught
    assert verdict
    assert [example.text for example in learned.examples] == ["hi"]
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    assert await redis.hget(keys.JUDGED, f"{lesson.id}:1") is None
    assert (await agreed(lesson.store, domain)).taught.examples == ()
    await lesson.control(Control.REDO)
    await lesson.control(Control.REDO)
    assert await redis.hget(keys.JUDGED, f"{lesson.id}:1") == verdict
    assert (await agreed(lesson.store, domain)).taught == learned


async def test_a_reminder_that_a_message_killed_is_pending_again_while_that_is_taken_back(lesson: Lesson) -> None:
    """So it is in the index that says when to look."""
    noon = datetime(2040, 1, 1, tzinfo=UTC).isoformat()
    await lesson.store.commit(
        lesson.id, Commit(events=[{"event": "reminder", "name": "r", "intent": "greet", "date_time": noon}])
    )
    await taught(lesson, "hi")
    for control, names in ((Control.UNDO, []), (Control.UNDO, ["r"]), (Control.REDO, []), (Control.REDO, [])):
        await lesson.control(control)
        state = await lesson.state()
        assert [one.name for one in pending(state.tracker)] == names
        assert ([state.snapshot.alarm[0]] if state.snapshot.alarm else []) == names


async def test_a_message_that_is_asked_about_just_now_waits_again_behind_what_comes_back(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.control(Control.UNDO)
    await lesson.say("bye")
    assert await lesson.asks() == ["bye", "[]", "utter_bye", "action_listen"]
    await lesson.control(Control.REDO)
    assert (await lesson.question()).message.text == "hi"
    assert [message.text for message in (await lesson.state()).waiting] == ["bye"]
    assert [record.outcome for record in await lesson.closed()] == [Outcome.UNDONE, Outcome.REDONE]


async def test_nothing_is_brought_back_once_something_new_was_agreed(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    await taught(lesson, "bye")
    with pytest.raises(Refused, match="nothing to redo"):
        await lesson.control(Control.REDO)


async def test_a_pause_between_undo_and_redo_is_nothing_new(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.PAUSE)
    await lesson.control(Control.RESUME)
    await lesson.control(Control.REDO)
    assert (await lesson.applied())[-4:] == ONE_TURN


async def test_a_double_press_redoes_once(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    seen = (await lesson.state()).version
    await lesson.loop.control(lesson.id, Control.REDO, "owner", version=seen)
    with pytest.raises(Conflict):
        await lesson.loop.control(lesson.id, Control.REDO, "owner", version=seen)


async def test_an_event_that_claims_an_impossible_mark_counts_as_said(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    for mark in ({"to": 99, "start": 7}, {"to": "0"}, "all", {"to": -1, "start": 0}):
        event = {"event": "slot", "name": "dish", "value": "pie", "metadata": {"goes_to": mark}}
        await lesson.store.commit(lesson.id, Commit(events=[event]))
    assert "utter_greet" in (await exported(lesson))["stories.yml"]
