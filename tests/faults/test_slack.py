"""Slack on its bad days: it limits, fails, disconnects, loses acknowledgements. Nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from slackbot import sockets
from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox import Person
from tests.faults.app_here import AppHere
from tests.faults.session import STEPS, Session
from tests.faults.world import World, poll, world

#: Seconds that a press on a busy machine may take. One that was lost is never acknowledged.
PATIENCE = 60.0
#: Seconds before an event is delivered again.
RETRIES = (0.05, 0.5, 2.0)


@pytest.fixture
async def made(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(redis_url, tmp_path, retry_delays=RETRIES, connect_timeout=5.0) as made:
        yield made


@pytest.fixture
async def app(made: World, bistro: BuiltinCore) -> AsyncIterator[AppHere]:
    async with AppHere(made, bistro) as app:
        yield app


@pytest.fixture
async def session(made: World, app: AppHere) -> Session:
    return Session(made)


async def _played(session: Session) -> None:
    """All acts but the last, which takes a worker."""
    for act in session.acts[:-1]:
        await session.perform(act)
    assert await session.steps() == STEPS, session.text
    names = [message["metadata"]["event_payload"]["name"] for message in session.messages if message.get("metadata")]
    assert len(names) == len(set(names)), session.text


async def test_limits_are_waited_out(made: World, session: Session) -> None:
    for method in ("chat.postMessage", "chat.update", "conversations.members", "conversations.replies"):
        made.slack.faults.fail_next(method, 429, retry_after=1)
    await _played(session)


async def test_failures_are_outlasted(made: World, session: Session) -> None:
    for method in ("chat.postMessage", "chat.update", "conversations.members", "views.open", "chat.postEphemeral"):
        made.slack.faults.fail_next(method, 500, times=2)
        made.slack.faults.fail_next(method, "internal_error")
    await _played(session)


async def test_a_cut_connection_leaves_no_message_twice(made: World, session: Session) -> None:
    """Slack took the message, and the answer was lost."""
    made.slack.faults.drop_response_after("chat.postMessage", times=4)
    made.slack.faults.drop_response_after("chat.update", times=2)
    await _played(session)


async def test_lost_acknowledgements_double_nothing(made: World, session: Session) -> None:
    """Slack delivers events again; people are shown an error and press again."""
    for act in session.acts[:-1]:
        made.slack.faults.drop_next_ack()
        await session.perform(act)
    await made.slack.idle()
    assert await session.steps() == STEPS, session.text


async def test_presses_while_a_connection_is_refreshed_are_all_taken(made: World, session: Session) -> None:
    """Slack tells one connection after the other to go. It doesn't wait for one: there must always be another."""
    connections = made.slack._backend.sockets
    people = await _opened(session, 40)
    connections._connect_timeout = 0.0
    made.slack._deliverer._ack_timeout = PATIENCE
    for first in range(0, 40, 10):
        pressing = [asyncio.create_task(_pressed(session, person)) for person in people[first : first + 5]]
        await asyncio.sleep(0)
        socket = connections._ready[0]
        connections._forget(socket)
        await connections._say_goodbye(socket, "refresh_requested")
        pressing += [asyncio.create_task(_pressed(session, person)) for person in people[first + 5 : first + 10]]
        await asyncio.gather(*pressing)
        await made.until(lambda: made.slack.connections == 2)
    await _has_votes(session, 40)


async def test_presses_while_all_connections_are_refreshed_are_all_taken(made: World, session: Session) -> None:
    """Those that were delivered are acknowledged on the new connections."""
    made.slack._deliverer._ack_timeout = PATIENCE
    pressing = [asyncio.create_task(_pressed(session, person)) for person in await _opened(session, 10)]
    await asyncio.sleep(0)
    made.slack.faults.disconnect_sockets()
    await asyncio.gather(*pressing)
    await _has_votes(session, 10)


async def _opened(session: Session, number: int) -> list[Person]:
    """So many people before a card on which more must agree."""
    people = [session.joined(f"Person {place}") for place in range(number)]
    await session.ada.command("/teach", f"quorum {number + 1}", session.channel)
    await session.world.until(lambda: session.thread)
    await session.ada.say(session.channel, "hi", session.thread)
    await session.world.until(lambda: session.card("hi"))
    return people


async def _pressed(session: Session, person: Person) -> None:
    card = session.card("hi")
    assert card is not None
    await person.press(session.channel, card["ts"], "All right")


async def _has_votes(session: Session, number: int) -> None:
    snapshot = await session.world.store.read(await session.conversation())
    assert snapshot is not None
    assert len(snapshot.votes) == number


async def test_an_event_is_kept_while_slack_does_not_say_who_the_bot_is(
    made: World, app: AppHere, session: Session
) -> None:
    """The first event after a start finds auth.test failing."""
    await session.perform(session.acts[0])
    await app.stop()
    await app.start()
    await made.until(lambda: "conversations.replies" in [call.method for call in made.slack.calls])
    made.slack.faults.fail_next("auth.test", 500, times=3)
    await session.ada.say(session.channel, "hi", session.thread)
    await made.until(lambda: session.card("hi"), 15)


async def test_a_connection_that_does_not_come_back_is_replaced(
    made: World, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack's client tries a URL that has expired for ever."""
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.2)
    monkeypatch.setattr(sockets, "PATIENCE", 1.0)
    expired = [True]

    def expire(method: str, *_: Any) -> None:
        if method == "apps.connections.open" and expired[0]:
            made.slack._backend.sockets._tickets.clear()

    made.slack.on_call(expire)
    made.slack.faults.disconnect_sockets(None)
    await made.until(lambda: [call for call in made.slack.calls if call.method == "apps.connections.open"][2:])
    expired[0] = False
    await made.until(lambda: made.slack.connections == 2)
    await session.perform(session.acts[0])


async def test_after_a_long_time_without_connections_what_was_missed_is_found(
    made: World, session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sockets, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(sockets, "LONG_GAP", 1.0)
    monkeypatch.setattr(sockets, "PATIENCE", 2.0)
    made.slack._deliverer._retry_delays = (0.0,)
    await session.perform(session.acts[0])
    made.slack.faults.delays["apps.connections.open"] = 20.0
    made.slack._backend.sockets._connect_timeout = 0.1
    made.slack.faults.disconnect_sockets(None)
    await session.ada.say(session.channel, "hi", session.thread)
    await made.slack.idle()
    await poll(lambda: "no connection to Slack" in caplog.text)
    made.slack.faults.delays.clear()
    await made.until(lambda: session.card("hi"))
