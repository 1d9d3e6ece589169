"""What the store knows is to be done and to be drawn, and in which order."""

from __future__ import annotations

from slackbot.store import Commit, Redraw, Store, keys

from .looking import FIRST, SESSION, read, settled


async def test_a_conversation_is_settled_unless_something_happened_since_it_was_read(store: Store, opened: str) -> None:
    before = await read(store, opened)
    await store.take_message(opened, "1.1", {"text": "hi"})
    assert before.due is not None
    await store.settle(opened, before.due)
    assert await store.due(0) == [opened]
    now = await read(store, opened)
    assert now.due is not None
    await store.settle(opened, now.due)
    assert await store.due(0) == []
    assert (await read(store, opened)).due is None
    await store.settle(opened, now.due)


async def test_only_what_has_waited_long_enough_is_due_the_oldest_first(store: Store) -> None:
    for name in ("b", "a", "c"):
        await store.create(name, SESSION, FIRST, "parent")
    assert await store.due(0) == ["b", "a", "c"]
    assert await store.undrawn(0) == ["b", "a", "c"]
    assert await store.due(60) == []
    await store._redis.zincrby(keys.DUE, -61, "c")
    assert await store.due(60) == ["c"]
    assert await store.undrawn(60) == []


async def test_urgent_drawings_come_first_each_name_once(store: Store, opened: str) -> None:
    await settled(store, opened)
    await store.commit(opened, Commit(redraw_later=["parent", "card:1"]))
    await store.commit(opened, Commit(redraw=["bot:3", "card:1"]))
    await store.commit(opened, Commit(redraw=["bot:4"], redraw_later=["card:1"]))
    redraws = await store.redraws(opened)
    assert [(redraw.name, redraw.urgent) for redraw in redraws] == [
        ("bot:3", True),
        ("card:1", True),
        ("bot:4", True),
        ("parent", False),
    ]


async def test_a_drawing_is_done_unless_it_must_be_drawn_anew_already(store: Store, opened: str) -> None:
    await settled(store, opened)
    await store.commit(opened, Commit(redraw=["card:1"]))
    [old] = await store.redraws(opened)
    await store.commit(opened, Commit(redraw=["card:1"]))
    assert await store.drawn(opened, old, {"ts": "5.5"}) == 1
    assert await store.shown(opened, "card:1") == {"ts": "5.5"}
    [new] = await store.redraws(opened)
    assert await store.drawn(opened, new, None) == 0
    assert await store.shown(opened, "card:1") == {"ts": "5.5"}
    assert await store.undrawn(0) == []


async def test_one_drawing_does_for_an_urgent_and_a_later_change_that_were_there_before(
    store: Store, opened: str
) -> None:
    await settled(store, opened)
    await store.commit(opened, Commit(redraw_later=["card:1"]))
    await store.commit(opened, Commit(redraw=["card:1"]))
    [redraw] = await store.redraws(opened)
    assert await store.drawn(opened, redraw, None) == 0


async def test_a_later_change_that_came_after_the_urgent_one_is_drawn_on_its_own(store: Store, opened: str) -> None:
    await settled(store, opened)
    await store.commit(opened, Commit(redraw=["card:1"]))
    [redraw] = await store.redraws(opened)
    await store.commit(opened, Commit(redraw_later=["card:1"]))
    assert await store.drawn(opened, redraw, None) == 1
    assert [(left.name, left.urgent) for left in await store.redraws(opened)] == [("card:1", False)]
    assert await store.undrawn(0) == [opened]


async def test_drawing_what_nobody_asked_for_leaves_the_rest_to_be_drawn(store: Store, opened: str) -> None:
    assert await store.drawn(opened, Redraw("card:9", 99, urgent=True), None) == 1
    assert await store.undrawn(0) == [opened]


async def test_what_is_noted_as_shown_can_be_read(store: Store, opened: str) -> None:
    assert await store.shown(opened, "card:1") is None
    await store.note_shown(opened, "card:1", {"posting": True})
    assert await store.shown(opened, "card:1") == {"posting": True}
