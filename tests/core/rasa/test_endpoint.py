"""Where a server is and how it is asked: with the arguments that Rasa's own class of endpoints has."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from slackbot.core.rasa import EndpointConfig, RasaFailed, retrieve_status
from slackbot.errors import FileError

BASIC = {"username": "me", "password": "hush"}


@asynccontextmanager
async def echo(context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that answers with what it was asked with."""

    async def told(request: web.Request) -> web.Response:
        return web.json_response({"headers": dict(request.headers), "params": dict(request.query)})

    app = web.Application()
    app.router.add_route("*", "/{place:.*}", told)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        yield f"{'https' if context else 'http'}://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_arguments_stand_in_rasas_order() -> None:
    async with echo() as url:
        asked = await retrieve_status(EndpointConfig(url, {"a": "1"}, {"X-A": "2"}, BASIC, "sesame", "key"))
    assert asked["params"] == {"a": "1", "key": "sesame"}
    assert asked["headers"]["X-A"] == "2"
    assert asked["headers"]["Authorization"] == "Basic bWU6aHVzaA=="


async def test_an_endpoint_comes_from_a_mapping_that_may_say_more() -> None:
    given = {"url": "http://x:1", "token": "sesame", "basic_auth": BASIC, "wait_time_between_pulls": 5}
    endpoint = EndpointConfig.from_dict(given)
    assert (endpoint.url, endpoint.token, endpoint.basic_auth) == ("http://x:1", "sesame", BASIC)
    assert endpoint.kwargs == {"wait_time_between_pulls": 5}
    assert endpoint == EndpointConfig.from_dict(given)
    assert endpoint != EndpointConfig("http://x:1", token="other")
    assert "hush" not in repr(endpoint)


async def test_what_a_request_says_of_its_own_counts_as_at_rasas() -> None:
    async with echo() as url:
        endpoint = EndpointConfig(url, {"a": "1"}, {"X-A": "2"}, token="sesame")
        asked = await endpoint.request("get", "x", params={"a": "3", "token": "4"}, headers={"X-A": "5", "X-B": "6"})
    assert asked["params"] == {"a": "3", "token": "4"}
    assert (asked["headers"]["X-A"], asked["headers"]["X-B"]) == ("2", "6")


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl, which makes a certificate, is not installed")
async def test_a_server_with_a_certificate_of_ones_own_is_trusted_by_cafile(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command = [*made, *subject, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: ASYNC221  a moment
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with echo(context) as url:
        assert await retrieve_status(EndpointConfig(url, cafile=str(certificate)))
        with pytest.raises(RasaFailed, match="certificate"):
            await EndpointConfig(url).request("get", "status", again=False)


async def test_certificates_that_are_not_there_are_named(tmp_path: Path) -> None:
    for name in ("none.pem", "empty.pem"):
        (tmp_path / "empty.pem").write_text("")
        with pytest.raises(FileError, match=rf"{name}: .*; correct cafile"):
            await retrieve_status(EndpointConfig("https://127.0.0.1:9", cafile=str(tmp_path / name)))
