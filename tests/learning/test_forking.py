"""A branch of a conversation: as it was before a turn, and on its own from there."""

from __future__ import annotations

from datetime import UTC, datetime

from slackbot.dialogue.reminders import pending
from slackbot.learning.agreed import agreed
from slackbot.learning.controls import Control
from slackbot.learning.question import Outcome
from slackbot.learning.turns import fork, turns_of
from slackbot.store import Commit
from tests.learning.lesson import Lesson
from tests.learning.test_controls import ONE_TURN, taught

NOW = 1_800_000_000.0


async def branch_of(lesson: Lesson, turn: int, name: str = "branch") -> Lesson:
    """A branch before the turn of that number, from 1."""
    state = await lesson.state()
    assert await fork(lesson.store, state, turns_of(state.tracker)[turn - 1], name, now=NOW)
    branch = Lesson(lesson.store, lesson.loop, name)
    branch._written = 1000  # in a thread of its own no message has the ts of another thread's
    await branch.loop.advance(name)
    return branch


async def test_questions_of_a_branch_are_numbered_on(lesson: Lesson) -> None:
    """So that one asked again is never taken for one that both conversations share."""
    await taught(lesson, "hi", "bye")
    branch = await branch_of(lesson, 2)
    await taught(branch, "a soup")
    [closed] = await branch.closed()
    assert closed.question.id == "3"
    await branch.loop.reopen(branch.id, "3", "judge")
    await branch.loop.advance(branch.id)
    assert await branch.applied() == ["listen", *ONE_TURN]
    assert [record.outcome for record in await branch.closed()] == [Outcome.REOPENED]


async def test_what_was_shared_can_be_taken_back_in_the_branch_and_stays_in_the_other(lesson: Lesson) -> None:
    await taught(lesson, "hi", "bye")
    before = await lesson.applied()
    branch = await branch_of(lesson, 2)
    assert await branch.control(Control.UNDO) == "taken back: utter_greet"
    assert await branch.control(Control.UNDO) == "taken back: “hi”"
    assert await branch.applied() == ["listen"]
    assert await lesson.applied() == before
    for _ in range(2):
        await branch.control(Control.REDO)
    assert await branch.applied() == ["listen", *ONE_TURN]


async def test_a_branch_begins_where_an_undo_led_to(lesson: Lesson) -> None:
    await taught(lesson, "hi", "bye")
    for _ in range(2):
        await lesson.control(Control.UNDO)
    await taught(lesson, "a soup", "bye")
    branch = await branch_of(lesson, 3)
    assert [turn.message.text for turn in turns_of((await branch.state()).tracker)] == ["hi", "a soup"]
    assert (await branch.state()).tracker.slots["dish"] == "soup"


async def test_a_reminder_that_would_have_fired_before_the_branch_began_does_not_fire_in_it(lesson: Lesson) -> None:
    soon, later = (datetime.fromtimestamp(NOW + seconds, UTC).isoformat() for seconds in (-1, 3600))
    events = [
        {"event": "reminder", "name": name, "intent": "greet", "date_time": due, "kill_on_user_msg": False}
        for name, due in (("past", soon), ("to come", later))
    ]
    await lesson.store.commit(lesson.id, Commit(events=events))
    lesson.loop._clock = lambda: NOW - 100
    await taught(lesson, "hi")
    branch = await branch_of(lesson, 1)
    state = await branch.state()
    assert [one.name for one in pending(state.tracker)] == ["to come"]
    assert state.snapshot.alarm is not None
    assert state.snapshot.alarm[0] == "to come"


async def test_what_both_say_is_learned_once_and_by_the_branch_where_the_other_is_aborted(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.RESTART)
    await taught(lesson, "bye", "a soup")
    branch = await branch_of(lesson, 3)
    await taught(branch, "pay")
    domain = lesson.loop.core.domain
    learned = (await agreed(lesson.store, domain)).taught
    assert sorted(example.text for example in learned.examples) == ["a soup", "bye", "hi", "pay"]
    assert sorted(story.name for story in learned.stories) == ["slack_branch_2", "slack_lesson", "slack_lesson_2"]
    await lesson.control(Control.ABORT)
    learned = (await agreed(lesson.store, domain)).taught
    assert sorted(example.text for example in learned.examples) == ["bye", "hi", "pay"]
