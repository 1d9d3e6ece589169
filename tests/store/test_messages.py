"""Messages in the store: the same delivery twice changes nothing, in whatever order deliveries come."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from slackbot.errors import Conflict
from slackbot.store import Commit, Snapshot, Store

from .looking import FIRST, QUESTION, SESSION, ask, everything, read, settled

#: One state of a message: its text (None: deleted) and the ts of the change that led to it.
Change = tuple[str | None, str]

store_settings = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
fresh_ids = (f"example-{number}" for number in count())


def text_of(snapshot: Snapshot, ts: str) -> Any:
    return snapshot.waiting[ts]["text"] if ts in snapshot.waiting else "gone"


async def test_messages_wait_in_the_order_in_which_they_were_written(store: Store, opened: str) -> None:
    for ts in ("1700000002.000000", "1700000001.000200", "1700000001.000100"):
        assert await store.take_message(opened, ts, {"text": ts}) == "taken"
    assert list((await read(store, opened)).waiting) == [
        "1700000001.000100",
        "1700000001.000200",
        "1700000002.000000",
    ]
    assert max(await store.seen(opened)) == "1700000002.000000"


async def test_a_message_that_was_taken_up_is_not_taken_again(store: Store, redis: Redis, opened: str) -> None:
    await store.take_message(opened, "1.1", {"text": "hi"})
    await store.commit(opened, Commit(question=QUESTION, taken=["1.1"], turn="1.1"))
    before = await everything(redis)
    assert await store.take_message(opened, "1.1", {"text": "hi"}) == "repeated"
    assert await everything(redis) == before


#: One message's history: written, edited twice and, in some, deleted. Each with the ts of its change.
HISTORIES: list[list[Change]] = [
    [("hi", "0")],
    [("hi", "0"), ("hi!", "1700000005.000000")],
    [("hi", "0"), ("hi!", "1700000005.000000"), ("hello", "1700000009.000001")],
    [("hi", "0"), (None, "1700000005.000000")],
    [("hi", "0"), ("hi!", "1700000005.000000"), (None, "1700000005.000001")],
]


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Change], list[Change]]:
    """A message's history, and how it is delivered: in any order, each at least once."""
    history = draw(st.sampled_from(HISTORIES))
    repeats = draw(st.lists(st.sampled_from(history), max_size=4))
    return history, draw(st.permutations([*history, *repeats]))


@given(deliveries())
@store_settings
async def test_whatever_the_order_of_deliveries_the_latest_state_of_a_message_waits(
    store: Store, case: tuple[list[Change], list[Change]]
) -> None:
    history, delivered = case
    conversation = next(fresh_ids)
    await store._redis.flushall()  # so that looking at everything stays quick
    await store.create(conversation, SESSION, FIRST, "parent")
    for text, changed in delivered:
        message = {"text": text} if text else None
        await store.take_message(conversation, "1700000001.000100", message, changed=changed)
    expected = history[-1][0] or "gone"
    assert text_of(await read(store, conversation), "1700000001.000100") == expected
    before = await everything(store._redis)
    for text, changed in delivered:
        message = {"text": text} if text else None
        answer = await store.take_message(conversation, "1700000001.000100", message, changed=changed)
        assert answer == "repeated"
    assert await everything(store._redis) == before


@given(deliveries())
@store_settings
async def test_changes_of_the_open_turn_s_message_are_noted_in_any_order(
    store: Store, case: tuple[list[Change], list[Change]]
) -> None:
    """The message's question is open already; a deletion leaves a stand-in, so that the turn is withdrawn."""
    history, delivered = case
    conversation, ts = next(fresh_ids), "1700000001.000100"
    await store.create(conversation, SESSION, FIRST, "parent")
    await store.take_message(conversation, ts, {"text": "hi"})
    await store.commit(conversation, Commit(question=QUESTION, taken=[ts], turn=ts))
    for text, changed in delivered:
        await store.take_message(conversation, ts, {"text": text} if text else None, changed=changed)
    expected = history[-1][0] if len(history) > 1 else "gone"
    assert text_of(await read(store, conversation), ts) == expected


async def test_a_change_after_the_turn_was_closed_is_late_and_changes_nothing(store: Store, opened: str) -> None:
    await store.take_message(opened, "1.1", {"text": "hi"})
    await store.commit(opened, Commit(question=QUESTION, taken=["1.1"], turn="1.1"))
    await store.commit(opened, Commit(events=[{"n": 1}], question="none", closed={"id": "1"}, turn="none"))
    before = await read(store, opened)
    assert await store.take_message(opened, "1.1", {"text": "hello"}, changed="2.0") == "late"
    assert await store.take_message(opened, "1.1", {"text": "hello"}, changed="2.0") == "repeated"
    assert await store.take_message(opened, "1.1", None, changed="3.0") == "late"
    assert await read(store, opened) == before


async def test_a_message_refuses_a_commit_that_was_decided_without_it(store: Store, opened: str) -> None:
    """Also its edit and its deletion; a repeated delivery refuses nothing."""
    for message, changed in [({"text": "hi"}, "0"), ({"text": "hello"}, "1.5"), (None, "1.6")]:
        before = await read(store, opened)
        await store.take_message(opened, "1.1", message, changed=changed)
        with pytest.raises(Conflict):
            await store.commit(opened, Commit(input_revision=before.input_revision, taken=["1.1"]))
        now = await read(store, opened)
        assert await store.take_message(opened, "1.1", message, changed=changed) == "repeated"
        await store.commit(opened, Commit(input_revision=now.input_revision))


async def test_a_message_that_comes_while_a_card_is_open_is_shown_on_it_in_no_hurry(store: Store, opened: str) -> None:
    await ask(store, opened)
    await settled(store, opened)
    await store.take_message(opened, "1.2", {"text": "next"}, redraw="card:1")
    assert [(redraw.name, redraw.urgent) for redraw in await store.redraws(opened)] == [("card:1", False)]
    assert await store.due(0) == [opened]
    assert await store.undrawn(0) == [opened]


async def test_a_message_that_was_deleted_before_it_arrived_never_waits(store: Store, opened: str) -> None:
    before = await read(store, opened)
    assert await store.take_message(opened, "1.1", None, changed="1.5") == "changed"
    assert await store.take_message(opened, "1.1", {"text": "hi"}) == "repeated"
    assert await read(store, opened) == before
