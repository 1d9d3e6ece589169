"""What is kept of each decision for learning: which model suggested it, whether that was right, what to train for."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import load_project
from slackbot.learning.controls import Control
from slackbot.learning.judging import Turn, Verdict, accuracy, turns_of
from slackbot.store import Store, keys
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.lesson import Lesson


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    """The tiny assistant as version 3 of a stored model."""
    project = load_project(write_project(tmp_path_factory.mktemp("tiny"), DOMAIN, DATA))
    return BuiltinCore.from_archive(BuiltinCore.train(project).archive(), project, version=3)


async def verdicts(redis: Redis) -> dict[str, Verdict]:
    found = await cast(Awaitable[Mapping[str, str]], redis.hgetall(keys.JUDGED))
    return {name: Verdict.from_list(json.loads(text)) for name, text in found.items()}


async def wanted(redis: Redis) -> int:
    return int(await cast(Awaitable[str | None], redis.hget(keys.TRAINING, "wanted")) or 0)


async def events(lesson: Lesson) -> list[Mapping[str, Any]]:
    return [event.as_dict() for event in (await lesson.state()).tracker.events[3:]]


async def test_every_part_and_event_and_record_names_the_model(lesson: Lesson) -> None:
    await lesson.say("hi")
    assert {part.model_version for part in (await lesson.question()).parts} == {3}
    await lesson.change("ben", intent="bye")
    await lesson.accept("ben")
    stamped = [event for event in await events(lesson) if event["event"] in {"user", "action"}]
    assert [event["metadata"]["model_version"] for event in stamped] == [3, 3, 3]
    (closed,) = await lesson.closed()
    assert {part.model_version for part in closed.question.parts} == {3}


async def test_what_is_logged_of_the_message_is_what_rasa_would_log(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    user = (await events(lesson))[0]
    assert user["metadata"]["model_version"] == 3
    assert "model_version" not in user["parse_data"]


async def test_a_turn_that_was_all_right_needs_no_training(lesson: Lesson, redis: Redis) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    assert await wanted(redis) == 0
    assert await verdicts(redis) == {"lesson:1": Verdict("1700000000.000001", 3, True, 2, 2)}


async def test_a_corrected_turn_wants_training_once_it_is_over(lesson: Lesson, redis: Redis) -> None:
    await lesson.say("hi")
    await lesson.change("ben", intent="bye")
    assert await wanted(redis) == 0
    await lesson.accept("ben")
    assert await wanted(redis) == 1
    assert (await verdicts(redis))["lesson:1"].intent_right is False


async def test_a_corrected_action_is_judged(lesson: Lesson, redis: Redis) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="utter_bye")
    await lesson.accept("ben")
    assert await wanted(redis) == 1
    found = (await verdicts(redis))["lesson:1"]
    assert (found.intent_right, found.actions_right) == (True, found.actions - 1)


async def test_a_correction_before_an_action_that_runs_elsewhere_counts_when_the_turn_is_over(
    lesson: Lesson, redis: Redis
) -> None:
    await lesson.say("hi")
    await lesson.change("ben", intent="pay", action="action_pay")
    assert await wanted(redis) == 0
    while (await lesson.state()).question is not None:
        await lesson.accept("ben")
    assert await wanted(redis) == 1
    turns = turns_of((name.partition(":")[0], one) for name, one in (await verdicts(redis)).items())
    assert len(turns) == 1


async def test_what_is_undone_counts_no_more(lesson: Lesson, redis: Redis) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.control(Control.UNDO)
    assert await verdicts(redis) == {}
    await lesson.accept("ben")
    assert [*await verdicts(redis)] == ["lesson:2"]
    assert await wanted(redis) == 1  # a model may have learned what was undone


async def test_an_aborted_session_counts_no_more(lesson: Lesson, redis: Redis, store: Store, core: BuiltinCore) -> None:
    other = await Lesson.begin(store, core, "other")
    for one in (lesson, other):
        await one.say("hi")
        await one.accept("ben")
    await lesson.control(Control.ABORT)
    assert [*await verdicts(redis)] == ["other:1"]
    assert await wanted(redis) == 1


async def test_a_session_without_a_turn_is_aborted_without_more_ado(lesson: Lesson, redis: Redis) -> None:
    await lesson.control(Control.ABORT)
    assert await wanted(redis) == 0


def test_accuracy_is_over_turns_in_the_order_of_their_messages() -> None:
    found = turns_of(
        [
            ("b", Verdict("3.0", 1, True, 2, 2)),
            ("a", Verdict("1.0", 1, False, 1, 0)),
            ("a", Verdict("1.0", 1, None, 3, 3)),
            ("a", Verdict("2.0", 2, True, 0, 0)),
        ]
    )
    assert found == [Turn(1, 0, 4, 3), Turn(1, 1, 0, 0), Turn(1, 1, 2, 2)]
    whole = accuracy(found)
    assert (whole.turns, whole.intents, whole.actions) == (3, 2 / 3, 5 / 6)
    assert accuracy([]).intents is None
