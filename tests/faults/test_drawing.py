"""Who draws a thread: one process at a time, and another one soon after that one died."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from slackbot.store import Store, conversations
from slackbot.store.keys import Keys
from tests.end_to_end.stage import Stage
from tests.faults.world import conversation_of


async def test_a_lease_is_held_for_as_long_as_its_holder_lives(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "LEASE_SECONDS", 1)
    store = Store(redis)
    async with store.lease("c1") as ours:
        assert ours
        for _ in range(15):
            await asyncio.sleep(0.1)
            async with store.lease("c1") as taken_over:
                assert not taken_over


async def test_a_lease_that_was_lost_is_not_renewed(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stood still for too long doesn't prolong the lease of the one that went on."""
    monkeypatch.setattr(conversations, "LEASE_SECONDS", 1)
    store = Store(redis)
    async with store.lease("c1"):
        await redis.set(Keys("c1").lease, "another's", px=600)
        await asyncio.sleep(0.8)
        assert not await redis.exists(Keys("c1").lease)


def test_a_thread_whose_drawer_died_is_drawn_on_within_seconds() -> None:
    assert conversations.LEASE_SECONDS <= 5


async def test_a_message_that_is_found_again_shows_the_newest_state(stage: Stage) -> None:
    """The process that posted it died before it learnt so, and what it posted is out of date by now."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    conversation = await conversation_of(scene)
    await stage.teaching.store.note_shown(conversation, "card:1", {"posting": "as it was then"})
    await scene.say("bye")
    await scene.shows("Waiting: “bye”")
    assert len(scene.messages) == 4
