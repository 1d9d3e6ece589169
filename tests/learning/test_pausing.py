"""A paused session: everything that people say is kept, and nothing follows from it before it is resumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import ConversationPaused, ConversationResumed
from slackbot.errors import Refused
from slackbot.learning.abandoned import abandoned
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.session import Status
from slackbot.store import Commit, Store
from tests.learning.lesson import Lesson
from workers.reminders import ring_due

#: Before the first message is written.
START = 1_700_000_000.0


async def test_no_turn_starts_while_a_session_is_paused_and_the_tracker_says_so(lesson: Lesson) -> None:
    await lesson.control(Control.PAUSE)
    await lesson.say("hi")
    state = await lesson.state()
    assert (state.question, [message.text for message in state.waiting]) == (None, ["hi"])
    assert state.tracker.paused
    assert isinstance(state.tracker.events[-1], ConversationPaused)
    assert state.snapshot.due is None
    await lesson.control(Control.RESUME)
    state = await lesson.state()
    assert not state.tracker.paused
    assert isinstance(state.tracker.events[-1], ConversationResumed)
    assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    await lesson.accept("ben")
    assert await lesson.applied() == ["listen", "pause", "resume", "greet", "utter_greet", "“Hello!”", "listen"]


async def test_votes_that_were_given_before_a_pause_close_nothing_before_it_is_over(
    store: Store, core: BuiltinCore
) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    await lesson.say("hi")
    await lesson.accept("ben", "cleo", go_on=False)
    await lesson.control(Control.PAUSE)
    assert await lesson.log() == ["pause"]
    await lesson.control(Control.RESUME)
    assert await lesson.log() == ["pause", "resume", "greet", "utter_greet", "“Hello!”", "listen"]


async def test_a_conversation_that_a_custom_action_paused_stays_so_when_its_session_is_resumed(lesson: Lesson) -> None:
    await lesson.store.commit(lesson.id, Commit(events=[ConversationPaused().as_dict()]))
    await lesson.control(Control.PAUSE)
    await lesson.control(Control.RESUME)
    assert await lesson.log() == ["pause"]
    assert (await lesson.state()).tracker.paused


@pytest.mark.parametrize("control", [Control.UNDO, Control.RESTART, Control.PAUSE])
async def test_a_paused_session_is_not_changed_but_ended_or_resumed(lesson: Lesson, control: Control) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.control(Control.PAUSE)
    with pytest.raises(Refused, match="paused"):
        await lesson.control(control)
    await lesson.control(Control.FINISH)
    assert (await lesson.state()).session.status is Status.FINISHING


async def test_a_session_that_goes_on_can_not_be_resumed(lesson: Lesson) -> None:
    with pytest.raises(Refused, match="not paused"):
        await lesson.control(Control.RESUME)


async def test_a_paused_session_is_not_abandoned_however_long(lesson: Lesson) -> None:
    assert abandoned(await lesson.state(), float("inf"))
    await lesson.control(Control.PAUSE)
    assert not abandoned(await lesson.state(), float("inf"))


async def test_a_reminder_that_comes_due_is_held_back_until_the_session_is_resumed(
    lesson: Lesson, core: BuiltinCore, redis_url: str
) -> None:
    """What it triggers is then understood as usual: the slots of its entities are set."""
    clock = START + 3600
    lesson.loop = Loop(lesson.store, core, clock=lambda: clock)
    due = datetime.fromtimestamp(START + 600, UTC).isoformat()
    entities = [{"entity": "dish", "value": "soup"}]
    reminder = {"event": "reminder", "name": "r", "intent": "order", "date_time": due, "entities": entities}
    await lesson.control(Control.PAUSE)
    await lesson.store.commit(lesson.id, Commit(events=[reminder]))
    assert await ring_due(redis_url, lambda: clock) == 0
    await lesson.loop.advance(lesson.id)
    assert (await lesson.log())[1:] == ["reminder"]
    await lesson.control(Control.RESUME, go_on=False)
    assert (await lesson.state()).snapshot.due is not None
    await lesson.loop.advance(lesson.id)
    assert (await lesson.log())[1:] == ["reminder", "resume", "order", "dish=soup"]


async def test_slots_are_taken_from_what_a_reminder_triggered_though_a_pause_came_between(lesson: Lesson) -> None:
    said = {"intent": {"name": "order"}, "entities": [{"entity": "dish", "value": "soup"}], "text": "EXTERNAL: order"}
    fired = {"event": "user", "text": "EXTERNAL: order", "parse_data": said, "metadata": {"is_external": True}}
    await lesson.store.commit(lesson.id, Commit(events=[fired]))
    await lesson.control(Control.PAUSE)
    await lesson.control(Control.RESUME)
    assert (await lesson.log())[-1] == "dish=soup"


async def test_who_paused_it_is_kept_with_the_session_and_not_in_the_log(lesson: Lesson) -> None:
    await lesson.control(Control.PAUSE, person="U123")
    state = await lesson.state()
    assert state.session == replace(state.session, paused_by="U123")
    assert "U123" not in str(state.tracker.events[-1].as_dict())
