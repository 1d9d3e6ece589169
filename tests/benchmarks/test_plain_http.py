"""The client that steps are timed with, before a real server."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from benchmarks.plain_http import Connection
from slackbot.errors import WorldError


async def echo(request: web.Request) -> web.StreamResponse:
    """Answers with what was sent; in chunks, or for the last time on this connection, where it is asked to."""
    body = await request.read() or request.query_string.encode()
    answer = web.StreamResponse(status=201)
    if "chunks" in request.query:
        answer.enable_chunked_encoding()
    else:
        answer.content_length = len(body)
    if "close" in request.query:
        answer.force_close()
    await answer.prepare(request)
    for start in range(0, len(body), 100_000):
        await answer.write(body[start : start + 100_000])
    await answer.write_eof()
    return answer


@pytest.mark.parametrize("query", ["", "?chunks=1", "?close=1", "?chunks=1&close=1"])
async def test_what_is_sent_comes_back_whole_request_by_request(query: str) -> None:
    """However the server writes it, and where it closes the connection after each."""
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", echo)
    async with TestServer(app) as server, Connection(str(server.make_url("/")), 10) as connection:
        for body in (b"{}", b"x" * 3_000_000, b"[1]"):
            assert await connection.request("POST", f"/a{query}", body) == (201, body)
            assert await connection.request("GET", f"/a{query}") == (201, query.removeprefix("?").encode())


async def test_a_server_that_is_not_there_is_told() -> None:
    async with Connection(f"http://127.0.0.1:{unused_port()}", 10) as connection:
        with pytest.raises(WorldError, match="does not answer"):
            await connection.request("GET", "/")


async def test_a_server_that_speaks_something_else_is_told() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Connection(f"http://127.0.0.1:{port}", 10) as connection:
            with pytest.raises(WorldError, match="does not answer"):
                await connection.request("GET", "/")


async def test_no_request_takes_longer_than_it_may() -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    app = web.Application()
    app.router.add_get("/", slow)
    async with TestServer(app) as server, Connection(str(server.make_url("")), 0.2) as connection:
        with pytest.raises(WorldError, match="too late"):
            await connection.request("GET", "/")
