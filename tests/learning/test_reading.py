"""Reading conversations: only what is new of a log is read, and it is replayed once, whoever else is reading."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.tracker import EventVerbosity
from slackbot.learning import conversation
from slackbot.learning.conversation import Conversation, Reader
from slackbot.store import Snapshot, Store
from tests.learning.lesson import Lesson


class CountingStore(Store):
    """Notes from where on logs are read."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.since: list[int] = []

    async def read(self, conversation_id: str, since: int = 0) -> Snapshot | None:
        self.since.append(since)
        return await super().read(conversation_id, since)


async def read(reader: Reader, conversation_id: str) -> Conversation:
    found = await reader.read(conversation_id)
    assert found is not None
    return found


async def grow(lesson: Lesson, number: int) -> None:
    """Some more events in the log."""
    for _ in range(number):
        state = await lesson.state()
        event = {"event": "slot", "timestamp": None, "name": "dish", "value": f"soup {state.snapshot.version}"}
        await lesson.store.append(lesson.id, state.snapshot.version, [event])


async def test_only_what_is_new_of_a_log_is_read(lesson: Lesson, core: BuiltinCore, redis: Redis) -> None:
    store = CountingStore(redis)
    reader = Reader(store, lambda: core.domain)
    for number in (0, 3, 0, 2):
        await grow(lesson, number)
        state = await read(reader, lesson.id)
        assert len(state.tracker.events) == state.snapshot.version
    assert store.since == [0, 3, 6, 6]
    assert state.tracker.slots["dish"] == "soup 7"


async def test_readers_at_once_replay_every_event_once(lesson: Lesson, core: BuiltinCore, redis: Redis) -> None:
    reader = Reader(Store(redis), lambda: core.domain)
    for number in (0, 4, 1, 0):
        await grow(lesson, number)
        found = await asyncio.gather(*(read(reader, lesson.id) for _ in range(6)), grow(lesson, 2))
        assert {len(state.tracker.events) for state in found if state} >= {(await lesson.state()).snapshot.version - 2}
    state, fresh = await read(reader, lesson.id), await read(Reader(lesson.store, lambda: core.domain), lesson.id)
    for verbosity in EventVerbosity:
        assert state.tracker.current_state(verbosity) == fresh.tracker.current_state(verbosity)


async def test_what_a_session_adds_is_in_the_domain_from_then_on(lesson: Lesson, core: BuiltinCore) -> None:
    reader = Reader(lesson.store, lambda: core.domain)
    before = await read(reader, lesson.id)
    await lesson.add(intents=("ask",), responses={"utter_what": "What?"})
    after = await read(reader, lesson.id)
    assert "ask" in after.tracker.domain.intents
    assert "utter_what" in after.tracker.domain.actions
    assert "ask" not in before.tracker.domain.intents
    assert "ask" not in core.domain.intents
    assert len(after.tracker.events) == len(before.tracker.events)


async def test_logs_of_conversations_that_were_long_not_read_are_read_anew(
    lesson: Lesson, core: BuiltinCore, redis: Redis
) -> None:
    for number in range(conversation.KEPT_TRACKERS):
        await lesson.store.create(f"c{number}", (await lesson.state()).snapshot.session, [], "parent")
    store = CountingStore(redis)
    reader = Reader(store, lambda: core.domain)
    await read(reader, lesson.id)
    for number in range(conversation.KEPT_TRACKERS):
        await read(reader, f"c{number}")
    state = await read(reader, lesson.id)
    assert len(state.tracker.events) == state.snapshot.version == 3
    assert store.since == [0] * (conversation.KEPT_TRACKERS + 2)
    assert len(reader._trackers) == conversation.KEPT_TRACKERS


async def test_a_log_that_is_shorter_than_it_was_is_read_anew(lesson: Lesson, core: BuiltinCore, redis: Redis) -> None:
    """As after a restore from an older backup."""
    reader = Reader(lesson.store, lambda: core.domain)
    await grow(lesson, 3)
    await read(reader, lesson.id)
    await redis.ltrim(f"storythread:conversation:{lesson.id}:log", 0, 2)
    state = await read(reader, lesson.id)
    assert len(state.tracker.events) == state.snapshot.version == 3
