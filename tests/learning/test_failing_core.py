"""A core that fails, or is away for a while: people are told, nothing is lost, and the step is taken later."""

from __future__ import annotations

import logging

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Core
from slackbot.errors import CoreFailed
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.session import Status
from tests.learning.failing import InterruptedCore
from tests.learning.lesson import Lesson


def failing(core: Core, calls: int, error: Exception) -> InterruptedCore:
    """A core that fails once, after so many calls."""

    async def fail() -> None:
        raise error

    return InterruptedCore(core, calls, fail)


@pytest.mark.parametrize("calls", range(3))
@pytest.mark.parametrize("moment", ["asking", "closing"])
async def test_a_failure_is_told_and_the_step_is_taken_when_the_core_is_back(
    lesson: Lesson, core: BuiltinCore, moment: str, calls: int
) -> None:
    await lesson.say("hi", go_on=moment == "closing")
    if moment == "closing":
        await lesson.accept("ben", go_on=False)
    before = await lesson.state()
    loop = Loop(lesson.store, failing(core, calls, CoreFailed("no answer within 5 s")))
    await loop.advance(lesson.id)
    state = await lesson.state()
    assert state.session.trouble == "The assistant failed: no answer within 5 s"
    assert (state.question, state.waiting, state.votes) == (before.question, before.waiting, before.votes)
    assert await lesson.log() == []
    assert await lesson.store.due(0) == [lesson.id]
    await loop.advance(lesson.id)
    assert (await lesson.state()).session.trouble is None
    if moment == "asking":
        assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    else:
        assert await lesson.log() == ["greet", "utter_greet", "“Hello!”", "listen"]
    assert await lesson.store.due(0) == []


async def test_a_failure_that_lasts_is_told_once(lesson: Lesson, core: BuiltinCore) -> None:
    await lesson.say("hi", go_on=False)
    await Loop(lesson.store, failing(core, 0, CoreFailed("away"))).advance(lesson.id)
    revision = (await lesson.state()).snapshot.session_revision
    await Loop(lesson.store, failing(core, 0, CoreFailed("away"))).advance(lesson.id)
    assert (await lesson.state()).snapshot.session_revision == revision


async def test_a_core_with_a_fault_of_its_own_does_not_stop_the_app(
    lesson: Lesson, core: BuiltinCore, caplog: pytest.LogCaptureFixture
) -> None:
    await lesson.say("hi", go_on=False)
    with caplog.at_level(logging.ERROR, "slackbot.learning.loop"):
        await Loop(lesson.store, failing(core, 0, KeyError("x"))).advance(lesson.id)
    assert (await lesson.state()).session.trouble == "The assistant failed: KeyError"
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_a_session_can_be_finished_while_the_core_is_away(lesson: Lesson, core: BuiltinCore) -> None:
    await lesson.say("hi", go_on=False)
    loop = Loop(lesson.store, failing(core, 0, CoreFailed("away")))
    await loop.advance(lesson.id)
    await loop.control(lesson.id, Control.FINISH, "owner", version=None)
    session = (await lesson.state()).session
    assert (session.status, session.trouble) == (Status.FINISHING, None)
