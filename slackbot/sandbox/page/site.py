"""The page's HTTP endpoints, for browsers on this machine and no other site's scripts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from slackbot.errors import PersonError
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.calls import Calls
from slackbot.sandbox.delivery import Deliverer
from slackbot.sandbox.errors import ApiError, NotAcknowledged, NotOnScreen
from slackbot.sandbox.page import screen, traffic
from slackbot.sandbox.page.feed import Feed
from slackbot.sandbox.page.stream import stream
from slackbot.sandbox.page.switches import Switches
from slackbot.sandbox.page.verbs import BadRequest, perform
from slackbot.sandbox.people import Person
from slackbot.sandbox.shapes import JSON

STATIC = Path(__file__).parent / "static"
KEPT_CHANGES = 2000
MOST_PEOPLE = 100
#: Where somebody who is added through the page comes in.
ENTRANCE = "teaching"

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
#: Nothing is loaded from outside but pictures that a message shows by their address.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob: http: https:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
#: An uploaded file is shown, never run.
_FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Everything below ``/page/``, and the files of the page itself."""

    def __init__(
        self,
        backend: Backend,
        deliverer: Deliverer,
        calls: Calls,
        people: list[Person],
        add_person: Callable[[str, str], Person],
    ) -> None:
        self._backend, self._deliverer, self._people, self._add_person = backend, deliverer, people, add_person
        self._traffic = traffic.Traffic(calls.records, deliverer.records)
        self._switches = Switches(backend.faults, deliverer)
        self._changes = Feed(KEPT_CHANGES)
        backend.workspace.changes.listen(lambda change: self._changes.put(screen.noted(backend, change)))

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the page."""
        get: dict[str, Handler] = {
            "/": self._index,
            "/page/workspace": self._workspace,
            "/page/state": self._state,
            "/page/changes": self._follow_changes,
            "/page/file/{file}": self._file,
            "/page/traffic": self._show_traffic,
            "/page/traffic/changes": self._follow_traffic,
            "/page/faults": self._faults,
        }
        post: dict[str, Handler] = {
            "/page/do/{verb}": self._do,
            "/page/faults": self._set_faults,
            "/page/redeliver": self._redeliver,
            "/page/people": self._new_person,
        }
        for path, handler in get.items():
            router.add_get(path, _guarded(handler))
        for path, handler in post.items():
            router.add_post(path, _guarded(handler))
        router.add_static("/static", STATIC)

    def close(self) -> None:
        """End the streams of every window."""
        self._changes.close()
        self._traffic.feed.close()

    # --- the page -------------------------------------------------------------------------------------------------

    async def _index(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002  every handler has this shape
        text = await asyncio.to_thread((STATIC / "index.html").read_text, encoding="utf-8")
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _workspace(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002  as above
        return web.json_response(screen.about_workspace(self._backend))

    async def _state(self, request: web.Request) -> web.StreamResponse:
        shown = screen.state(self._backend, self._person(request))
        return web.json_response({**shown, "last_event_id": self._changes.last_id})

    async def _follow_changes(self, request: web.Request) -> web.StreamResponse:
        user = self._person(request).id
        return await stream(request, self._changes, lambda entry: screen.shown(self._backend, entry.item, user))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        try:
            file = screen.file_for(self._backend, request.match_info["file"], self._person(request).id)
        except ApiError:
            raise _refusal(404, "file_not_found", "There is no such file.") from None
        headers = {
            "Content-Security-Policy": _FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": _disposition(file.name, download=bool(request.query.get("download"))),
        }
        if screen.is_text(file):
            return web.Response(body=file.content, content_type="text/plain", charset="utf-8", headers=headers)
        return web.Response(body=file.content, content_type=file.mimetype, headers=headers)

    async def _do(self, request: web.Request) -> web.StreamResponse:
        result = await perform(self._person(request), request.match_info["verb"], await _body(request))
        return _done(result)

    async def _new_person(self, request: web.Request) -> web.StreamResponse:
        name = str((await _body(request)).get("display_name") or "").strip()
        if not 0 < len(name) <= 80:
            raise BadRequest("'display_name' must have 1 to 80 characters")
        if len(self._people) >= MOST_PEOPLE:
            raise BadRequest(f"there are {MOST_PEOPLE} people already")
        handle = re.sub(r"[^\w.-]+", ".", name.lower()).strip(".") or "somebody"
        try:
            person = self._add_person(handle, name)
        except ValueError as error:
            raise BadRequest(str(error)) from None
        channel = self._backend.workspace.channel_named(ENTRANCE)
        if channel is not None:
            await person.join(channel)
        return _done(screen.person_dict(self._backend.workspace.accounts[person.id]))

    # --- the panel ------------------------------------------------------------------------------------------------

    async def _show_traffic(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002  as above
        return web.json_response(self._traffic.as_dict())

    async def _follow_traffic(self, request: web.Request) -> web.StreamResponse:
        return await stream(request, self._traffic.feed, traffic.shown)

    async def _faults(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002  as above
        return web.json_response(self._switches.as_dict())

    async def _set_faults(self, request: web.Request) -> web.StreamResponse:
        self._switches.set(await _body(request))
        return web.json_response(self._switches.as_dict())

    async def _redeliver(self, request: web.Request) -> web.StreamResponse:
        delivery = self._traffic.delivery((await _body(request)).get("delivery_id"))
        if delivery is None:
            raise BadRequest("there is no such delivery, or it was too long ago")
        return _done(await self._deliverer.interact(delivery.kind, delivery.payload))

    def _person(self, request: web.Request) -> Person:
        user = request.query.get("as", "")
        for person in self._people:
            if person.id == user:
                return person
        raise _refusal(404, "no_such_person", f"There is nobody with the id {user!r} here.")


def _guarded(handler: Handler) -> Handler:
    """Serve this machine's own page alone, and say what is wrong as JSON."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        _check_origin(request)
        try:
            return await handler(request)
        except BadRequest as error:
            return _problem(400, "bad_request", str(error))
        except NotOnScreen as error:
            return _problem(400, "not_on_screen", str(error))
        except NotAcknowledged as error:
            app = request.app[APP_NAME]
            return _problem(400, "not_acknowledged", f"{app} did not respond", detail=str(error))
        except PersonError as error:
            return _problem(400, "refused", str(error))

    return guarded


APP_NAME = web.AppKey("app_name", str)


def _check_origin(request: web.Request) -> None:
    """HTTP 403 for another host's name (DNS rebinding) and for other sites' scripts and forms."""
    host, origin = urlsplit(f"//{request.host}"), request.headers.get("Origin")
    if host.hostname not in _LOOPBACK:
        raise _refusal(403, "foreign_host", "Open this page by 127.0.0.1 or localhost.")
    if origin is not None and origin != f"http://{request.host}":
        raise _refusal(403, "foreign_origin", "This page answers no other site.")
    if origin is None and request.headers.get("Sec-Fetch-Site") == "cross-site" and request.path != "/":
        raise _refusal(403, "foreign_origin", "This page answers no other site.")


async def _body(request: web.Request) -> JSON:
    try:
        body: Any = await request.json() if request.can_read_body else {}
    except ValueError:
        raise BadRequest("the body is no JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("the body must be an object")
    return body


def _disposition(name: str, *, download: bool) -> str:
    plain = re.sub(r'[^\x20-\x7e]|["\\]', "_", name)
    return f'{"attachment" if download else "inline"}; filename="{plain}"'


def _done(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _problem(status: int, error: str, message: str, **extra: Any) -> web.Response:
    return web.json_response({"ok": False, "error": error, "message": message, **extra}, status=status)


def _refusal(status: int, error: str, message: str) -> web.HTTPException:
    made = web.HTTPForbidden if status == 403 else web.HTTPNotFound
    return made(text=_problem(status, error, message).text, content_type="application/json")
