"""A closed question asked again: its message waits again, its votes stay on record, nothing after it counts."""

from __future__ import annotations

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import FirstTo
from slackbot.errors import Refused
from slackbot.learning.controls import Control
from slackbot.learning.question import How, Outcome, Ruling
from slackbot.store import Store
from tests.learning.lesson import Lesson


async def taught(lesson: Lesson, *texts: str) -> None:
    """Turns that were right as suggested."""
    for text in texts:
        await lesson.say(text)
        await lesson.accept("ben")


async def reopen(lesson: Lesson, question: str) -> None:
    await lesson.loop.reopen(lesson.id, question, "judge")
    await lesson.loop.advance(lesson.id)


async def test_the_latest_question_is_asked_again(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await reopen(lesson, "1")
    assert await lesson.applied() == ["listen"]
    question = await lesson.question()
    assert (question.id, question.message.text, question.decided) == ("2", "hi", ())
    [record] = await lesson.closed()
    assert (record.outcome, record.by, list(record.votes)) == (Outcome.REOPENED, "judge", ["ben"])
    await lesson.accept("cleo")
    assert await lesson.applied() == ["listen", "greet", "utter_greet", "“Hello!”", "listen"]


async def test_what_came_after_it_is_taken_back_but_not_what_is_being_asked(lesson: Lesson) -> None:
    await taught(lesson, "hi", "a soup")
    await lesson.say("bye")
    await reopen(lesson, "1")
    assert await lesson.applied() == ["listen"]
    assert (await lesson.question()).message.text == "hi"
    assert [message.text for message in (await lesson.state()).waiting] == ["bye"]
    outcomes = [record.outcome for record in await lesson.closed()]
    assert outcomes == [Outcome.REOPENED, Outcome.DECIDED, Outcome.UNDONE]
    await lesson.accept("ben")
    assert (await lesson.question()).message.text == "bye"


async def test_a_question_about_actions_alone_leaves_the_message_decided(lesson: Lesson) -> None:
    """The action server's answer ended one question and began another."""
    await taught(lesson, "hi", "pay")
    [*_, second, third] = [record.question.id for record in await lesson.closed()] + [(await lesson.question()).id]
    await lesson.accept("ben")
    assert (await lesson.applied())[-3:] == ["utter_bye", "“Bye!”", "listen"]
    await reopen(lesson, third)
    assert (await lesson.applied())[-2:] == ["pay", "action_pay"]
    assert (await lesson.question()).parts[0].suggested == "utter_bye"
    await reopen(lesson, second)
    assert (await lesson.applied())[-1] == "listen"
    assert (await lesson.question()).message.text == "pay"


async def test_what_is_open_or_taken_back_or_over_is_refused(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.say("a soup")
    with pytest.raises(Refused, match="not decided yet"):
        await lesson.loop.reopen(lesson.id, "2", "judge")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    with pytest.raises(Refused, match="taken back already"):
        await lesson.loop.reopen(lesson.id, "1", "judge")
    await lesson.control(Control.ABORT)
    with pytest.raises(Refused, match="over"):
        await lesson.loop.reopen(lesson.id, "1", "judge")


async def test_a_ruling_decides_the_part_in_dispute_and_votes_the_rest(store: Store, core: BuiltinCore) -> None:
    """Votes for what was ruled count for the parts after it."""
    lesson = await Lesson.begin(store, core, rule=FirstTo(2, 2))
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.change("cleo", intent="bye")
    disputed = await lesson.question()
    assert disputed.dispute is not None
    await lesson.loop.rule(lesson.id, disputed, Ruling("judge", ("greet",), "they say hello"))
    await lesson.loop.advance(lesson.id)
    question = await lesson.question()
    assert (question.decided, question.parts[0].how, question.dispute) == (("greet",), How.RULING, None)
    with pytest.raises(Refused, match="too late"):
        await lesson.loop.rule(lesson.id, disputed, Ruling("judge", ("bye",), "no"))
    await lesson.accept("cleo")
    assert (await lesson.applied())[-1] == "listen"
    [record] = await lesson.closed()
    assert [ruling.reason for ruling in record.question.rulings] == ["they say hello"]
