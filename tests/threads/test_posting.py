"""A message is posted once: whatever breaks, whoever dies, and however many draw at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from slackbot.errors import DeliveryUnknown, SlackUnavailable
from slackbot.store import conversations
from slackbot.threads import slack as slack_module
from tests.threads.proxy import Spoilt, gateway
from tests.threads.room import Process, Room

TURN = ["parent", "card:1", "bot:5"]


async def act(app: Process, number: int) -> None:
    """Each act leads to one more message of a turn."""
    if number == 1:
        await app.lesson.say("hi")
    elif number == 2:
        await app.lesson.accept("ben", "cleo")


async def a_turn(app: Process) -> None:
    """A session's beginning, a card, and what the bot says when it is agreed."""
    for number in range(3):
        await act(app, number)
        await app.draw()


async def test_a_turn_is_a_parent_a_card_and_what_the_bot_says(room: Room, app: Process) -> None:
    await a_turn(app)
    assert room.names == TURN
    parent = room.message("parent")
    assert {message["thread_ts"] for message in room.messages} == {parent["ts"]}
    assert await app.lesson.store.conversation_in(room.channel, parent["ts"]) == app.lesson.id
    assert "Hello!" in room.text("bot:5")
    assert "Agreed by" in room.text("card:1")


@pytest.mark.parametrize("cut", range(3), ids=TURN)
async def test_a_message_that_slack_took_before_the_connection_broke_is_not_posted_again(
    room: Room, app: Process, cut: int
) -> None:
    for number in range(3):
        await act(app, number)
        if number == cut:
            room.sandbox.faults.drop_response_after("chat.postMessage", 1)
        await app.draw()
    assert room.names == TURN
    assert len(room.calls("conversations.history")) == (cut == 0)
    assert len(room.calls("conversations.replies")) == (cut > 0)


async def test_a_message_that_slack_did_not_take_is_posted_again(room: Room, app: Process) -> None:
    """Nothing tells whether an error came before or after the message was posted: so it is looked for first."""
    room.sandbox.faults.fail_next("chat.postMessage", "internal_error")
    await app.draw()
    assert room.names == ["parent"]
    assert room.calls("chat.postMessage", "conversations.history") == [
        "chat.postMessage",
        "conversations.history",
        "chat.postMessage",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        Spoilt(500, "text/html", "<h1>upstream error</h1>"),
        Spoilt(503, "text/plain", "upstream error"),
        Spoilt(504, "application/json", '{"ok": false'),
        Spoilt(200, "application/json", '{"ok": true, "ts": "17'),
        Spoilt(200, "application/json", '{"ok": false, "error": "fatal_error"}'),
        Spoilt(200, "text/html", "<h1>Please sign in</h1>"),
    ],
    ids=lambda answer: f"{answer.status} {answer.body}",
)
async def test_a_message_whose_answer_is_spoilt_is_not_posted_again(room: Room, answer: Spoilt) -> None:
    async with gateway(room.sandbox.api_url) as before_slack:
        app = await room.process(api_url=before_slack.url)
        before_slack.spoilt["chat.postMessage"] = [answer]
        await a_turn(app)
    assert room.names == TURN


@pytest.mark.parametrize(
    "answer",
    [Spoilt(502, "text/html", "<h1>Bad gateway</h1>"), Spoilt(200, "application/json", '{"ok": tr')],
    ids=lambda answer: f"{answer.status} {answer.body}",
)
async def test_an_edit_whose_answer_is_spoilt_is_made_again(room: Room, answer: Spoilt) -> None:
    async with gateway(room.sandbox.api_url) as before_slack:
        app = await room.process(api_url=before_slack.url)
        before_slack.spoilt["chat.update"] = [answer]
        await a_turn(app)
    assert room.names == TURN
    assert "Agreed by" in room.text("card:1")


async def test_limits_are_waited_out(room: Room, app: Process) -> None:
    room.sandbox.faults.fail_next("chat.postMessage", 429, retry_after=1)
    await app.draw()
    assert room.names == ["parent"]
    first, second = (call for call in room.sandbox.calls if call.method == "chat.postMessage")
    assert (first.status, second.status) == (429, 200)
    assert second.time - first.time >= 0.99
    assert room.calls("conversations.history") == []  # Slack said that it did not take it


async def test_a_wait_is_not_longer_than_what_is_left_of_the_bound(
    room: Room, app: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_module, "LONGEST_WAIT", 0.01)
    room.sandbox.faults.fail_next("chat.postMessage", 429, times=slack_module.MOST_ATTEMPTS, retry_after=3600)
    with pytest.raises(SlackUnavailable):
        await app.draw()
    assert room.names == []
    await app.draw()
    assert room.names == ["parent"]


async def test_what_could_not_be_drawn_is_drawn_later(room: Room, app: Process) -> None:
    room.sandbox.faults.drop_response_after("conversations.history", 99)
    room.sandbox.faults.drop_response_after("chat.postMessage", 1)
    with suppress(SlackUnavailable, TimeoutError):
        async with asyncio.timeout(0.3):
            await app.draw()
    room.sandbox.faults._cut_answers.clear()
    assert await app.lesson.store.undrawn(0) == [app.lesson.id]
    await (await room.process()).draw()
    assert room.names == ["parent"]
    assert await app.lesson.store.undrawn(0) == []


@pytest.mark.parametrize("number", range(3), ids=TURN)
async def test_a_process_that_died_between_posting_and_noting_is_replaced(
    room: Room, app: Process, number: int
) -> None:
    drawing: asyncio.Task[None] | None = None
    posts = 0

    def die(method: str, _arguments: Mapping[str, Any], _answer: Mapping[str, Any]) -> None:
        nonlocal posts
        if method == "chat.postMessage":
            posts += 1
            if posts == number + 1 and drawing is not None:
                drawing.cancel()

    room.sandbox.on_call(die)
    for step in range(3):
        await act(app, step)
        drawing = asyncio.create_task(app.draw())
        with suppress(asyncio.CancelledError):
            await drawing
        if drawing.cancelled():
            app = await room.process()
            await app.draw()
    assert room.names == TURN


async def test_processes_that_draw_at_once_post_each_message_once(room: Room, app: Process) -> None:
    others = [await room.process() for _ in range(2)]
    room.sandbox.faults.delays["chat.postMessage"] = 0.05
    for step in range(3):
        await act(app, step)
        await asyncio.gather(*(process.draw() for process in (app, *others)))
    assert room.names == TURN
    assert len(room.calls("chat.postMessage")) == 3


async def test_a_process_that_waits_for_slack_longer_than_a_lease_lasts_keeps_drawing_alone(
    room: Room, app: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "LEASE_SECONDS", 1)
    other = await room.process()
    room.sandbox.faults.fail_next("chat.postMessage", 429, retry_after=2)
    first = asyncio.create_task(app.draw())
    await room.sandbox.wait_for(lambda: room.calls("chat.postMessage"))
    await asyncio.gather(first, other.draw())
    assert room.names == ["parent"]
    assert [call.status for call in room.sandbox.calls if call.method == "chat.postMessage"] == [429, 200]


async def test_a_message_that_slack_refuses_is_given_up_and_the_others_are_drawn(
    room: Room, app: Process, caplog: pytest.LogCaptureFixture
) -> None:
    await app.draw()
    await app.lesson.say("hi")
    room.sandbox.faults.fail_next("chat.postMessage", "invalid_blocks")
    await app.draw()
    assert room.names == ["parent"]
    assert "card:1 is not shown" in caplog.text
    await app.lesson.accept("ben", "cleo")
    await app.draw()
    assert sorted(room.names) == sorted(TURN)


async def test_a_channel_that_is_gone_stops_nothing(room: Room, caplog: pytest.LogCaptureFixture) -> None:
    channel, room.channel = room.channel, "C0NOWHERE"
    app = await room.process()
    room.channel = channel
    await app.lesson.say("hi")
    await app.draw()
    assert room.messages == []
    assert await app.lesson.store.undrawn(0) == []
    assert "parent is not shown" in caplog.text


async def test_somebody_must_look_when_the_delivery_stays_unknown(room: Room, app: Process) -> None:
    room.sandbox.faults.fail_next("chat.postMessage", "fatal_error", times=50)
    with pytest.raises(DeliveryUnknown):
        await app.draw()
    assert await app.lesson.store.undrawn(0) == [app.lesson.id]
