"""The stream of what happens in the workspace: tests wait on it, the demo prints it, a page can show it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

#: One change: ``type`` names it, the other keys say where and what. Messages in it are copies of their own moment.
Change = dict[str, Any]


class ChangeStream(AsyncIterator[Change]):
    """The changes since this stream was made, in order. It ends when the workspace closes."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue()

    def put(self, change: Change | None) -> None:
        """Append a change; None ends the stream."""
        self._queue.put_nowait(change)

    async def __anext__(self) -> Change:
        change = await self._queue.get()
        if change is None:
            self._queue.put_nowait(None)  # it has ended for whoever asks again
            raise StopAsyncIteration
        return change


class Changes:
    """Tells listeners, streams and waiters about each change, in the order in which they happen."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []
        self._streams: list[ChangeStream] = []
        self._waiters: list[asyncio.Future[None]] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Call `listener` at once, synchronously, on every change."""
        self._listeners.append(listener)

    def stream(self) -> ChangeStream:
        """A stream that holds every change from now on."""
        stream = ChangeStream()
        self._streams.append(stream)
        return stream

    def publish(self, kind: str, **fields: Any) -> None:
        """Announce a change of this kind."""
        change = {"type": kind, **fields}
        for listener in self._listeners:
            listener(change)
        for stream in self._streams:
            stream.put(change)
        self.wake()

    def wake(self) -> None:
        """Let waiters look again, for what is no change of the workspace itself (a call, a delivery)."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Wait for the next change. No change is missed between looking and calling this without an await."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def close(self) -> None:
        """End every stream."""
        for stream in self._streams:
            stream.put(None)
        self._streams.clear()
