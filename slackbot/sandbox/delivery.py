"""Deliveries to the app: events with Slack's retries, interactions and commands with none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, Protocol

from slackbot.sandbox.errors import NotAcknowledged
from slackbot.sandbox.faults import Faults
from slackbot.sandbox.records import Records
from slackbot.sandbox.shapes import JSON

#: As Socket Mode's envelopes call them.
Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True)
class Ack:
    """How the app answered one delivery."""

    ok: bool
    #: The answer's JSON (``{"text": ...}`` for a plain text), None if it was empty.
    payload: JSON | None = None
    #: The HTTP status, None over a socket.
    status: int | None = None
    #: Slack's word for what went wrong, as in ``X-Slack-Retry-Reason``.
    reason: str | None = None
    #: The app asked for no retries.
    final: bool = False


@dataclass
class Delivery:
    """One attempt to hand one payload to the app."""

    kind: Kind
    payload: JSON
    transport: str
    #: 0 for the first, 1..3 for retries of an event.
    attempt: int
    #: Seconds since the epoch.
    started: float = field(default_factory=time.time)
    #: None until it is known how the attempt ended.
    ack: Ack | None = None
    #: Seconds until the acknowledgement, or until Slack gave up.
    latency: float | None = None
    #: Why Slack tries again, on retries.
    retry_reason: str | None = None
    id: int = field(default_factory=count(1).__next__)


@dataclass(frozen=True)
class Parcel:
    """What a transport is given to hand over."""

    kind: Kind
    payload: JSON
    attempt: int = 0
    retry_reason: str | None = None
    accepts_response_payload: bool = False


class Transport(Protocol):
    """A way to the app."""

    name: str

    def connected(self) -> bool:
        """Whether there is somebody to hand a payload to right now."""

    async def send(self, parcel: Parcel, bound: float) -> Ack:
        """Hand a payload over and wait at most `bound` seconds for its acknowledgement. Never raises."""


class Deliverer:
    """Hands payloads to the app over whichever transport is in use and keeps a record of every attempt."""

    def __init__(
        self,
        transport: Callable[[], Transport],
        faults: Faults,
        wake: Callable[[], None],
        *,
        retry_delays: Sequence[float],
        ack_timeout: float,
        keep: int | None = None,
    ) -> None:
        self.records: Records[Delivery] = Records(keep)
        self.copies = 1
        self._transport, self._faults, self._wake = transport, faults, wake
        self._retry_delays, self._ack_timeout = tuple(retry_delays), ack_timeout
        self._closed = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._first_attempts: set[asyncio.Future[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether an app is there to be handed a payload."""
        return self._transport().connected()

    async def interact(self, kind: Kind, payload: JSON) -> JSON | None:
        """Deliver an interaction or a command once. Answers the acknowledgement's payload, None if it had none.

        NotAcknowledged if there was none in time or it was an error.
        """
        ack = await self._spawn(self._attempt(Parcel(kind, payload, accepts_response_payload=True)))
        if not ack.ok:
            raise NotAcknowledged(f"the app did not acknowledge {_name(payload)}: {ack.reason}")
        return ack.payload

    def send_event(self, payload: JSON) -> None:
        """Deliver an event in the background, with retries until it is acknowledged."""
        if self._closed:
            return
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._first_attempts.add(first)
        first.add_done_callback(self._first_attempts.discard)
        self._spawn(self._deliver_event(payload, first))

    @asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """On leaving, the app has had its chance at the events that were caused inside: their first attempts are
        over. Comes back at once where no app is there to take them.
        """
        before = set(self._first_attempts)
        yield
        new = self._first_attempts - before
        if new and self.connected:
            await asyncio.wait(new, timeout=self._ack_timeout + 1)

    async def idle(self, bound: float) -> None:
        """Wait until nothing is under way, retries included. TimeoutError."""
        async with asyncio.timeout(bound):
            while self._tasks:
                await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        """Give up what is still under way, and let nothing more begin by itself."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    def _spawn(self, work: Coroutine[Any, Any, Ack]) -> asyncio.Task[Ack]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver_event(self, payload: JSON, first: asyncio.Future[None]) -> Ack:
        try:
            ack = await self._attempt(Parcel("events_api", payload))
        finally:
            first.set_result(None)
        for retry, delay in enumerate(self._retry_delays, start=1):
            if ack.ok or ack.final:
                break
            await asyncio.sleep(delay)
            ack = await self._attempt(Parcel("events_api", payload, retry, ack.reason))
        return ack

    async def _attempt(self, parcel: Parcel) -> Ack:
        """One attempt in as many copies as there shall be; the first good acknowledgement counts."""
        acks = await asyncio.gather(*(self._send(parcel) for _ in range(self.copies)))
        return next((ack for ack in acks if ack.ok), acks[0])

    async def _send(self, parcel: Parcel) -> Ack:
        transport = self._transport()
        record = Delivery(parcel.kind, parcel.payload, transport.name, parcel.attempt, retry_reason=parcel.retry_reason)
        self.records.add(record)
        self._wake()
        start = time.monotonic()
        ack = await transport.send(parcel, self._ack_timeout)
        if ack.ok and self._faults.loses_ack():
            ack = Ack(ok=False, reason="timeout")
        record.ack, record.latency = ack, time.monotonic() - start
        self.records.tell(record)
        self._wake()
        return ack


def _name(payload: JSON) -> str:
    return str(payload.get("command") or payload.get("type"))
