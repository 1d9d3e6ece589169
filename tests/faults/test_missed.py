"""What the speaker did while nobody listened, and for longer than Slack repeats events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slackbot import clock
from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import shown
from tests.faults.app_here import AppHere
from tests.faults.session import Session
from tests.faults.world import World, world

#: Slack gives up within a second here.
GIVES_UP = (0.0, 0.1, 0.2)


@pytest.fixture
async def made(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with world(redis_url, tmp_path, retry_delays=GIVES_UP, connect_timeout=0.1) as made:
        yield made


@pytest.fixture
async def app(made: World, bistro: BuiltinCore) -> AsyncIterator[AppHere]:
    async with AppHere(made, bistro) as app:
        yield app


@pytest.fixture
async def session(made: World, app: AppHere) -> Session:
    session = Session(made)
    await session.perform(session.acts[0])
    return session


async def _accepted(session: Session, text: str) -> None:
    """Both annotators agree with the card about a message."""
    card = await session.world.until(lambda: session.card(text))
    for person in (session.ben, session.cleo):
        await person.press(session.channel, card["ts"], "All right")


async def test_messages_are_taken_up_in_the_order_of_writing(made: World, app: AppHere, session: Session) -> None:
    """Also when the app hears of a newer one before it has found the older ones."""
    await app.stop()
    for text in ("hi", "are you human?"):
        await session.ada.say(session.channel, text, session.thread)
    await session.ben.say(session.channel, "this is talk", session.thread)
    await made.slack.idle()
    made.slack.faults.delays["conversations.replies"] = 0.5
    await app.start()
    await session.ada.say(session.channel, "bye", session.thread)
    for text in ("hi", "are you human?", "bye"):
        await _accepted(session, text)
    await made.until(lambda: session.bot_said("bistro") and not session.open_cards)
    said = [event["text"] for event in await session.events() if event["event"] == "user"]
    assert said == ["hi", "are you human?", "bye"]


async def test_an_edit_is_taken_up(made: World, app: AppHere, session: Session) -> None:
    """The card about the message as it was is closed, and the message is asked about as it is."""
    ts = await session.ada.say(session.channel, "hi", session.thread)
    await made.until(lambda: session.card("hi"))
    await app.stop()
    await session.ada.edit(session.channel, ts, "bye")
    await made.slack.idle()
    await app.start()
    card = await made.until(lambda: session.card("bye"))
    assert "*goodbye*" in shown(card)
    await made.until(lambda: len(session.open_cards) == 1)


async def test_a_deletion_is_taken_up(made: World, app: AppHere, session: Session) -> None:
    """A deleted message is asked about no more, whether it had its turn or waited for it."""
    written = [await session.ada.say(session.channel, text, session.thread) for text in ("hi", "thanks", "bye")]
    await made.until(lambda: "Waiting: “thanks”, “bye”" in shown(session.card("hi") or {}))
    await app.stop()
    for ts in written[:2]:
        await session.ada.delete(session.channel, ts)
    await made.slack.idle()
    await app.start()
    await made.until(lambda: session.card("bye"))
    await made.until(lambda: len(session.open_cards) == 1)
    assert "Waiting" not in shown(session.open_cards[0])
    assert await session.steps() == []


async def test_a_deletion_after_an_edit_is_taken_up_by_the_sandboxs_time(
    made: World, app: AppHere, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion is later than the edit also where the sandbox's clock was moved."""
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    made.slack.clock.share(tmp_path / "clock")
    made.slack.clock.advance(86400)
    ts = await session.ada.say(session.channel, "hi", session.thread)
    await session.ada.edit(session.channel, ts, "bye")
    await made.until(lambda: session.card("bye"))
    await app.stop()
    await session.ada.delete(session.channel, ts)
    await made.slack.idle()
    await app.start()
    await made.until(lambda: not session.open_cards)


async def test_what_was_taken_is_not_taken_again(made: World, app: AppHere, session: Session) -> None:
    await session.ada.say(session.channel, "hi", session.thread)
    await _accepted(session, "hi")
    await made.until(lambda: session.bot_said("Hey!"))
    await app.stop()
    await app.start()
    await session.ada.say(session.channel, "bye", session.thread)
    await _accepted(session, "bye")
    await made.until(lambda: session.bot_said("bistro") or session.bot_said("Goodbye"))
    said = [event["text"] for event in await session.events() if event["event"] == "user"]
    assert said == ["hi", "bye"]
