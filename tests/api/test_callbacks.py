"""What is sent to a callback's address, and what comes of an address that takes nothing."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from slackbot.api.callbacks import call_back

ANSWER = web.Response(body=b"PK", content_type="application/octet-stream")


async def test_nothing_is_sent_on_to_where_the_address_leads(caplog: pytest.LogCaptureFixture) -> None:
    """Only the address that was named gets the model."""
    heard: list[str] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/{path:.*}", hear)
    async with TestServer(app) as server:
        await call_back(str(server.make_url("/here?key=secret")), ANSWER)
    assert heard == ["/here"]
    assert "127.0.0.1 takes no callback: it answers 307" in caplog.text


async def test_nobody_there_is_noted_without_the_address(caplog: pytest.LogCaptureFixture) -> None:
    """It may hold secrets."""
    await call_back(f"http://127.0.0.1:{unused_port()}/here?key=secret", ANSWER)
    assert "127.0.0.1 can't be called back: ClientConnectorError" in caplog.text
    assert "secret" not in caplog.text
