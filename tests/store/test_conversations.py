"""Conversations in the store, against a real server: commits are whole or not at all, late votes are refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from slackbot.errors import Conflict, StoreUnavailable
from slackbot.store import Commit, Snapshot, Store, StoredVote, conversations, keys
from slackbot.store.keys import Keys

from .looking import FIRST, SESSION, ask, everything, read, settled

# --- opening and reading ----------------------------------------------------------------------------------------------


async def test_a_new_conversation_has_its_first_events_and_is_due_and_undrawn(store: Store) -> None:
    assert await store.create("c1", SESSION, FIRST, "parent")
    snapshot = await read(store, "c1")
    assert snapshot.due is not None
    assert snapshot == Snapshot(
        conversation_id="c1",
        version=1,
        events=tuple(FIRST),
        since=0,
        session=SESSION,
        thread_ts=None,
        question=None,
        questions=0,
        votes=(),
        waiting={},
        turn=None,
        question_revision="0",
        input_revision="0",
        session_revision="1",
        due=snapshot.due,
    )
    assert await store.active() == ["c1"]
    assert await store.due(0) == ["c1"]
    assert await store.undrawn(0) == ["c1"]
    assert [(redraw.name, redraw.urgent) for redraw in await store.redraws("c1")] == [("parent", True)]


async def test_opening_it_again_changes_nothing(store: Store, redis: Redis, opened: str) -> None:
    before = await everything(redis)
    assert not await store.create("c1", {"speaker": "ben"}, [*FIRST, *FIRST], "card:1")
    assert await everything(redis) == before


async def test_what_was_never_opened_is_not_there(store: Store) -> None:
    assert await store.read("nobody") is None
    with pytest.raises(Conflict):
        await store.append("nobody", 0, FIRST)
    assert await store.closed_question("nobody", "1") is None
    assert await store.closed_questions("nobody") == []
    assert await store.seen("nobody") == {}
    assert await store.redraws("nobody") == []


async def test_a_reader_gets_only_what_is_new_of_the_log(store: Store, opened: str) -> None:
    await store.append(opened, 1, [{"n": 1}, {"n": 2}, {"n": 3}])
    for since, expected in [(0, [FIRST[0], {"n": 1}, {"n": 2}, {"n": 3}]), (2, [{"n": 2}, {"n": 3}]), (4, [])]:
        snapshot = await store.read(opened, since=since)
        assert snapshot is not None
        assert (snapshot.version, snapshot.since, list(snapshot.events)) == (4, since, expected)


async def test_a_thread_leads_to_its_conversation(store: Store, opened: str) -> None:
    await store.bind_thread(opened, "C1", "1700000000.000100")
    assert await store.conversation_in("C1", "1700000000.000100") == opened
    assert await store.conversation_in("C2", "1700000000.000100") is None
    assert (await read(store, opened)).thread_ts == "1700000000.000100"


# --- commits ----------------------------------------------------------------------------------------------------------


async def test_an_append_to_a_log_that_has_grown_is_refused(store: Store, opened: str) -> None:
    assert await store.append(opened, 1, [{"n": 1}]) == 2
    with pytest.raises(Conflict):
        await store.append(opened, 1, [{"n": 2}])
    assert [event.get("n") for event in (await read(store, opened)).events] == [None, 1]


WHOLE = Commit(
    events=[{"n": 1}, {"n": "zwei"}],
    question={"id": "2", "text": "next"},
    closed={"id": "1", "outcome": "decided"},
    session={"speaker": "ada", "status": "finishing"},
    taken=["1.1"],
    put_back={"1.2": {"text": "again"}},
    redraw=["card:1", "bot:1"],
    redraw_later=["parent"],
    turn="1.3",
)


async def with_everything(store: Store, conversation_id: str) -> None:
    """An open question with a vote, and a waiting message."""
    await ask(store, conversation_id)
    await store.vote(conversation_id, "1", "ben", ["greet"])
    await store.take_message(conversation_id, "1.1", {"text": "hi"})


async def test_a_commit_writes_all_of_it(store: Store, opened: str) -> None:
    await with_everything(store, opened)
    before = await read(store, opened)
    assert await store.commit(opened, WHOLE) == 3
    after = await read(store, opened)
    assert after == replace(
        before,
        version=3,
        events=(*FIRST, {"n": 1}, {"n": "zwei"}),
        session={"speaker": "ada", "status": "finishing"},
        question={"id": "2", "text": "next"},
        questions=2,
        votes=(),
        waiting={"1.2": {"text": "again"}},
        turn="1.3",
        question_revision="2",
        session_revision="2",
        due=after.due,
    )
    assert await store.closed_questions(opened) == [{"id": "1", "outcome": "decided"}]
    assert await store.closed_question(opened, "1") == {"id": "1", "outcome": "decided"}
    assert [redraw.name for redraw in await store.redraws(opened)] == ["parent", "card:1", "bot:1"]


@pytest.mark.parametrize(
    "stale",
    [
        {"version": 0},
        {"version": 2},
        {"question_revision": "0"},
        {"input_revision": "1"},
        {"session_revision": "2"},
        {"version": 1, "question_revision": "1", "input_revision": "3", "session_revision": "1"},
    ],
    ids=str,
)
async def test_a_commit_decided_on_another_state_writes_nothing(
    store: Store, redis: Redis, opened: str, stale: dict[str, Any]
) -> None:
    await with_everything(store, opened)
    before = await everything(redis)
    with pytest.raises(Conflict):
        await store.commit(opened, replace(WHOLE, **stale))
    assert await everything(redis) == before


async def test_a_commit_decided_on_this_very_state_is_written(store: Store, opened: str) -> None:
    await with_everything(store, opened)
    now = await read(store, opened)
    guarded = replace(
        WHOLE,
        version=now.version,
        question_revision=now.question_revision,
        input_revision=now.input_revision,
        session_revision=now.session_revision,
    )
    assert await store.commit(opened, guarded) == 3


async def test_an_empty_commit_leaves_everything_as_it_is_but_due(store: Store, opened: str) -> None:
    await with_everything(store, opened)
    before = await read(store, opened)
    assert await store.commit(opened, Commit()) == 1
    after = await read(store, opened)
    assert after == replace(before, due=after.due)


async def test_a_question_asked_anew_under_its_id_keeps_its_votes_and_another_one_begins_without(
    store: Store, opened: str
) -> None:
    await with_everything(store, opened)
    await ask(store, opened, {"id": "1", "text": "changed"})
    kept = await read(store, opened)
    assert (kept.questions, [vote.person for vote in kept.votes]) == (1, ["ben"])
    await ask(store, opened, {"id": "2"})
    assert ((await read(store, opened)).questions, (await read(store, opened)).votes) == (2, ())


async def test_a_closed_question_leaves_no_votes_behind(store: Store, opened: str) -> None:
    await with_everything(store, opened)
    await store.commit(opened, Commit(question="none", closed={"id": "1"}, turn="none"))
    after = await read(store, opened)
    assert (after.question, after.votes, after.turn, after.questions) == (None, (), None, 1)


async def test_closed_questions_come_in_the_order_of_their_numbers(store: Store, opened: str) -> None:
    for number in (2, 10, 1):
        await store.commit(opened, Commit(closed={"id": str(number)}))
    assert [record["id"] for record in await store.closed_questions(opened)] == ["1", "2", "10"]


async def test_a_conversation_that_is_over_is_neither_active_nor_due(store: Store, opened: str) -> None:
    await store.commit(opened, Commit(session={"status": "aborted"}, over=True, redraw=["parent"]))
    assert await store.active() == []
    assert await store.due(0) == []
    assert await store.undrawn(0) == [opened]


# --- votes ------------------------------------------------------------------------------------------------------------


async def test_votes_are_numbered_in_the_order_in_which_they_came(store: Store, opened: str) -> None:
    await ask(store, opened)
    for person in ("ben", "cleo", "dan"):
        assert await store.vote(opened, "1", person, ["greet", "[]"])
    votes = (await read(store, opened)).votes
    assert {vote.person: vote.sequence for vote in votes} == {"ben": 1, "cleo": 2, "dan": 3}
    assert {vote.answers for vote in votes} == {("greet", "[]")}


async def test_a_second_vote_of_a_person_replaces_the_first_and_comes_last(store: Store, opened: str) -> None:
    await ask(store, opened)
    await store.vote(opened, "1", "ben", ["greet"])
    await store.vote(opened, "1", "cleo", ["greet"])
    assert await store.vote(opened, "1", "ben", ["bye", 'Grüße "\\'])
    votes = {vote.person: vote for vote in (await read(store, opened)).votes}
    assert votes["ben"] == StoredVote("ben", ("bye", 'Grüße "\\'), 3)
    assert votes["cleo"] == StoredVote("cleo", ("greet",), 2)


async def test_the_same_vote_again_changes_nothing(store: Store, redis: Redis, opened: str) -> None:
    await ask(store, opened)
    await store.vote(opened, "1", "ben", ["greet"])
    await store.vote(opened, "1", "cleo", ["bye"])
    before = await everything(redis)
    assert await store.vote(opened, "1", "ben", ["greet"])
    assert await everything(redis) == before


async def test_a_vote_on_a_question_that_is_not_open_is_refused_and_changes_nothing(
    store: Store, redis: Redis, opened: str
) -> None:
    before = await everything(redis)
    assert not await store.vote(opened, "1", "ben", ["greet"])
    assert await everything(redis) == before
    await ask(store, opened)
    await store.vote(opened, "1", "ben", ["greet"])
    await store.commit(opened, Commit(question="none", closed={"id": "1"}))
    await ask(store, opened, {"id": "2"})
    before = await everything(redis)
    assert not await store.vote(opened, "1", "cleo", ["greet"])
    assert not await store.vote("nobody", "1", "cleo", ["greet"])
    assert await everything(redis) == before


async def test_a_vote_makes_the_conversation_due_and_its_card_to_be_drawn_in_no_hurry(
    store: Store, opened: str
) -> None:
    await ask(store, opened)
    await settled(store, opened)
    await store.vote(opened, "1", "ben", ["greet"])
    assert await store.due(0) == [opened]
    assert await store.undrawn(0) == [opened]
    assert [(redraw.name, redraw.urgent) for redraw in await store.redraws(opened)] == [("card:1", False)]


# --- leases and drafts ------------------------------------------------------------------------------------------------


async def test_one_at_a_time_holds_a_lease(store: Store, opened: str) -> None:
    async with store.lease(opened) as first:
        assert first
        async with store.lease(opened) as second, store.lease("c2") as other:
            assert not second
            assert other
        async with store.lease(opened) as third:
            assert not third
    async with store.lease(opened) as again:
        assert again


async def test_a_lease_is_given_back_when_its_holder_fails(store: Store, opened: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.lease(opened):
            raise ZeroDivisionError
    async with store.lease(opened) as again:
        assert again


async def test_a_lease_of_a_process_that_died_runs_out(store: Store, redis: Redis, opened: str) -> None:
    key = Keys(opened).lease
    async with store.lease(opened):
        assert 0 < await redis.ttl(key) <= conversations.LEASE_SECONDS


class StubbornStore(Store):
    """A store with a client that swallows a cancellation, as asyncio.wait_for of Python 3.11 may let it."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.renewing = asyncio.Event()

    async def _run(self, script: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        if script == "renew":
            self.renewing.set()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        return await super()._run(script, keys, args)


async def test_a_lease_is_given_back_in_the_middle_of_a_renewal(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, opened: str
) -> None:
    monkeypatch.setattr(conversations, "LEASE_SECONDS", 1)
    store = StubbornStore(redis)
    async with asyncio.timeout(60):
        async with store.lease(opened):
            await store.renewing.wait()
        async with store.lease(opened) as again:
            assert again


async def test_somebody_who_lost_a_lease_does_not_give_back_another_s(store: Store, redis: Redis, opened: str) -> None:
    key = Keys(opened).lease
    async with store.lease(opened):
        await redis.delete(key)  # it ran out
        async with store.lease(opened) as taken_over:
            assert taken_over
            holder = await redis.get(key)
            await store._run("release", [key], ["the first one's token"])
            assert await redis.get(key) == holder


async def test_a_draft_is_kept_for_a_day(store: Store, redis: Redis) -> None:
    assert await store.draft("t1") is None
    await store.save_draft("t1", {"answers": ["greet", "Grüße"]})
    assert await store.draft("t1") == {"answers": ["greet", "Grüße"]}
    key = keys.draft("t1")
    assert conversations.DRAFT_SECONDS - 60 < await redis.ttl(key) <= conversations.DRAFT_SECONDS
    await redis.pexpire(key, 0)
    assert await store.draft("t1") is None


# --- a server that does not answer ------------------------------------------------------------------------------------


async def test_a_server_that_is_down_is_told_as_such(tmp_path: Path) -> None:
    async with Redis(unix_socket_path=str(tmp_path / "nobody"), retry=Retry(NoBackoff(), 0)) as client:
        store = Store(client)
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await store.ping()
        with pytest.raises(StoreUnavailable):
            await store.append("c1", 0, FIRST)
        with pytest.raises(StoreUnavailable):
            async with store.lease("c1"):
                pass


async def test_a_server_that_refuses_is_told_as_such(store: Store, redis: Redis) -> None:
    await redis.set(Keys("c1").head, "not a hash")
    with pytest.raises(StoreUnavailable, match="refuses"):
        await store.read("c1")
