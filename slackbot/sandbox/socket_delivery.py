"""Deliveries over Socket Mode: web sockets that the app opened, envelopes, and acknowledgements by envelope id."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from slackbot.sandbox.delivery import Ack, Parcel
from slackbot.sandbox.shapes import JSON

MAX_CONNECTIONS = 10
_CLOSE_BOUND = 2.0  # seconds


class SocketDelivery:
    """Slack's side of Socket Mode for one app. Any connection gets a payload, any may acknowledge it."""

    name = "socket"

    def __init__(self, app_id: str, connect_timeout: float, changed: Callable[[int], None]) -> None:
        """`changed` is told how many connections there are whenever that changes."""
        self._app_id, self._connect_timeout, self._changed = app_id, connect_timeout, changed
        self._tickets: set[str] = set()
        self._open: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        #: Those that get payloads; one that was told to go is open a while longer, for its acknowledgements.
        self._ready: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[JSON | None]] = {}
        self._arrival = asyncio.Event()
        self._farewells: set[asyncio.Task[Any]] = set()
        self._turn = 0

    def connected(self) -> bool:
        """Whether a connection is open."""
        return bool(self._ready)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._ready)

    def new_ticket(self) -> str:
        """What lets an app connect once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its upgrade to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=_CLOSE_BOUND)
        await socket.prepare(request)
        if len(self._ready) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._open[socket] = request.transport
        self._ready.append(socket)
        try:
            await socket.send_json(self._hello(request))
            self._arrival.set()
            self._changed(len(self._ready))
            await self._listen(socket)
        finally:
            self._forget(socket)
            self._open.pop(socket, None)
        return socket

    async def send(self, parcel: Parcel, bound: float) -> Ack:
        """Send an envelope to one of the connections, waiting a bounded time for the first to be there."""
        envelope_id = str(uuid.uuid4())
        acknowledged: asyncio.Future[JSON | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledged
        try:
            if not await self._send(_envelope(envelope_id, parcel)):
                return Ack(ok=False, reason="connection_failed")
            async with asyncio.timeout(bound):
                return Ack(ok=True, payload=await acknowledged)
        except TimeoutError:
            return Ack(ok=False, reason="timeout")
        finally:
            self._waiting.pop(envelope_id, None)

    def disconnect(self, reason: str | None) -> None:
        """Tell every connection to go; None cuts them without a word."""
        for socket in list(self._ready):
            self._forget(socket)
            task = asyncio.create_task(self._say_goodbye(socket, reason))
            self._farewells.add(task)
            task.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Close every connection."""
        self._ready.clear()
        self._arrival.clear()
        if self._farewells:
            await asyncio.wait(set(self._farewells))
        await asyncio.gather(*(socket.close() for socket in self._open), return_exceptions=True)

    async def _send(self, envelope: JSON) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._connect_timeout):
                while True:
                    await self._arrival.wait()
                    self._turn += 1
                    socket = self._ready[self._turn % len(self._ready)]
                    try:
                        await socket.send_json(envelope)
                    except (ConnectionError, RuntimeError):  # it went away meanwhile
                        self._forget(socket)
                    else:
                        return True
        return False

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                self._receive(frame.json())

    def _receive(self, message: JSON) -> None:
        waiting = self._waiting.get(message.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload") or None)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._ready:
            self._ready.remove(socket)
            self._changed(len(self._ready))
        if not self._ready:
            self._arrival.clear()

    def _hello(self, request: web.Request) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self._ready),
            "debug_info": {"host": request.host, "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str | None) -> None:
        if reason is None:
            transport = self._open.get(socket)
            if transport is not None:
                transport.abort()
            return
        with suppress(ConnectionError, RuntimeError):
            message = {"type": "disconnect", "reason": reason, "debug_info": {"host": "localhost"}}
            await socket.send_json(message)


def _envelope(envelope_id: str, parcel: Parcel) -> JSON:
    envelope = {
        "envelope_id": envelope_id,
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.accepts_response_payload,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.retry_reason or ""}
    return envelope
