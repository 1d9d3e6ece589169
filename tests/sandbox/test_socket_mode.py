"""Socket Mode: connections, envelopes, acknowledgements, disconnects, with a bare socket and with the real handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import NotAcknowledged, Person, Sandbox

from .apps import JSON, Recorder, over_socket

Socket = aiohttp.ClientWebSocketResponse


async def open_url(slack: Sandbox) -> str:
    client = AsyncWebClient(base_url=slack.api_url)
    return str((await client.apps_connections_open(app_token=slack.app_token))["url"])


@asynccontextmanager
async def connection(slack: Sandbox) -> AsyncIterator[tuple[Socket, JSON]]:
    """A socket of its own and its hello."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await open_url(slack)) as socket:
        yield socket, await socket.receive_json(timeout=60)


async def test_a_connection_is_greeted(slack: Sandbox) -> None:
    async with connection(slack) as (_, hello):
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": slack.app_id}
        assert set(hello["debug_info"]) == {"host", "build_number", "approximate_connection_time"}
        async with connection(slack) as (_, second):
            assert second["num_connections"] == 2
            assert slack.connections == 2
    await slack.wait_for(lambda: slack.connections == 0)


async def test_a_ticket_is_good_for_one_connection(slack: Sandbox) -> None:
    url = await open_url(slack)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_an_envelope_carries_the_payload_and_its_ack_the_answer(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    async with connection(slack) as (socket, _):
        command = asyncio.create_task(ada.command("/teach", "now", channel))
        envelope = await socket.receive_json(timeout=60)
        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert envelope["payload"]["text"] == "now"
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "yes"}})
        assert await command == {"text": "yes"}
    assert [message["text"] for message in ada.ephemerals] == ["yes"]


async def test_an_event_says_which_attempt_it_is(slack: Sandbox, ada: Person, channel: str) -> None:
    slack.faults.drop_next_ack()
    async with connection(slack) as (socket, _):
        saying = asyncio.create_task(ada.say(channel, "hi"))
        first = await socket.receive_json(timeout=60)
        await socket.send_json({"envelope_id": first["envelope_id"]})
        second = await socket.receive_json(timeout=60)
        await socket.send_json({"envelope_id": second["envelope_id"]})
        await saying
        await slack.idle()
    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    assert [(e["retry_attempt"], e["retry_reason"]) for e in (first, second)] == [(0, ""), (1, "timeout")]
    assert first["payload"]["event_id"] == second["payload"]["event_id"]


async def test_any_connection_may_get_a_payload_and_any_may_acknowledge_it(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    async with connection(slack) as (first, _), connection(slack) as (second, _):
        for _ in range(2):
            command = asyncio.create_task(ada.command("/teach", "", channel))
            got = [asyncio.create_task(socket.receive_json()) for socket in (first, second)]
            done, waiting = await asyncio.wait(got, timeout=60, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            envelope = done.pop().result()
            other = second if got[0] not in waiting else first
            await other.send_json({"envelope_id": envelope["envelope_id"]})
            assert await command is None


async def test_a_ping_is_answered_with_the_same_data(slack: Sandbox) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(await open_url(slack), autoping=False) as socket,
    ):
        await socket.receive_json()
        await socket.ping(b"sdk-ping-pong:1")
        frame = await socket.receive(timeout=60)
        assert (frame.type, frame.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_there_are_ten_connections_at_most(slack: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await open_url(slack)) for _ in range(11)]
        firsts = [await socket.receive_json(timeout=60) for socket in sockets]
        assert [first["type"] for first in firsts] == ["hello"] * 10 + ["disconnect"]
        assert firsts[-1]["reason"] == "too_many_websockets"
        for socket in sockets:
            await socket.close()


async def test_a_connection_that_is_told_to_go_gets_nothing_more_but_its_acks_count(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    async with connection(slack) as (old, _):
        command = asyncio.create_task(ada.command("/teach", "", channel))
        envelope = await old.receive_json(timeout=60)
        slack.faults.disconnect_sockets("warning")
        goodbye = await old.receive_json(timeout=60)
        assert (goodbye["type"], goodbye["reason"]) == ("disconnect", "warning")
        async with connection(slack) as (new, _):
            await old.send_json({"envelope_id": envelope["envelope_id"]})
            assert await command is None
            saying = asyncio.create_task(ada.say(channel, "hi"))
            envelope = await new.receive_json(timeout=60)
            await new.send_json({"envelope_id": envelope["envelope_id"]})
            await saying


async def test_the_real_handler_comes_back_after_a_refresh(
    slack: Sandbox, app: AsyncApp, ada: Person, channel: str, recorder: Recorder
) -> None:
    async with over_socket(slack, app):
        slack.faults.disconnect_sockets("refresh_requested")
        await slack.wait_for(lambda: slack.connections == 1)
        await ada.command("/teach", "still there?", channel)
    assert [body["text"] for body in recorder.commands] == ["still there?"]


@pytest.mark.parametrize("patience", [1.0])
async def test_silence_is_an_error_for_the_person(slack: Sandbox, ada: Person, channel: str) -> None:
    async with connection(slack):
        with pytest.raises(NotAcknowledged, match=r"/teach: timeout"):
            await ada.command("/teach", "", channel)
    [delivery] = slack.deliveries
    assert delivery.ack is not None
    assert (delivery.ack.ok, delivery.ack.reason) == (False, "timeout")
    assert delivery.latency is not None
    assert delivery.latency >= 1.0


@pytest.mark.parametrize("patience", [1.0])
async def test_without_any_connection_an_interaction_fails_after_a_while(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    with pytest.raises(NotAcknowledged, match="connection_failed"):
        await ada.command("/teach", "", channel)


async def test_a_cut_connection_is_noticed(slack: Sandbox) -> None:
    async with connection(slack) as (socket, _):
        slack.faults.disconnect_sockets(None)
        assert (await socket.receive(timeout=60)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert slack.connections == 0
