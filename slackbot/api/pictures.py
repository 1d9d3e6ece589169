"""The live page of a story picture: a page, its data, and a stream that says when to fetch them again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import web

from slackbot.api.errors import ApiError, no_conversation, not_found
from slackbot.errors import StoreUnavailable
from slackbot.picture.links import opens
from slackbot.picture.live import LivePictures

#: Seconds between looks for changes, between signs of life, and until a browser has to ask anew, with a key that is
#: still good.
LOOK_EVERY, _HEARTBEAT, _LONGEST = 1.0, 15.0, 3600.0
#: Streams at once.
MOST_STREAMS = 50

_STATIC = {"picture.js": "text/javascript", "picture.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_CLOSING = web.AppKey("closing", asyncio.Event)


class PictureRoutes:
    """Serves the page. Whoever has a link's key may see that conversation's picture, and nothing else."""

    def __init__(self, pictures: LivePictures, secret: str | None) -> None:
        self._pictures, self._secret, self._streams = pictures, secret, 0

    def add_to(self, app: web.Application) -> None:
        """Adds the routes, and ends the streams when the server does."""
        app[_CLOSING] = asyncio.Event()
        app.on_shutdown.append(_close)
        app.add_routes(
            [
                web.get("/pictures/{id}", self._page),
                web.get("/pictures/{id}/graph", self._graph),
                web.get("/pictures/{id}/changes", self._changes),
                web.get("/picture-page/{name}", self._file),
            ]
        )

    def lets_in(self, request: web.Request) -> bool:
        """Whether a request needs nothing else: it has a link's key, or asks for what is in it for everybody.

        Raises ApiError for a key that is not, or no longer, good.
        """
        if request.path.startswith("/picture-page/"):
            return True
        key = request.query.get("key")
        if key is None or self._secret is None or not request.path.startswith("/pictures/"):
            return False
        if not opens(key, request.match_info.get("id", ""), self._secret):
            message = "This link is no longer good. Ask for another in Slack, with /teach picture."
            raise ApiError(401, "NotAuthenticated", message)
        return True

    async def _page(self, request: web.Request) -> web.Response:
        if await self._pictures.stamp(request.match_info["id"]) is None:
            raise no_conversation()
        return web.Response(text=_static("picture.html"), content_type="text/html", headers=_HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in _STATIC:
            raise not_found("There is no such file.")
        headers = {**_HEADERS, "Cache-Control": "no-cache"}
        return web.Response(text=_static(name), content_type=_STATIC[name], headers=headers)

    async def _graph(self, request: web.Request) -> web.Response:
        everything = request.query.get("all") == "1"
        found = await self._pictures.shown(request.match_info["id"], everything=everything)
        if found is None:
            raise no_conversation()
        text = await asyncio.to_thread(json.dumps, found, ensure_ascii=False, separators=(",", ":"))
        response = web.Response(text=text, content_type="application/json", headers=_HEADERS)
        response.enable_compression()
        return response

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the stamp of the picture, now and whenever it is another."""
        if self._streams >= MOST_STREAMS:
            raise ApiError(503, "Unavailable", "Too many people are watching; try again later.")
        self._streams += 1
        try:
            response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
            await response.prepare(request)
            closing = request.app[_CLOSING]
            ended = lambda: closing.is_set() or request.transport is None  # noqa: E731  None: the window was closed
            await _follow(lambda: self._pictures.stamp(request.match_info["id"]), response.write, ended, closing)
            return response
        finally:
            self._streams -= 1


async def _follow(
    stamp: Callable[[], Awaitable[str | None]],
    write: Callable[[bytes], Awaitable[None]],
    ended: Callable[[], bool],
    closing: asyncio.Event,
) -> None:
    """Until the window is closed, the server ends, or it has taken as long as one stream may."""
    loop = asyncio.get_running_loop()
    known, said, until = "", loop.time(), loop.time() + _LONGEST
    try:
        await write(b"retry: 3000\n\n")
        while not ended() and loop.time() < until:
            try:
                now = await stamp() or ""
            except StoreUnavailable:
                now = known  # the last picture stays until Redis answers again
            if now != known:
                known, said = now, loop.time()
                await write(f"data: {now}\n\n".encode())
            elif loop.time() - said > _HEARTBEAT:
                said = loop.time()
                await write(b": still here\n\n")
            await _pause(closing)
    except ConnectionError:
        pass  # the window was closed


async def _pause(closing: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_EVERY):
            await closing.wait()
    except TimeoutError:
        return


async def _close(app: web.Application) -> None:
    app[_CLOSING].set()


def _static(name: str) -> str:
    return (files("slackbot.picture") / "static" / name).read_text(encoding="utf-8")
