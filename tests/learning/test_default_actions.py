"""Rasa's own actions, agreed on like any other: they take turns back or begin anew, and the loop goes on from there."""

from __future__ import annotations

import pytest

from slackbot.errors import Refused
from slackbot.learning.controls import Control
from tests.learning.lesson import Lesson


async def agreed(lesson: Lesson, text: str, action: str) -> str:
    """A message, and this action in place of the suggested one. Returns the message's ts."""
    ts = await lesson.say(text)
    await lesson.change("ben", action=action)
    return ts


async def finish_turn(lesson: Lesson) -> None:
    for _ in range(9):
        if (await lesson.state()).question is None:
            return
        await lesson.accept("ben")
    pytest.fail("the turn doesn't end")


async def test_an_agreed_restart_begins_another_story(lesson: Lesson) -> None:
    await agreed(lesson, "hi", "action_restart")
    await finish_turn(lesson)
    start = ["action_session_start", "session_started", "listen"]
    assert await lesson.log() == ["greet", "action_restart", "restart", *start]
    state = await lesson.state()
    assert state.tracker.is_listening
    assert state.snapshot.turn is None
    await lesson.say("bye")
    await lesson.accept("ben")
    assert await lesson.applied() == ["listen", "bye", "utter_bye", "“Bye!”", "listen"]


async def test_an_agreed_fallback_takes_the_message_back(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    before = await lesson.applied()
    await agreed(lesson, "a soup", "action_default_fallback")
    await finish_turn(lesson)
    assert (await lesson.log())[-3:] == ["action_default_fallback", "rewind", "listen"]
    assert await lesson.applied() == before
    assert (await lesson.state()).snapshot.turn is None
    await lesson.say("bye")
    assert (await lesson.question()).message.text == "bye"


async def test_an_agreed_step_back_takes_two_messages_back(lesson: Lesson) -> None:
    for text in ("hi", "a soup"):
        await lesson.say(text)
        await lesson.accept("ben")
    await agreed(lesson, "bye", "action_back")
    await finish_turn(lesson)
    assert (await lesson.log())[-4:] == ["action_back", "rewind", "rewind", "listen"]
    assert await lesson.applied() == ["listen", "greet", "utter_greet", "“Hello!”", "listen"]
    assert (await lesson.state()).tracker.slots["dish"] is None


@pytest.mark.parametrize("action", ["action_restart", "action_default_fallback", "action_back"])
@pytest.mark.parametrize("text", ["bye", None], ids=["edited", "deleted"])
async def test_a_message_that_is_changed_while_its_turn_is_being_taken_back(
    lesson: Lesson, action: str, text: str | None
) -> None:
    """The card asks whether to listen; the message whose turn it is no longer counts."""
    await lesson.say("hi")
    await lesson.accept("ben")
    ts = await agreed(lesson, "a soup", action)
    await lesson.edit(ts, text)
    await finish_turn(lesson)
    state = await lesson.state()
    assert state.tracker.is_listening
    assert (state.waiting, state.snapshot.turn) == ((), None)
    said = [closed.question.message.text for closed in await lesson.closed()]
    assert ("bye" in said) == (text == "bye")


@pytest.mark.parametrize("action", ["action_restart", "action_default_fallback", "action_back"])
async def test_undo_after_one_of_them_goes_back_to_what_counts(lesson: Lesson, action: str) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await agreed(lesson, "a soup", action)
    for _ in range(9):
        try:
            await lesson.control(Control.UNDO)
        except Refused:
            break
    assert [name for name in await lesson.applied() if name != "listen"] == []
    await lesson.say("bye")
    await finish_turn(lesson)
    assert (await lesson.applied())[-4:] == ["bye", "utter_bye", "“Bye!”", "listen"]
    state = await lesson.state()
    assert (state.question, state.waiting, state.snapshot.turn) == (None, (), None)
