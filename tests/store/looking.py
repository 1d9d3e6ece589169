"""Ways to look at what is stored."""

from __future__ import annotations

from typing import Any, cast

from redis.asyncio import Redis

from slackbot.store import Commit, Snapshot, Store

Json = dict[str, Any]
SESSION: Json = {"speaker": "ada", "status": "open"}
FIRST: list[Json] = [{"event": "action", "name": "action_listen"}]
QUESTION: Json = {"id": "1", "text": "Grüße, “hi”\n"}


async def read(store: Store, conversation_id: str) -> Snapshot:
    """The conversation, which is there."""
    snapshot = await store.read(conversation_id)
    assert snapshot is not None
    return snapshot


async def everything(redis: Redis) -> dict[str, object]:
    """Every key of the server and all that is in it."""
    async with Redis(unix_socket_path=redis.connection_pool.connection_kwargs["path"]) as raw:
        names = sorted(cast(list[bytes], await raw.keys("*")))
        return {name.decode(): await raw.dump(name) for name in names}


async def ask(store: Store, conversation_id: str, question: Json = QUESTION, turn: str | None = None) -> None:
    """Opens a question."""
    await store.commit(conversation_id, Commit(question=question, turn=turn))


async def settled(store: Store, conversation_id: str) -> None:
    """All that was to do is done: nothing is due and everything is drawn."""
    snapshot = await read(store, conversation_id)
    if snapshot.due is not None:
        await store.settle(conversation_id, snapshot.due)
    for redraw in await store.redraws(conversation_id):
        await store.drawn(conversation_id, redraw, None)
