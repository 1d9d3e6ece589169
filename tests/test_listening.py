"""A port or host that can't be listened on is named, with the setting to correct."""

from __future__ import annotations

import socket

import pytest
from aiohttp import web

from slackbot.errors import SettingsError
from slackbot.listening import listen


async def complaint(host: str, port: int) -> str:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    try:
        with pytest.raises(SettingsError) as raised:
            await listen(runner, host, port, name_host="HOST", name_port="PORT")
    finally:
        await runner.cleanup()
    return str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_port_that_is_taken_is_named(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"{host}:{port} (Address already in use); name a free port with PORT" in await complaint(host, port)


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
async def test_a_host_that_is_not_here_is_named(host: str) -> None:
    line = await complaint(host, 0)
    assert f"listen on {host}:0 (" in line
    assert line.endswith("); correct HOST")
