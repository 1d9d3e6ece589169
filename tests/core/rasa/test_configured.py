"""What somebody is told whose Rasa server is none, or doesn't answer."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from slackbot.core.rasa import EndpointConfig, RasaFailed, endpoint
from slackbot.core.rasa.configured import connected, endpoint_of
from slackbot.errors import SettingsError
from slackbot.settings import Settings


@pytest.mark.parametrize("url", ["localhost:5005", "ftp://x", "http://", "http://x:abc", "http://x:99999"])
def test_what_is_no_url_is_shown_with_one_that_is(url: str) -> None:
    with pytest.raises(SettingsError, match=r"is not a URL.*; write one like http://localhost:5005") as raised:
        endpoint_of(Settings(), url)
    assert repr(url) in str(raised.value)


async def test_another_server_is_told_at_once_and_its_page_is_not_shown() -> None:
    async def nothing(_: web.Request) -> web.Response:
        return web.Response(status=404, text="<!DOCTYPE html><title>Not found</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{place:.*}", nothing)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        with pytest.raises(RasaFailed) as raised:
            await connected(EndpointConfig(url), Settings(), lambda _: None)
    finally:
        await runner.cleanup()
    remedy = "start Rasa with --enable-api, or correct the URL"
    assert str(raised.value) == f"what answers at {url} is no Rasa server with an API; {remedy}"


async def test_who_waits_hears_for_how_long_and_at_the_end_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "PAUSES", ())
    nowhere, said = EndpointConfig("http://127.0.0.1:9"), asyncio.Queue[str]()
    waiting = asyncio.create_task(connected(nowhere, Settings(), said.put_nowait))
    async with asyncio.timeout(60):
        told = await said.get()
    waiting.cancel()
    assert told.startswith("waiting for Rasa, for 120 seconds at most: no Rasa server answers")
    with pytest.raises(RasaFailed, match="start it with: rasa run --enable-api, or correct the URL"):
        await connected(nowhere, Settings(), said.put_nowait, patience=-1.0)
