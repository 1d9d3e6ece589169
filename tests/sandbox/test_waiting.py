"""Waiting for something, watching everything, and stopping without a trace."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import MODAL, Recorder, over_socket, recording_app


async def test_waiting_ends_as_soon_as_the_condition_holds(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    waiting = asyncio.create_task(slack.wait_for(lambda: slack.messages(channel)))
    await asyncio.sleep(0)
    await client.chat_postMessage(channel=channel, text="hi")
    assert [message["text"] for message in await waiting] == ["hi"]


async def test_calls_and_deliveries_can_be_waited_for_too(slack: Sandbox, ada: Person, channel: str) -> None:
    slack.request_url = "http://127.0.0.1:9/nobody/listens"
    waiting = asyncio.create_task(slack.wait_for(lambda: [d for d in slack.deliveries if d.attempt == 3 and d.ack]))
    await ada.say(channel, "hi")
    assert len(await waiting) == 1


async def test_waiting_in_vain_shows_every_screen(
    slack: Sandbox, client: AsyncWebClient, on_socket: AsyncApp, ada: Person, channel: str
) -> None:
    await ada.command("/modal", "", channel)
    await client.chat_postMessage(channel=channel, text="for all")
    await client.chat_postEphemeral(channel=channel, user=ada.id, text="for one")
    with pytest.raises(TimeoutError) as caught:
        await slack.wait_for(lambda: False, timeout=0.05)
    shown = str(caught.value)
    for words in ("not within 0.05 seconds", "#teaching", "for all", "before Ada alone", "for one", "[Save] [Cancel]"):
        assert words in shown


async def test_changes_stream_in_order_to_each_listener_until_the_end(recorder: Recorder) -> None:
    async with Sandbox() as slack:
        channel, ada = slack.add_channel("teaching"), slack.add_person("ada")
        slack.join(channel, ada)
        streams = [slack.changes(), slack.changes()]
        async with over_socket(slack, recording_app(slack, recorder)):
            client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
            ts = str((await client.chat_postMessage(channel=channel, text="hi"))["ts"])
            await client.chat_update(channel=channel, ts=ts, text="ho")
            await ada.react(channel, ts, "eyes")
            await client.chat_postEphemeral(channel=channel, user=ada.id, text="psst")
            await client.chat_delete(channel=channel, ts=ts)
            await ada.command("/modal", "", channel)
            await client.files_upload_v2(filename="a.txt", content="x")
    for stream in streams:
        changes = [change async for change in stream]
        assert [change["type"] for change in changes] == [
            "connections", "message", "message_changed", "reaction_added", "ephemeral", "message_deleted", "view",
            "file", "connections",
        ]  # fmt: skip
        assert changes[1]["message"]["text"] == "hi"
        assert (changes[2]["message"]["text"], changes[2]["ts"]) == ("ho", ts)
        assert (changes[6]["action"], changes[6]["view"]["callback_id"]) == ("opened", MODAL["callback_id"])


async def test_stopping_leaves_nothing_behind(recorder: Recorder) -> None:
    before = asyncio.all_tasks()
    async with Sandbox(connect_timeout=600) as slack:
        channel, ada = slack.add_channel("teaching"), slack.add_person("ada")
        slack.join(channel, ada)
        await ada.say(channel, "an event that nobody takes")
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(base_url=slack.api_url, session=session)
            url = str((await client.apps_connections_open(app_token=slack.app_token))["url"])
            socket = await session.ws_connect(url)
            reading = asyncio.create_task(socket.receive())
            await slack.wait_for(lambda: slack.connections)
            start = time.monotonic()
            await slack.__aexit__(None, None, None)
            assert time.monotonic() - start < 300
            assert (await reading).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.CLOSE)
            await socket.close()
            with pytest.raises(aiohttp.ClientConnectionError):
                await session.get(slack.api_url + "auth.test")
    assert asyncio.all_tasks() == before
