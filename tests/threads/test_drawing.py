"""A thread becomes what the store says: decisions at once, tallies in bundles, the newest state always."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from slackbot.learning.controls import Control
from slackbot.store import Commit, Redraw, Store
from slackbot.threads import Threads, threads
from tests.threads.room import Process, Room

PEOPLE = ("ben", "cleo", "dan", "eve", "fay", "gus")


async def with_open_card(app: Process) -> None:
    """The thread with a card, all drawn."""
    await app.lesson.say("hi")
    await app.draw()


@asynccontextmanager
async def drawing(app: Process) -> AsyncIterator[asyncio.Task[None]]:
    """A drawing that goes on meanwhile."""
    task = asyncio.create_task(app.draw())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_votes_that_come_together_are_drawn_together(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, each followed by a drawing, as in the app."""
    app = await room.process(quorum=9)
    await with_open_card(app)
    before = len(room.calls("chat.update"))
    monkeypatch.setattr(threads, "BUNDLE", 0.5)
    first, *others = PEOPLE
    await app.lesson.accept(first)
    async with drawing(app) as bundle:
        for person in others:
            await asyncio.sleep(0.02)  # time enough to draw each vote by itself
            await app.lesson.accept(person)
            await app.draw()
        await bundle
    assert "6 have voted" in room.text("card:1")
    assert 1 <= len(room.calls("chat.update")) - before <= 2


async def test_a_decision_does_not_wait_for_a_bundle(room: Room, app: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tally is being waited with when the decision comes: it is drawn at once, by the drawing that waits."""
    await with_open_card(app)
    monkeypatch.setattr(threads, "BUNDLE", 60.0)
    async with drawing(app):
        await app.lesson.accept("ben")
        await app.draw()
        await app.lesson.accept("cleo")
        await app.draw()
        await room.sandbox.wait_for(lambda: "bot:5" in room.names and "Agreed by" in room.text("card:1"))
    assert "0 turns agreed" in room.text("parent")  # that waits


async def test_what_is_urgent_is_drawn_before_what_is_not(room: Room, app: Process) -> None:
    await with_open_card(app)
    await app.lesson.accept("ben")
    await app.lesson.control(Control.UNDO)
    await app.lesson.say("bye")
    asked = len(room.sandbox.calls)
    await app.draw()
    drawn = [(call.method, str(call.args.get("text"))) for call in room.sandbox.calls[asked:]]
    assert [method for method, _ in drawn] == ["chat.update", "chat.update", "chat.postMessage"]
    assert "undone" in drawn[0][1]
    assert "bye" in drawn[2][1]


async def test_only_the_newest_state_is_drawn(room: Room, app: Process) -> None:
    """Two turns are over before anybody draws."""
    for text in ("hi", "bye"):
        await app.lesson.say(text)
        await app.lesson.accept("ben", "cleo")
    await app.draw()
    assert sorted(room.names) == sorted(["parent", "card:1", "bot:5", "card:2", "bot:9"])
    assert "2 turns agreed" in room.text("parent")
    assert room.calls("chat.update") == []


async def test_what_is_shown_already_is_not_drawn_again(room: Room, app: Process) -> None:
    await with_open_card(app)
    store, before = app.lesson.store, len(room.sandbox.calls)
    for name in ("parent", "card:1"):
        await store.commit(app.lesson.id, Commit(redraw=(name,)))
    await app.draw()
    assert len(room.sandbox.calls) == before
    assert await store.redraws(app.lesson.id) == []


async def test_what_the_bot_said_is_struck_out_when_it_is_taken_back(room: Room, app: Process) -> None:
    await with_open_card(app)
    await app.lesson.accept("ben", "cleo")
    await app.draw()
    assert "Taken back" not in room.text("bot:5")
    await app.lesson.control(Control.UNDO)
    await app.draw()
    assert "Taken back" in room.text("bot:5")
    assert room.names == ["parent", "card:1", "bot:5", "card:2"]


async def test_a_message_that_was_deleted_is_posted_anew(room: Room, app: Process) -> None:
    await with_open_card(app)
    old = room.message("card:1")["ts"]
    await room.delete("card:1")
    await app.lesson.accept("ben")
    await app.draw()
    assert room.message("card:1")["ts"] > old
    assert "1 has voted" in room.text("card:1")
    await app.lesson.accept("cleo")
    await app.draw()
    assert "Agreed by" in room.text("card:1")


async def test_a_parent_that_was_deleted_stops_nothing(room: Room, app: Process) -> None:
    await with_open_card(app)
    await room.delete("parent")
    await app.lesson.accept("ben", "cleo")
    await app.draw()
    assert "Agreed by" in room.text("card:1")
    assert await app.lesson.store.undrawn(0) == []


async def test_a_process_that_starts_draws_what_is_left_and_nothing_else(room: Room, app: Process) -> None:
    await with_open_card(app)
    await app.lesson.accept("ben", "cleo")
    other = await room.process()
    before = len(room.sandbox.calls)
    await other.draw()
    assert [call.method for call in room.sandbox.calls[before:]] == [
        "chat.update",  # the card
        "chat.postMessage",  # what the bot says
        "chat.update",  # the parent
    ]
    before = len(room.sandbox.calls)
    await app.draw()
    assert len(room.sandbox.calls) == before


# --- response_url -------------------------------------------------------------------------------------------------


async def test_the_card_that_was_pressed_is_drawn_through_its_response_url(room: Room, app: Process) -> None:
    await with_open_card(app)
    before = room.calls("chat.update")
    app.threads.offer(app.lesson.id, "card:1", room.response_url("card:1"))
    await app.lesson.accept("ben")
    await app.draw()
    assert "1 has voted" in room.text("card:1")
    assert room.calls("chat.update") == before
    await app.lesson.accept("cleo")
    await app.draw()
    assert len(room.calls("chat.update")) == len(before) + 2  # the card without an offer, and the parent


async def test_a_response_url_that_slack_no_longer_takes_costs_an_update_and_nothing_else(
    room: Room, app: Process
) -> None:
    await with_open_card(app)
    app.threads.offer(app.lesson.id, "card:1", room.response_url("card:1"))
    room.sandbox.clock.advance(3600)
    await app.lesson.accept("ben")
    await app.draw()
    assert "1 has voted" in room.text("card:1")


async def test_a_card_that_was_deleted_after_the_press_is_posted_anew(room: Room, app: Process) -> None:
    await with_open_card(app)
    app.threads.offer(app.lesson.id, "card:1", room.response_url("card:1"))
    await room.delete("card:1")
    await app.lesson.accept("ben")
    await app.draw()
    assert "1 has voted" in room.text("card:1")


async def test_a_message_drawn_through_a_response_url_is_still_known_by_its_metadata(room: Room, app: Process) -> None:
    await with_open_card(app)
    app.threads.offer(app.lesson.id, "card:1", room.response_url("card:1"))
    await app.lesson.accept("ben")
    await app.draw()
    await app.lesson.store.note_shown(app.lesson.id, "card:1", {"posting": "by somebody who died"})
    await app.lesson.accept("cleo")
    await (await room.process()).draw()
    assert room.names.count("card:1") == 1


# --- the budget ---------------------------------------------------------------------------------------------------


async def test_what_can_wait_waits_for_the_budget_and_what_is_urgent_does_not(room: Room) -> None:
    app = await room.process(updates_per_minute=3, quorum=5)
    await with_open_card(app)
    for person in ("ben", "cleo"):
        await app.lesson.accept(person)
        await app.draw()
    assert not app.slack.pace.has_spare
    await app.lesson.accept("dan")
    async with drawing(app) as waiting:
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        assert "2 have voted" in room.text("card:1")
        await app.lesson.accept("eve", "fay")
        await app.draw()
        await room.sandbox.wait_for(lambda: "bot:5" in room.names and "Agreed by" in room.text("card:1"))
    assert len(room.calls("chat.update")) == 3


async def test_a_small_budget_is_enough_to_draw_all_in_time(room: Room) -> None:
    """Also what can wait: it doesn't wait for ever."""
    app = await room.process(updates_per_minute=1, quorum=4)
    async with asyncio.timeout(60):
        await with_open_card(app)
    assert len(room.calls("chat.update")) <= 1
    assert app.slack.pace.has_spare == (room.calls("chat.update") == [])


# --- drawings that meet -------------------------------------------------------------------------------------------


class LateStore(Store):
    """A store that says for the second time that nothing is to be drawn while something comes to be drawn."""

    def __init__(self, redis: Redis, app: Process) -> None:
        super().__init__(redis)
        self._app, self._empty = app, 0
        self.threads: Threads | None = None

    async def redraws(self, conversation_id: str) -> list[Redraw]:
        found = await super().redraws(conversation_id)
        self._empty += not found
        if self._empty == 2 and self.threads is not None:
            drawn_by, self.threads = self.threads, None
            await self._app.lesson.say("hi")
            await drawn_by.draw(conversation_id)
        return found


async def test_a_change_that_comes_as_a_drawing_ends_is_drawn_by_it(room: Room, app: Process) -> None:
    store = LateStore(app.lesson.store._redis, app)
    late = Threads(store, app.lesson.loop.read, app.slack)
    store.threads = late
    await late.draw(app.lesson.id)
    assert room.names == ["parent", "card:1"]
    assert await app.lesson.store.undrawn(0) == []


async def test_drawings_of_one_process_that_meet_become_one(room: Room, app: Process) -> None:
    await app.lesson.say("hi")
    await asyncio.gather(*(app.draw() for _ in range(5)))
    assert room.names == ["parent", "card:1"]
    assert app.threads._woken == {}
