"""Stands between the app and Redis, and tells of each write that Redis has carried out and not yet answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_CHUNK = 1 << 20
_WRITES = (b"EVALSHA", b"HSET", b"SETEX", b"\r\nSET\r\n")


class Between:
    """Passes everything on; ``carried_out`` is called before the answer to a write is passed on."""

    def __init__(self, server: Path, carried_out: Callable[[], None]) -> None:
        self._server, self._carried_out = server, carried_out
        self._passing: set[asyncio.Task[None]] = set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the app."""
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            from_server, to_server = await asyncio.open_unix_connection(self._server)
            try:
                await self._pass(reader, writer, from_server, to_server)
            finally:
                to_server.close()
        finally:
            writer.close()
            self._passing.discard(task)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        """A client sends one request and waits for its answer, so the two take turns."""
        with suppress(ConnectionError, asyncio.CancelledError):
            while request := await reader.read(_CHUNK):
                to_server.write(request)
                answer = await from_server.read(_CHUNK)
                if not answer:
                    return
                if any(word in request for word in _WRITES):
                    self._carried_out()
                writer.write(answer)
                await writer.drain()

    async def close(self) -> None:
        for task in set(self._passing):
            task.cancel()
        if self._passing:
            await asyncio.wait(set(self._passing), timeout=60)


@asynccontextmanager
async def between(server: Path, place: Path, carried_out: Callable[[], None]) -> AsyncIterator[None]:
    """Listens at ``place`` for the app, in front of the server's socket."""
    passing = Between(server, carried_out)
    listening = await asyncio.start_unix_server(passing.accept, place)
    try:
        yield
    finally:
        listening.close()
        await passing.close()
        await listening.wait_closed()
