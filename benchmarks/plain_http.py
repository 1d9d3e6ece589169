"""HTTP as a clock wants it: one request after the other on one connection, and next to no work of the client's own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from slackbot.errors import WorldError

#: Bytes of an answer's head, and what is read at once.
_BUFFER = 1 << 20


class Connection:
    """To one server; opened when it is needed, and again where the server has closed it meanwhile."""

    def __init__(self, url: str, bound: float) -> None:
        """``bound``: seconds that a request may take."""
        self.url, self._bound = url.rstrip("/"), bound
        self._address = urlsplit(self.url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self._close()

    async def request(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """The status and the body of the answer. ``path`` with its query; ``body`` is JSON. Raises WorldError."""
        head = [f"{method} {self._address.path}{path} HTTP/1.1", f"Host: {self._address.netloc}"]
        if method != "GET":
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        sent = "\r\n".join([*head, "", ""]).encode() + body
        try:
            async with asyncio.timeout(self._bound):
                return await self._exchange(sent)
        except (OSError, EOFError, LookupError, ValueError) as error:  # TimeoutError is an OSError; the latter: no HTTP
            await self._close()
            raise WorldError(f"{self.url} does not answer ({str(error) or 'too late'})") from None

    async def _exchange(self, sent: bytes) -> tuple[int, bytes]:
        if self._streams is None or self._streams[0].at_eof():
            await self._close()
            self._streams = await asyncio.open_connection(
                self._address.hostname,
                self._address.port or {"https": 443}.get(self._address.scheme, 80),
                ssl=self._address.scheme == "https" or None,
                limit=_BUFFER,
            )
        reader, writer = self._streams
        writer.write(sent)
        await writer.drain()
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ", 2)[1])
        if "content-length" in headers:
            found = await reader.readexactly(int(headers["content-length"]))
        else:
            found = await _in_chunks(reader)
        if headers.get("connection", "").lower() == "close":
            await self._close()
        return status, found

    async def _close(self) -> None:
        if self._streams is not None:
            (_, writer), self._streams = self._streams, None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _in_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
