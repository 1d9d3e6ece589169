"""Redis goes away while people act: they are told, nothing is lost, and the app goes on by itself when it is back."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from slackbot import app as app_module
from slackbot.core.builtin import BuiltinCore
from slackbot.errors import StoreUnavailable
from slackbot.listeners.parsing import NOT_STORED
from slackbot.sandbox import NotAcknowledged
from slackbot.store import Store
from slackbot.store import server as server_module
from slackbot.store.server import connect
from slackbot.teaching import advancing
from tests.end_to_end.stage import shown
from tests.faults.app_here import AppHere
from tests.faults.redis_server import RedisServer, own_redis
from tests.faults.session import Session
from tests.faults.world import World, world


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with own_redis() as server:
        yield server


@pytest.fixture
async def made(server: RedisServer, tmp_path: Path) -> AsyncIterator[World]:
    async with world(server.url, tmp_path, retry_delays=(1.0, 2.0, 4.0)) as made:
        yield made


@pytest.fixture
async def session(made: World, bistro: BuiltinCore, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    """A session with an open card that Ben has agreed with."""
    monkeypatch.setattr(app_module, "TAKE_UP_EVERY", 0.5)
    monkeypatch.setattr(advancing, "TAKE_UP_AFTER", 0.5)
    async with AppHere(made, bistro):
        session = Session(made)
        for act in session.acts[:3]:
            await session.perform(act)
        await made.until(lambda: "1 has voted" in shown(session.card("hi") or {}))
        yield session


async def _press(session: Session) -> None:
    card = session.card("hi")
    assert card is not None
    await session.cleo.press(session.channel, card["ts"], "All right")


async def test_a_press_is_not_acknowledged_and_the_person_told(server: RedisServer, session: Session) -> None:
    server.stop()
    with pytest.raises(NotAcknowledged):
        await _press(session)
    await session.world.until(lambda: NOT_STORED in [message["text"] for message in session.cleo.ephemerals])
    assert session.card("hi"), session.text
    server.start()
    await _press(session)
    await session.world.until(lambda: session.bot_said("Hey!") and not session.open_cards)


async def test_a_message_is_delivered_again_and_taken(server: RedisServer, session: Session) -> None:
    server.stop()
    await session.ada.say(session.channel, "bye", session.thread)
    server.start()
    await session.world.until(lambda: "Waiting: “bye”" in shown(session.card("hi") or {}))


async def test_a_command_opens_no_session_and_the_person_is_told(server: RedisServer, session: Session) -> None:
    server.stop()
    answer = await session.ben.command("/teach", "", session.channel)
    assert answer is not None
    assert answer["text"] == NOT_STORED
    server.start()
    await session.ben.command("/teach", "", session.channel)
    await session.world.until(lambda: session.text.count("Teaching session.") == 2)


async def test_what_was_stored_before_is_carried_on_by_itself(server: RedisServer, session: Session) -> None:
    """The vote that decides was acknowledged, and Redis went away before anything came of it."""
    slack = session.world.slack
    slack.on_call(lambda method, *_: server.stop() if method == "chat.postMessage" else None)
    await _press(session)
    await session.world.until(lambda: session.bot_said("Hey!"))
    slack._calls.observers.clear()
    server.start()
    await session.world.until(lambda: not session.open_cards)
    assert await session.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]
    names = [m["metadata"]["event_payload"]["name"] for m in session.messages if m.get("metadata")]
    assert len(names) == len(set(names)), session.text


async def test_a_press_while_redis_stands_still_can_be_repeated(server: RedisServer, session: Session) -> None:
    """Nobody knows then whether it was stored: pressing again does no harm."""
    server.signal(signal.SIGSTOP)
    with pytest.raises(NotAcknowledged):
        await _press(session)
    server.signal(signal.SIGCONT)
    await session.perform(session.acts[3])
    assert await session.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def test_work_that_waits_for_redis_can_be_cancelled(server: RedisServer) -> None:
    """A shutdown depends on it."""
    client = connect(server.url)

    async def work() -> None:
        while True:
            await client.get("anything")

    for number in range(200):
        task = asyncio.create_task(work())
        await asyncio.sleep(number / 100_000)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=20)
        assert done, f"cancellation {number} was lost"
    await client.aclose()


async def test_a_redis_that_stands_still_is_given_up_in_time_to_tell_people(server: RedisServer) -> None:
    client = connect(server.url)
    store = Store(client)
    await store.ping()
    server.signal(signal.SIGSTOP)
    assert server_module._COMMAND_BOUND < 3  # Slack's own bound
    async with asyncio.timeout(server_module._COMMAND_BOUND + 6):  # less than the socket's own
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await store.ping()
    server.signal(signal.SIGCONT)
    await store.ping()
    await client.aclose()
