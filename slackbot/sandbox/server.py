"""The HTTP server on loopback: the Web API, response URLs, uploads, downloads, Socket Mode's sockets, the page."""

from __future__ import annotations

from aiohttp import web

from slackbot.sandbox.backend import Backend
from slackbot.sandbox.calls import Calls
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.page.site import APP_NAME, Page

MAX_BODY = 64 * 1024 * 1024  # bytes
_SHUTDOWN_BOUND = 0.5  # seconds that a call under way may still take


class Server:
    """One aiohttp server on a free port."""

    def __init__(self, backend: Backend, calls: Calls, page: Page) -> None:
        self._backend, self._calls, self._page = backend, calls, page
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> str:
        """Listen; answers the base URL."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/api/{method}", self._calls.serve)
        app.router.add_get("/link/", self._backend.sockets.serve)
        app.router.add_post("/upload/v1/{key}", self._upload)
        app.router.add_get("/files-pri/{file}/{name:.*}", self._download)
        app.router.add_post("/hooks/{rest:.*}", self._respond)
        app[APP_NAME] = self._backend.workspace.app.name
        self._page.add_routes(app.router)
        runner = self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_BOUND)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0]
        return f"http://{bound[0]}:{bound[1]}"

    async def stop(self) -> None:
        """Close every connection and the port."""
        self._page.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _respond(self, request: web.Request) -> web.Response:
        url = f"{self._backend.base_url}{request.path}"
        try:
            body = await request.json()
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        status, text = self._backend.responses.by_url(url, body)
        return web.Response(status=status, text=text)

    async def _upload(self, request: web.Request) -> web.Response:
        if not self._backend.files.receive(request.match_info["key"], await request.read()):
            return web.Response(status=404, text="no such upload")
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self._backend.credentials.bot_token}":
            return web.Response(status=302, headers={"Location": "https://slack.com/signin"})
        file_id = request.match_info["file"].rpartition("-")[2]
        try:
            content = self._backend.files.uploaded(file_id).content
        except ApiError:
            return web.Response(status=404)
        return web.Response(body=content)
