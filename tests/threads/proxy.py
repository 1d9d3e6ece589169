"""A gateway before Slack that passes calls on, and then spoils some of the answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web


@dataclass(frozen=True)
class Spoilt:
    """An answer in place of Slack's own."""

    status: int = 200
    content_type: str = "application/json"
    body: str = ""


@dataclass
class Gateway:
    """Calls take effect whatever is answered."""

    target: str
    http: aiohttp.ClientSession
    url: str = ""
    #: Method to the answers of its next calls.
    spoilt: dict[str, list[Spoilt]] = field(default_factory=dict)

    async def pass_on(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self.http.request(
            request.method, self.target + method, params=request.query, data=await request.read(), headers=headers
        ) as response:
            answer = await response.read()
        if instead := self.spoilt.get(method):
            said = instead.pop(0)
            return web.Response(status=said.status, text=said.body, content_type=said.content_type)
        return web.Response(status=response.status, body=answer, content_type="application/json")


@asynccontextmanager
async def gateway(target: str) -> AsyncIterator[Gateway]:
    """Runs one before the API at ``target``."""
    async with aiohttp.ClientSession() as http:
        made = Gateway(target, http)
        app = web.Application()
        app.router.add_route("*", "/api/{method}", made.pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
            yield made
        finally:
            await runner.cleanup()
