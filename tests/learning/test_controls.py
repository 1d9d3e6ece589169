"""Undo, restart, abort, finish, and messages that the speaker changes: nothing is taken back by halves."""

from __future__ import annotations

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.errors import Conflict, Refused
from slackbot.learning.controls import Control, undoable
from slackbot.learning.loop import Loop
from slackbot.learning.question import Outcome
from slackbot.learning.session import Status
from slackbot.store import Store
from tests.learning.lesson import Lesson

ONE_TURN = ["greet", "utter_greet", "“Hello!”", "listen"]


async def taught(lesson: Lesson, *texts: str) -> None:
    """Turns that were right as suggested."""
    for text in texts:
        await lesson.say(text)
        await lesson.accept("ben")


# --- undo ---------------------------------------------------------------------------------------------------------


async def test_undo_of_an_open_question_drops_its_message(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    before = await lesson.applied()
    await lesson.say("a soup")
    assert await lesson.control(Control.UNDO) == "taken back: “a soup”"
    state = await lesson.state()
    assert (state.question, state.waiting, state.snapshot.turn) == (None, (), None)
    assert await lesson.applied() == before
    assert [(closed.outcome, closed.by) for closed in await lesson.closed()][-1] == (Outcome.UNDONE, "owner")


async def test_undo_takes_back_what_the_latest_question_decided_and_asks_about_it_again(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    [before] = await lesson.closed()
    assert await lesson.control(Control.UNDO) == "taken back: utter_greet"
    assert await lesson.log() == [*ONE_TURN, "undo", "undo"]
    assert await lesson.applied() == ["listen", "greet"]
    again = await lesson.question()
    assert [part.suggested for part in again.parts] == [part.suggested for part in before.question.parts[2:]]
    assert (again.message, again.decided) == (before.question.message, ())
    await lesson.accept("ben")
    assert await lesson.applied() == ["listen", *ONE_TURN]


async def test_undo_again_takes_the_message_back_too_and_the_speaker_goes_on(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.UNDO)
    assert await lesson.control(Control.UNDO) == "taken back: “hi”"
    assert await lesson.applied() == ["listen"]
    state = await lesson.state()
    assert (state.question, state.snapshot.turn, state.tracker.is_listening) == (None, None, True)
    await taught(lesson, "hi")
    assert await lesson.applied() == ["listen", *ONE_TURN]


async def test_undo_to_the_very_beginning_leaves_nothing_to_undo(lesson: Lesson) -> None:
    await taught(lesson, "hi", "a soup")
    for what in ("utter_dish", "“a soup”", "utter_greet", "“hi”"):
        assert undoable(await lesson.state()) == f"taken back: {what}"
        assert await lesson.control(Control.UNDO) == f"taken back: {what}"
    assert undoable(await lesson.state()) is None
    with pytest.raises(Refused, match="nothing to undo"):
        await lesson.control(Control.UNDO)
    assert await lesson.applied() == ["listen"]
    assert (await lesson.state()).tracker.slots["dish"] is None


async def test_undo_in_the_middle_of_a_question_takes_back_the_part_of_it_that_is_decided(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="utter_bye")
    assert await lesson.control(Control.UNDO) == "taken back: utter_bye"
    assert await lesson.applied() == ["listen", "greet"]
    assert (await lesson.asks())[0] == "utter_greet"
    assert (await lesson.question()).id == "2"


async def test_undo_keeps_the_slots_that_the_message_filled(lesson: Lesson) -> None:
    await taught(lesson, "a soup")
    await lesson.control(Control.UNDO)
    assert await lesson.applied() == ["listen", "order", "dish=soup"]
    assert (await lesson.state()).tracker.slots["dish"] == "soup"


async def test_what_the_bot_said_is_drawn_anew_when_it_is_taken_back(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    for redraw in await lesson.store.redraws(lesson.id):
        await lesson.store.drawn(lesson.id, redraw, None)
    await lesson.control(Control.UNDO, go_on=False)
    names = [redraw.name for redraw in await lesson.store.redraws(lesson.id)]
    position = 3 + ONE_TURN.index("“Hello!”")
    assert f"bot:{position}" in names
    assert "parent" in names


async def test_a_button_that_was_drawn_before_the_latest_decision_undoes_nothing(lesson: Lesson) -> None:
    await lesson.say("hi")
    seen = (await lesson.state()).version
    await lesson.accept("ben")
    before = await lesson.log()
    with pytest.raises(Conflict):
        await lesson.loop.control(lesson.id, Control.UNDO, "owner", version=seen)
    assert await lesson.log() == before


@pytest.mark.parametrize("open_card", [True, False], ids=["open card", "closed card"])
async def test_a_double_press_undoes_once(lesson: Lesson, open_card: bool) -> None:
    """Whether undo takes back a card's message, which is not in the log yet, or what is in the log."""
    await taught(lesson, "hi", "a soup")
    if open_card:
        await lesson.say("bye")
    seen = (await lesson.state()).version
    await lesson.loop.control(lesson.id, Control.UNDO, "owner", version=seen)
    after_one = await lesson.applied()
    with pytest.raises(Conflict):
        await lesson.loop.control(lesson.id, Control.UNDO, "owner", version=seen)
    await lesson.loop.advance(lesson.id)
    with pytest.raises(Conflict):
        await lesson.loop.control(lesson.id, Control.UNDO, "owner", version=seen)
    assert await lesson.applied() == after_one


async def test_a_card_that_opens_and_votes_on_it_do_not_outdate_the_buttons(store: Store, core: BuiltinCore) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    seen = (await lesson.state()).version
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.change("cleo", intent="bye", action="utter_bye")
    assert await lesson.loop.control(lesson.id, Control.UNDO, "owner", version=seen) == "taken back: “hi”"


# --- restart ------------------------------------------------------------------------------------------------------


async def test_restart_begins_another_story_and_keeps_the_one_before(lesson: Lesson) -> None:
    await taught(lesson, "a soup")
    await lesson.say("hi")
    await lesson.control(Control.RESTART)
    state = await lesson.state()
    assert (await lesson.log())[-2:] == ["restart", "listen"]
    assert await lesson.applied() == ["listen"]
    assert (state.question, state.snapshot.turn, state.tracker.slots["dish"]) == (None, None, None)
    assert (await lesson.closed())[-1].outcome is Outcome.RESTARTED
    assert undoable(state) == "taken back: the restart"
    await taught(lesson, "hi")
    assert await lesson.applied() == ["listen", *ONE_TURN]


async def test_a_double_press_restarts_once(lesson: Lesson) -> None:
    seen = (await lesson.state()).version
    await lesson.loop.control(lesson.id, Control.RESTART, "owner", version=seen)
    with pytest.raises(Conflict):
        await lesson.loop.control(lesson.id, Control.RESTART, "owner", version=seen)


async def test_messages_that_wait_are_asked_about_after_a_restart(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.say("bye")
    await lesson.control(Control.RESTART)
    assert (await lesson.question()).message.text == "bye"


# --- the end ------------------------------------------------------------------------------------------------------


async def test_abort_ends_the_session_for_good(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.control(Control.ABORT)
    state = await lesson.state()
    assert (state.session.status, state.session.ended_by, state.question) == (Status.ABORTED, "owner", None)
    assert await lesson.store.active() == []
    assert await lesson.log() == []


async def test_finish_leaves_what_was_agreed_and_closes_what_was_not(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.say("a soup")
    await lesson.say("bye")
    await lesson.control(Control.FINISH)
    state = await lesson.state()
    assert (state.session.status, state.question) == (Status.FINISHING, None)
    assert await lesson.log() == ONE_TURN
    assert (await lesson.closed())[-1].outcome is Outcome.ENDED


@pytest.mark.parametrize("end", [Control.ABORT, Control.FINISH])
async def test_nothing_is_taken_up_or_changed_after_the_end(lesson: Lesson, end: Control) -> None:
    await lesson.say("hi")
    await lesson.control(end)
    assert not await lesson.store.vote(lesson.id, "1", "ben", ["greet"])
    await lesson.say("bye")
    assert (await lesson.state()).question is None
    for control in Control:
        with pytest.raises(Refused, match="nothing in it can be changed"):
            await lesson.control(control)
    assert await lesson.log() == []


async def test_finish_needs_no_fresh_button(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.loop.control(lesson.id, Control.FINISH, "owner", version=None)
    assert (await lesson.state()).session.status is Status.FINISHING


# --- messages that change ------------------------------------------------------------------------------------------


async def test_an_edited_message_is_parsed_again(lesson: Lesson) -> None:
    ts = await lesson.say("hi")
    await lesson.edit(ts, "bye")
    question = await lesson.question()
    assert (question.id, question.message.ts, question.message.text) == ("2", ts, "bye")
    assert await lesson.asks() == ["bye", "[]", "utter_bye", "action_listen"]
    [withdrawn] = await lesson.closed()
    assert (withdrawn.outcome, withdrawn.question.message.text) == (Outcome.MESSAGE_CHANGED, "hi")


async def test_votes_on_the_message_before_its_edit_do_not_count_after_it(store: Store, core: BuiltinCore) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    ts = await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.edit(ts, "hello")
    await lesson.accept("cleo")
    assert await lesson.log() == []
    assert [vote.person for vote in (await lesson.state()).votes] == ["cleo"]
    [withdrawn] = await lesson.closed()
    assert set(withdrawn.votes) == {"ben"}


async def test_a_deleted_message_is_withdrawn_and_the_next_one_is_asked_about(lesson: Lesson) -> None:
    ts = await lesson.say("hi")
    await lesson.say("bye")
    await lesson.edit(ts, None)
    assert (await lesson.question()).message.text == "bye"
    assert (await lesson.state()).waiting == ()


async def test_an_edited_message_keeps_its_place_before_those_that_wait(lesson: Lesson) -> None:
    ts = await lesson.say("hi")
    await lesson.say("bye")
    await lesson.edit(ts, "a soup")
    assert (await lesson.question()).message.text == "a soup"
    assert [message.text for message in (await lesson.state()).waiting] == ["bye"]


async def test_an_edit_takes_back_what_was_decided_of_its_turn(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    ts = await lesson.say("a soup")
    await lesson.change("ben", action="utter_bye")
    assert (await lesson.log())[-4:] == ["order", "dish=soup", "utter_bye", "“Bye!”"]
    await lesson.edit(ts, "bye")
    assert (await lesson.log())[-2:] == ["rewind", "listen"]
    assert (await lesson.state()).tracker.slots["dish"] is None
    assert await lesson.asks() == ["bye", "[]", "utter_bye", "action_listen"]
    await lesson.accept("ben")
    assert await lesson.applied() == ["listen", *ONE_TURN, "bye", "utter_bye", "“Bye!”", "listen"]


async def test_a_deletion_takes_back_what_was_decided_of_its_turn(lesson: Lesson) -> None:
    ts = await lesson.say("hi")
    await lesson.change("ben", action="action_pay")
    assert await lesson.applied() == ["listen", "greet", "action_pay"]
    await lesson.edit(ts, None)
    state = await lesson.state()
    assert await lesson.applied() == ["listen"]
    assert (state.question, state.waiting, state.snapshot.turn) == (None, (), None)


async def test_a_message_may_be_changed_again_after_an_undo_has_reopened_its_turn(lesson: Lesson) -> None:
    ts = await lesson.say("hi")
    await lesson.accept("ben")
    assert await lesson.edit(ts, "hello") == "late"
    await lesson.control(Control.UNDO)
    assert await lesson.edit(ts, "bye") == "changed"
    assert await lesson.asks() == ["bye", "[]", "utter_bye", "action_listen"]
    assert await lesson.applied() == ["listen"]


async def test_a_waiting_message_that_is_changed_is_asked_about_as_it_is_when_its_turn_comes(lesson: Lesson) -> None:
    await lesson.say("hi")
    edited, deleted = await lesson.say("a soup"), await lesson.say("pay")
    await lesson.edit(edited, "bye")
    await lesson.edit(deleted, None)
    assert (await lesson.question()).id == "1"
    await lesson.accept("ben")
    assert (await lesson.question()).message.text == "bye"
    await lesson.accept("ben")
    assert (await lesson.state()).question is None


async def test_a_deletion_before_the_message_was_ever_taken_up_leaves_no_trace(lesson: Lesson) -> None:
    ts = await lesson.say("hi", go_on=False)
    await lesson.edit(ts, None)
    assert (await lesson.state()).snapshot.questions == 0


async def test_controls_of_a_conversation_that_is_not_there_are_refused(store: Store, core: BuiltinCore) -> None:
    loop = Loop(store, core)
    with pytest.raises(Conflict):
        await loop.control("nobody", Control.UNDO, "owner", version=None)
    await loop.advance("nobody")
    assert await loop.read("nobody") is None


async def test_after_an_edit_of_what_was_done_again_undo_goes_on_before_it(lesson: Lesson) -> None:
    """An edit leads to before the message and to nowhere else, and no redo leads to what it took back."""
    await taught(lesson, "hi")
    ts = await lesson.say("a soup")
    await lesson.change("ben", action="utter_bye")
    for control in (Control.UNDO, Control.UNDO, Control.REDO, Control.REDO):
        await lesson.control(control)
    assert await lesson.applied() == ["listen", *ONE_TURN, "order", "dish=soup", "utter_bye", "“Bye!”"]
    await lesson.edit(ts, "bye")
    with pytest.raises(Refused):
        await lesson.control(Control.REDO)
    assert await lesson.applied() == ["listen", *ONE_TURN]
    assert await lesson.control(Control.UNDO) == "taken back: “bye”"
    assert await lesson.control(Control.UNDO) == "taken back: utter_greet"
