"""What conversations teach: all that people agreed on, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.taught import Taught
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, UserUttered
from slackbot.dialogue.stories import Story
from slackbot.learning.agreed import Agreed, agreed
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.opening import Asking, Opening
from slackbot.learning.session import Session
from slackbot.store import Store
from tests.learning.lesson import Lesson


async def learned(lesson: Lesson) -> Agreed:
    return await agreed(lesson.store, lesson.loop.core.domain)


def examples(found: Agreed) -> list[tuple[str, str]]:
    return [(example.text, example.intent) for example in found.taught.examples]


def steps(story: Story) -> list[str | None]:
    named = (event for event in story.events if isinstance(event, UserUttered | ActionExecuted))
    return [event.intent_name if isinstance(event, UserUttered) else event.action_name for event in named]


async def test_an_open_session_teaches_its_turns(lesson: Lesson) -> None:
    await lesson.say("moin")
    await lesson.change("ben", intent="greet")
    if (await lesson.state()).question:
        await lesson.accept("ben")
    found = await learned(lesson)
    assert examples(found) == [("moin", "greet")]
    assert [steps(story) for story in found.taught.stories] == [["greet", "utter_greet"]]
    assert (found.conversations, found.left_out) == (1, ())


async def test_what_is_only_suggested_is_no_data(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.accept(go_on=False)
    found = await learned(lesson)
    assert (found.taught.examples, found.taught.stories, found.conversations) == ((), (), 0)


async def test_of_an_open_turn_only_the_message_is_data(lesson: Lesson) -> None:
    """That the assistant listens after the action that was agreed on, nobody has said."""
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.say("hello")
    await lesson.change("ben", action="action_pay")
    assert (await lesson.state()).question is not None
    found = await learned(lesson)
    assert examples(found) == [("hello", "greet"), ("hi", "greet")]
    assert [steps(story) for story in found.taught.stories] == [["greet", "utter_greet"]]


async def test_what_was_taken_back_is_no_data(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    assert examples(await learned(lesson)) == []
    await lesson.say("bye")
    await lesson.accept("ben")
    assert [steps(story) for story in (await learned(lesson)).taught.stories] == [["bye", "utter_bye"]]


async def test_each_part_between_restarts_is_a_story(lesson: Lesson) -> None:
    for text in ("hi", "bye"):
        await lesson.say(text)
        await lesson.accept("ben")
        await lesson.control(Control.RESTART)
    assert len((await learned(lesson)).taught.stories) == 2


async def test_an_aborted_session_does_not_count(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.control(Control.ABORT)
    assert await learned(lesson) == Agreed(Taught(), 0, ())


async def test_what_a_session_added_is_learned(lesson: Lesson) -> None:
    await lesson.add(intents=("ask_wifi",), actions=(), responses={"utter_wifi": "It is free."})
    await lesson.say("is there wifi")
    await lesson.change("ben", intent="ask_wifi", action="utter_wifi")
    await lesson.accept("ben")
    found = await learned(lesson)
    assert examples(found) == [("is there wifi", "ask_wifi")]
    assert [steps(story) for story in found.taught.stories] == [["ask_wifi", "utter_wifi"]]


async def test_a_conversation_that_the_domain_no_longer_fits_is_left_out(lesson: Lesson, store: Store) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    found = await agreed(store, Domain.from_dict({"intents": ["bye"], "actions": []}))
    assert (found.taught.examples, found.left_out) == ((), ("lesson",))


async def test_a_log_that_cannot_be_read_is_left_out(lesson: Lesson, redis: Redis) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await redis.rpush("storythread:conversation:lesson:log", '{"event": "no such event"}')
    assert (await learned(lesson)).left_out == ("lesson",)


async def test_what_nobody_was_asked_about_is_no_data(store: Store, core: BuiltinCore) -> None:
    """The assistant was so sure that it decided by itself: it must not learn from that how right it is."""
    lesson = await Lesson.begin(store, core)
    lesson.loop = Loop(store, core, opening=Opening(Asking(auto_accept=0.5, audit_share=0.0)))
    await lesson.say("hi")
    assert (await lesson.state()).question is None
    assert await lesson.log() == ["greet", "utter_greet", "“Hello!”", "listen"]
    found = await learned(lesson)
    assert (found.taught.examples, found.taught.stories) == ((), ())


@pytest.mark.parametrize("latest", ["hi", "bye"])
async def test_the_latest_conversation_comes_first(store: Store, core: BuiltinCore, redis: Redis, latest: str) -> None:
    for number, text in enumerate(sorted(["hi", "bye"], key=lambda text: text == latest)):
        lesson = await Lesson.begin(store, core, f"lesson{number}")
        await lesson.loop.change_session(lesson.id, _started(number))
        await lesson.say(text)
        await lesson.accept("ben")
    assert examples(await learned(lesson))[0][0] == latest


def _started(number: int) -> Callable[[Session], Session]:
    return lambda session: replace(session, started_at=float(number))
