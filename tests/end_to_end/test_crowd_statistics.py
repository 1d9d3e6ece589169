"""``/teach stats``: text for one person alone, a picture as a direct message; and skills for the next question."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import Fixed, Skill
from slackbot.sandbox.files import File
from tests.end_to_end.stage import WORKER_BOUND, Stage, staged


@pytest.fixture
async def taught(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Stage]:
    """A channel in which Ben and Cleo have agreed on a turn that Dan got wrong. Ben may see how everybody does."""
    chosen = {"quorum": Fixed(2), "leaderboard": True}
    async with staged(
        redis_url, bistro, chosen=lambda people, _: {**chosen, "administrators": (people["ben"].id,)}
    ) as stage:
        scene = await stage.teach()
        await scene.say("hi")
        await scene.card("hi")
        await scene.change("dan", intent="goodbye")
        await scene.agree("ben", "cleo")
        yield stage


async def picture_for(stage: Stage, who: str) -> File:
    """The picture in somebody's direct messages, waited for."""
    async with asyncio.timeout(WORKER_BOUND):
        while True:
            for file in stage.slack.files:
                channel = stage.slack._backend.workspace.channels.get(file.channel or "")
                alone = channel is not None and channel.kind == "im" and stage.people[who].id in channel.members
                if file.name == "votes.png" and alone:
                    return file
            await asyncio.sleep(0.05)


async def test_who_may_sees_everybody_and_others_see_their_own_numbers(taught: Stage) -> None:
    for who in ("ben", "dan"):
        assert (await taught.command("stats", by=who)).startswith("I am counting.")
    async with taught.worker():
        for who in ("ben", "dan"):
            assert (await picture_for(taught, who)).content.startswith(b"\x89PNG")
    text = taught.ben.ephemerals[-1]["text"]
    assert "3 votes of 3 people" in text
    assert "`goodbye` for `greet` (1)" in text
    assert f"<@{taught.cleo.id}> 100 %" in text
    assert "Nobody has answered 5 questions whose answer is known that way." in text
    text = taught.dan.ephemerals[-1]["text"]
    assert "You gave the agreed answer: 0 %" in text
    assert "<@" not in text
    assert not [file for file in taught.slack.files if file.channel == taught.channel], "the channel sees nothing"


async def test_the_skills_that_a_worker_estimates_are_noted_on_the_next_question(taught: Stage) -> None:
    known = taught.teaching.loop._opening._skills
    async with taught.worker(), asyncio.timeout(WORKER_BOUND):
        while taught.ben.id not in await known(taught.slack.team_id):  # noqa: ASYNC110  it is in Redis
            await asyncio.sleep(0.05)
    scene = await taught.teach()
    await scene.say("hi")
    await scene.card("hi")
    question = (await taught.conversation(scene)).question
    assert question is not None
    assert question.terms is not None
    ben, dan = (question.terms.skills.get(person.id, Skill()) for person in (taught.ben, taught.dan))
    assert ben.accuracy > dan.accuracy
