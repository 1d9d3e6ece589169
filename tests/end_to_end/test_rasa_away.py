"""The assistant is taught on a Rasa server that is down, slow or failing at times: it shows, and nothing is lost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from slackbot.api.server import serving
from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.settings import Settings
from slackbot.store.server import EmbeddedServer
from tests.end_to_end.stage import Scene, Stage, staged
from tests.learning.assistant import tiny_assistant

TOKEN = "sesame"
GREETING = ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


@dataclass
class Gateway:
    """Stands before a server and passes requests on, unless something is the matter."""

    target: str
    http: aiohttp.ClientSession
    url: str = ""
    #: What is the matter; None while all is well.
    matter: str | None = None
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        match self.matter:
            case "breaks off":
                assert request.transport is not None
                request.transport.abort()
            case "answers 503":
                return web.Response(status=503, text="upstream is away")
            case "answers too late":
                await self._end.wait()
        headers = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
        url, body = self.target + request.path, await request.read()
        async with self.http.request(request.method, url, params=request.query, data=body, headers=headers) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Gateway]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self._end.set()
            await runner.cleanup()


@asynccontextmanager
async def away(folder: Path) -> AsyncIterator[Gateway]:
    """A server that speaks Rasa's API, ours, with a store of its own, behind a gateway that can spoil it."""
    async with AsyncExitStack() as stack:
        store = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="st-")))
        url = stack.enter_context(EmbeddedServer(store))
        settings = Settings(api_port=0, api_token=TOKEN)
        server = await stack.enter_async_context(serving(settings, tiny_assistant(folder), url))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield await stack.enter_async_context(Gateway(server, http).running())


@asynccontextmanager
async def taught(redis_url: str, gateway: Gateway) -> AsyncIterator[Scene]:
    # A second is enough to answer, and where it isn't the request is sent again.
    core = await RasaCore.connect(EndpointConfig(gateway.url, token=TOKEN, timeout=1))
    async with staged(redis_url, core) as stage:
        looking = asyncio.create_task(_looks(stage))
        try:
            yield await stage.teach()
        finally:
            looking.cancel()
            await asyncio.wait({looking})


async def _looks(stage: Stage) -> None:
    """As ``serve`` does, but at once: what is due and undone is done."""
    while True:
        await stage.teaching.advancing.take_up()
        await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("matter", "words"),
    [
        ("breaks off", "the connection to the Rasa server"),
        ("answers 503", "answers 503"),
        ("answers too late", "did not answer within 1 seconds"),
    ],
)
async def test_what_people_do_meanwhile_waits_for_the_server(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, matter: str, words: str
) -> None:
    monkeypatch.setattr("slackbot.teaching.advancing.TAKE_UP_AFTER", 0.0)
    async with away(tmp_path / "project") as gateway, taught(redis_url, gateway) as scene:
        gateway.matter = matter
        await scene.say("hi")
        await scene.shows("The assistant failed: ")
        assert words in scene.text
        assert await scene.steps() == []
        gateway.matter = None
        await scene.card("hi")
        await scene.until(lambda _: "The assistant failed" not in scene.text)
        gateway.matter = matter
        await scene.press("ben", "All right")
        await scene.say("a soup")
        gateway.matter = None
        await scene.card("a soup")
        assert (await scene.steps())[:4] == GREETING
        await scene.agree()
        await scene.settled()
        assert await scene.steps() == [
            *GREETING,
            "user:order",
            "slot:dish=soup",
            "action:utter_dish",
            "bot",
            GREETING[-1],
        ]
