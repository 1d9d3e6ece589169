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
        """Both directions at once: what is long, as a model is, comes in pieces."""
        asked = asyncio.Event()
        both = [
            asyncio.create_task(self._requests(reader, to_server, asked)),
            asyncio.create_task(self._answers(from_server, writer, asked)),
        ]
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                with suppress(ConnectionError):
                    task.result()
        except asyncio.CancelledError:
            pass
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _requests(
        self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        """The client's; ``asked`` says that one of them is a write."""
        while piece := await reader.read(_CHUNK):
            if any(word in piece for word in _WRITES):
                asked.set()
            to_server.write(piece)
            await to_server.drain()

    async def _answers(
        self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        """The server's. A client waits for the answer to each of its requests: what comes first answers the latest."""
        while piece := await from_server.read(_CHUNK):
            if asked.is_set():
                asked.clear()
                self._carried_out()
            writer.write(piece)
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
