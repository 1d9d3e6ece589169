"""Many at once: of all who decide on the same state, exactly one writes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from slackbot.errors import Conflict
from slackbot.store import Commit, Store
from slackbot.store.server import connect

MANY = 12

#: A process of its own that appends until it has appended as often as it was told to.
APPENDING = """
import asyncio, sys
from redis.asyncio import Redis
from slackbot.errors import Conflict
from slackbot.store import Store
from slackbot.store.server import connect

async def main(url, name, times):
    async with connect(url) as client:
        store, written, refused = Store(client), 0, 0
        while written < times:
            version = (await store.read("c1")).version
            try:
                await store.append("c1", version, [{"by": name, "n": written}, {"version": version}])
                written += 1
            except Conflict:
                refused += 1
    print(refused)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.fixture
async def stores(redis_url: str) -> AsyncIterator[list[Store]]:
    """Stores over connections of their own, and a conversation."""
    async with AsyncExitStack() as stack:
        clients: list[Redis] = [await stack.enter_async_context(connect(redis_url)) for _ in range(MANY)]
        found = [Store(client) for client in clients]
        await found[0].create("c1", {}, [{"event": "first"}], "parent")
        await asyncio.gather(*(store.ping() for store in found))
        yield found


async def outcome(store: Store, commit: Commit) -> bool:
    try:
        await store.commit("c1", commit)
    except Conflict:
        return False
    return True


async def test_exactly_one_of_many_appends_to_the_same_version_wins(stores: list[Store]) -> None:
    for version in range(1, 6):
        won = await asyncio.gather(
            *(outcome(store, Commit(version=version, events=[{"by": n}])) for n, store in enumerate(stores))
        )
        assert sum(won) == 1
        snapshot = await stores[0].read("c1")
        assert snapshot is not None
        assert snapshot.version == version + 1
        assert snapshot.events[-1] == {"by": won.index(True)}


async def test_a_question_is_closed_once_and_what_it_decided_is_appended_once(stores: list[Store]) -> None:
    await stores[0].commit("c1", Commit(question={"id": "1"}))
    now = await stores[0].read("c1")
    assert now is not None
    closing = Commit(
        version=now.version,
        question_revision=now.question_revision,
        input_revision=now.input_revision,
        events=[{"decided": True}],
        question="none",
        closed={"id": "1"},
    )
    assert sum(await asyncio.gather(*(outcome(store, closing) for store in stores))) == 1
    snapshot = await stores[0].read("c1")
    assert snapshot is not None
    assert list(snapshot.events) == [{"event": "first"}, {"decided": True}]
    assert await stores[0].closed_questions("c1") == [{"id": "1"}]


async def test_a_vote_comes_before_a_question_is_closed_and_hinders_it_or_is_refused(stores: list[Store]) -> None:
    """Never is a vote taken that the decision had not seen."""
    for number in range(1, 8):
        question_id = str(number)
        await stores[0].commit("c1", Commit(question={"id": question_id}))
        now = await stores[0].read("c1")
        assert now is not None
        closing = Commit(input_revision=now.input_revision, question="none", closed={"id": question_id})
        first = number % 2  # in turn, the vote and the decision are sent first
        tasks = [
            asyncio.ensure_future(stores[1].vote("c1", question_id, "ben", ["greet"])),
            asyncio.ensure_future(outcome(stores[2], closing)),
        ]
        voted, closed = await asyncio.gather(*(tasks if first else tasks[::-1]))
        if not first:
            voted, closed = closed, voted
        assert voted != closed
        await stores[0].commit("c1", Commit(question="none"))


async def test_one_opens_a_conversation_and_one_takes_a_lease(stores: list[Store]) -> None:
    opened = await asyncio.gather(*(store.create("c2", {}, [], "parent") for store in stores))
    assert sum(opened) == 1

    async def hold(store: Store) -> bool:
        async with store.lease("c2") as ours:
            await all_have_tried.wait()
            return ours

    all_have_tried = asyncio.Barrier(MANY)
    assert sum(await asyncio.gather(*(hold(store) for store in stores))) == 1


async def test_processes_that_append_at_once_lose_nothing_and_double_nothing(
    redis_url: str, stores: list[Store]
) -> None:
    each = 40
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", APPENDING, redis_url, name, str(each), stdout=asyncio.subprocess.PIPE
        )
        for name in ("a", "b")
    ]
    async with asyncio.timeout(30):
        outputs = await asyncio.gather(*(process.communicate() for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    assert all(output.strip().isdigit() for output, _ in outputs)
    snapshot = await stores[0].read("c1")
    assert snapshot is not None
    pairs = list(zip(snapshot.events[1::2], snapshot.events[2::2], strict=True))
    assert [version["version"] for _, version in pairs] == list(range(1, 1 + 4 * each, 2))
    for name in ("a", "b"):
        assert [event["n"] for event, _ in pairs if event["by"] == name] == list(range(each))
