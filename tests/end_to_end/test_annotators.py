"""Simulated annotators answer as people do: through the buttons, with the skill and the seed they were given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from slackbot.dialogue.project import load_project
from slackbot.sandbox.annotators import Annotator, Crowd, Knowledge, Pace, knowledge_of
from slackbot.sandbox.annotators.knowledge import Answer
from slackbot.sandbox.cards import Reading
from slackbot.settings import example_assistant
from tests.end_to_end.stage import Scene, Stage, shown


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return knowledge_of(load_project(example_assistant()))


def annotators(stage: Stage, knowledge: Knowledge, skill: float, seed: int = 1) -> list[Annotator]:
    people = [stage.people[name] for name in ("ben", "cleo", "dan")]
    return [Annotator(stage.slack, one, knowledge, skill=skill, pace=Pace.FAST, seed=seed) for one in people]


@asynccontextmanager
async def crowd(stage: Stage, knowledge: Knowledge, skill: float) -> AsyncIterator[None]:
    async with Crowd(stage.slack, annotators(stage, knowledge, skill), [stage.channel]).at_work():
        yield


async def decided(scene: Scene, text: str) -> str:
    """The card about a text, once its last part is decided."""
    return str(
        await scene.until(
            lambda messages: next(
                (
                    shown(m)
                    for m in messages
                    if f"“{text}”" in shown(m) and "wait for" in shown(m) and "Agreed" in shown(m)
                ),
                None,
            )
        )
    )


async def test_annotators_who_are_always_right_decide_as_the_key_says(stage: Stage, knowledge: Knowledge) -> None:
    scene = await stage.teach("2")
    async with crowd(stage, knowledge, skill=1.0):
        await scene.say("hi there")
        await decided(scene, "hi there")
        await scene.say("could be worse, I suppose")
        await decided(scene, "could be worse, I suppose")
    taught = [step for step in await scene.steps() if step.startswith(("user", "action:utter"))]
    assert taught == ["user:greet", "action:utter_greet", "user:mood_good", "action:utter_glad"]


async def test_a_card_that_is_open_already_is_answered(stage: Stage, knowledge: Knowledge) -> None:
    scene = await stage.teach("3")
    await scene.say("hi")
    await scene.card("hi")
    async with crowd(stage, knowledge, skill=1.0):
        card = await decided(scene, "hi")
    for name in ("ben", "cleo", "dan"):
        assert stage.people[name].mention in card


async def test_each_question_is_answered_once(stage: Stage, knowledge: Knowledge) -> None:
    scene = await stage.teach("4")
    async with crowd(stage, knowledge, skill=1.0):
        await scene.say("hi")
        await scene.until(lambda messages: any("3 have voted" in shown(m) for m in messages))
        await scene.settled()
        await stage.slack.idle()
        await asyncio.sleep(3 * Pace.FAST.value[1])  # in which they would think and press again
    pressed = [one for one in stage.slack.deliveries if one.payload.get("type") == "block_actions"]
    assert sorted(one.payload["user"]["name"] for one in pressed) == ["ben", "cleo", "dan"]


async def test_who_is_overruled_on_the_intent_answers_what_is_left(stage: Stage, knowledge: Knowledge) -> None:
    scene = await stage.teach("3")
    mistaken = Knowledge({"hi": Answer("goodbye")})
    ben = Annotator(stage.slack, stage.people["ben"], mistaken, skill=1.0, pace=Pace.FAST, seed=1)
    await scene.say("hi")
    card = await scene.card("hi")
    async with Crowd(stage.slack, [ben], [stage.channel]).at_work():
        await scene.until(lambda messages: any("1 has voted" in shown(m) for m in messages))
        for name in ("ada", "dan"):
            await scene.press(name, "All right", ts=card["ts"])
        await scene.change("cleo", action="utter_goodbye")  # the intent is decided, what to do is not
        await decided(scene, "hi")
    assert (await scene.steps())[:2] == ["user:greet", "action:utter_greet"]


async def test_annotators_who_are_never_right_vote_for_something_else(stage: Stage, knowledge: Knowledge) -> None:
    scene = await stage.teach("3")
    async with crowd(stage, knowledge, skill=0.0):
        await scene.say("hi")
        await scene.until(lambda messages: any("3 have voted" in shown(m) for m in messages))
    conversation = await stage.conversation(scene)
    assert conversation.question is not None
    right = tuple(part.suggested for part in conversation.question.parts)
    assert len(conversation.votes) == 3
    assert all(vote.answers != right[: len(vote.answers)] for vote in conversation.votes)


async def test_a_crowd_ends_with_the_demo(stage: Stage, knowledge: Knowledge) -> None:
    before = asyncio.all_tasks()
    async with crowd(stage, knowledge, skill=1.0):
        assert asyncio.all_tasks() - before
    assert asyncio.all_tasks() <= before


def readings(count: int) -> list[Reading]:
    return [Reading(f"text {number}", "greet", True, "utter_greet", ("utter_greet",)) for number in range(count)]


async def test_the_same_seed_gives_the_same_answers_and_another_one_others(stage: Stage, knowledge: Knowledge) -> None:
    def answers(seed: int) -> list[list[tuple[bool, str]]]:
        made = annotators(stage, knowledge, 0.5, seed)
        decisions = [[one.decide(card) for card in readings(40)] for one in made]
        return [[(decision.right, decision.field) for decision in of_one] for of_one in decisions]

    assert answers(1) == answers(1)
    assert answers(1) != answers(2)
    assert answers(1)[0] != answers(1)[1]  # everybody errs elsewhere


async def test_skill_is_the_chance_of_being_right(stage: Stage, knowledge: Knowledge) -> None:
    [one, *_] = annotators(stage, knowledge, 0.8)
    right = sum(one.decide(card).right for card in readings(2000))
    assert 1540 < right < 1660  # 3.4 standard deviations
    assert len({one.decide(readings(1)[0]).right for _ in range(50)}) == 2  # who is asked again may think again
