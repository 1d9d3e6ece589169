"""One Web API call from its request to its answer: faults, token, scope, rate, arguments, and the record of it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

from slackbot.sandbox.api import METHODS
from slackbot.sandbox.api.arguments import Arguments, read_arguments
from slackbot.sandbox.api.registry import Method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError, invalid_arguments, missing_scope
from slackbot.sandbox.rate_limits import RateLimits
from slackbot.sandbox.records import Records
from slackbot.sandbox.shapes import JSON

#: Called with method, arguments and answer before the answer is sent.
Observer = Callable[[str, Mapping[str, Any], JSON], Awaitable[None] | None]

#: What every granted scope is called where the app was given all of them.
EXTRA_SCOPES = ("app_mentions:read", "chat:write.public", "commands")


@dataclass(frozen=True)
class Call:
    """One call and how it ended."""

    #: Seconds since the epoch, by the workspace's clock.
    time: float
    method: str
    args: Mapping[str, Any]
    #: The HTTP status.
    status: int
    #: Slack's error name, None for ``ok: true``.
    error: str | None
    response: JSON
    #: Seconds until the answer, injected delays included.
    latency: float = 0.0
    #: Seconds after which Slack wants to be asked again, on status 429.
    retry_after: int | None = None
    id: int = field(default_factory=count(1).__next__)


@dataclass(frozen=True)
class _Answer:
    status: int
    body: JSON
    headers: Mapping[str, str]


class Calls:
    """Serves the Web API."""

    def __init__(self, backend: Backend, *, rate_limits: bool, keep: int | None = None) -> None:
        self.records: Records[Call] = Records(keep)
        self.observers: list[Observer] = []
        self._backend = backend
        self._limits = RateLimits(backend.workspace.clock) if rate_limits else None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request to ``/api/METHOD``."""
        name, faults = request.match_info["method"], self._backend.faults
        start = time.monotonic()
        await faults.wait(name)
        arguments, answer = await self._answer(request, name)
        shown = {key: value for key, value in arguments.values.items() if key != "token"}
        error = None if answer.body.get("ok") else answer.body.get("error", f"http_{answer.status}")
        now = self._backend.workspace.clock.now()
        wait = answer.headers.get("Retry-After")
        self.records.add(
            Call(
                now, name, shown, answer.status, error, answer.body,
                latency=time.monotonic() - start, retry_after=int(wait) if wait else None,
            )
        )  # fmt: skip
        for observer in self.observers:
            waiting = observer(name, shown, answer.body)
            if inspect.isawaitable(waiting):
                await waiting
        self._backend.workspace.changes.wake()
        if faults.cuts_answer(name) and request.transport is not None:
            request.transport.abort()
        if not answer.body:
            return web.Response(status=answer.status, text="upstream error", headers=answer.headers)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    async def _answer(self, request: web.Request, name: str) -> tuple[Arguments, _Answer]:
        arguments, headers = Arguments({}), {"x-slack-req-id": f"{id(request):x}"}
        try:
            arguments = await read_arguments(request)
            failed = self._planned_failure(name)
            if failed is not None:
                return arguments, failed
            known = _method(name)
            self._check_token(known, _token(request, arguments))
            headers |= self._scope_headers(known)
            self._check_scope(known)
            wait = self._limits.wait_for(known, arguments) if self._limits else 0
            if wait:
                return arguments, _too_many(wait)
            _check_required(known, arguments)
            return arguments, _Answer(200, {"ok": True, **known.handler(self._backend, arguments)}, headers)
        except ApiError as error:
            return arguments, _Answer(200, error.as_dict(), headers)

    def _planned_failure(self, name: str) -> _Answer | None:
        failure = self._backend.faults.next_failure(name)
        if failure is None:
            return None
        if failure.error is not None:
            return _Answer(200, {"ok": False, "error": failure.error}, {})
        if failure.status == 429:
            return _too_many(failure.retry_after)
        return _Answer(failure.status, {}, {})

    def _check_token(self, method: Method, token: str) -> None:
        """ApiError ``not_authed``, ``invalid_auth``, ``not_allowed_token_type``."""
        if method.caller == "anyone":
            return
        credentials = self._backend.credentials
        kinds = {credentials.bot_token: "bot", credentials.app_token: "app"}
        if not token:
            raise ApiError("not_authed")
        if token not in kinds:
            raise ApiError("invalid_auth")
        if kinds[token] != method.caller:
            raise ApiError("not_allowed_token_type")

    def _check_scope(self, method: Method) -> None:
        granted = self._backend.installation.scopes
        if granted is None or not method.scopes or granted.intersection(method.scopes):
            return
        raise missing_scope(method.scopes, granted)

    def _scope_headers(self, method: Method) -> dict[str, str]:
        if method.caller != "bot":
            return {}
        granted = self._backend.installation.scopes
        shown = all_scopes() if granted is None else granted
        return {"x-oauth-scopes": ",".join(sorted(shown)), "x-accepted-oauth-scopes": ",".join(method.scopes)}


def _method(name: str) -> Method:
    if name not in METHODS:
        raise ApiError("unknown_method", req_method=name)
    return METHODS[name]


def all_scopes() -> frozenset[str]:
    """Every scope that some method here asks for, and those that events and commands need."""
    return frozenset(EXTRA_SCOPES).union(*(known.scopes for known in METHODS.values()))


def _token(request: web.Request, arguments: Arguments) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return arguments.text("token")


def _check_required(method: Method, arguments: Arguments) -> None:
    missing = [name for name in method.required if name not in arguments]
    if missing:
        raise invalid_arguments(*(f"missing required field: {name}" for name in missing))


def _too_many(seconds: int) -> _Answer:
    return _Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)})
