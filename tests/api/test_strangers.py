"""What nobody should send, and somebody does: each is refused as the sender's fault, and nothing of it is kept."""

from __future__ import annotations

import asyncio
import json
import logging
from urllib.parse import urlsplit

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.settings import Settings, without_what_was_sent
from tests.api.conftest import Api, running

SECRET = "a secret of thirty-two characters"
USER = b'{"sender": "user", "text": "hi"%s}'


def user(parsed: str) -> bytes:
    """A message that was understood elsewhere."""
    return USER % f', "parse_data": {parsed}'.encode()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", b'{"sender": "user", "text": "\xff"}'),
        ("messages", b'{"sender": "user", "text": "\\ud800"}'),
        ("messages", user('{"intent": {"name": 5}, "entities": []}')),
        ("messages", user('{"intent": {"name": "greet", "confidence": 1e999}, "entities": []}')),
        ("messages", user('{"intent": {"name": "greet"}, "entities": [{"entity": ["dish"], "value": 1}]}')),
        ("trigger_intent", b'{"name": "greet", "entities": {"dish": "\\ud800"}}'),
        ("trigger_intent", b'{"name": "greet", "entities": [{"entity": ["dish"], "value": 1}]}'),
        ("tracker/events", b'{"event": "restart", "timestamp": 1e999}'),
        ("tracker/events", b'{"event": "restart", "timestamp": 1e300}'),
        ("tracker/events", b'{"event": "restart", "timestamp": %s}' % (b"9" * 4000)),
        ("tracker/events", b'{"event": "entities", "entities": [{"entity": [], "value": 1}]}'),
    ],
)
async def test_what_cant_be_stored_or_applied_is_a_wrong_request(api: Api, path: str, body: bytes) -> None:
    status, error = await api.ask("POST", f"/conversations/c/{path}", body)
    assert (status, error["reason"]) == (400, "BadRequest")
    assert (await api.ask("GET", "/conversations/c/story"))[0] == 404


async def test_json_is_utf_8_whatever_its_header_says(api: Api) -> None:
    body = "\ufeff" + json.dumps({"sender": "user", "text": "hi 😀"}, ensure_ascii=False)
    for charset in ("utf-16", "nosuch", "zlib"):
        headers = {"Content-Type": f"application/json; charset={charset}"}
        status, _, text = await api.send("POST", "/conversations/c/messages", body.encode(), headers)
        assert (status, json.loads(text)["latest_message"]["text"]) == (200, "hi 😀")


async def test_a_body_that_is_not_packed_as_it_says_is_a_wrong_request(api: Api) -> None:
    answer = await exchanged(api.url, b"POST /model/parse?token=sesame HTTP/1.1", b"Content-Encoding: gzip", b"{}")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"reason": "BadRequest"' in answer


async def test_a_conversation_that_was_emptied_can_be_gone_on_with(api: Api) -> None:
    for path in ("a", "b", "c"):
        assert (await api.ask("PUT", f"/conversations/{path}/tracker/events", []))[0] == 200
    status, tracker = await api.ask("GET", "/conversations/a/tracker")
    assert (status, [event["event"] for event in tracker["events"]]) == (200, ["action", "session_started", "action"])
    message = {"sender": "user", "text": "hi"}
    status, tracker = await api.ask("POST", "/conversations/b/messages", message)
    assert (status, tracker["latest_message"]["text"]) == (200, "hi")
    assert (await api.ask("POST", "/conversations/c/tracker/events", {"event": "restart"}))[0] == 200


async def test_headers_that_are_no_text_or_no_address_are_refused(tiny: BuiltinCore, redis_url: str) -> None:
    async with running(tiny, redis_url, Settings(api_port=0, api_jwt_secret=SECRET)) as api:
        answer = await exchanged(api.url, b"GET /status HTTP/1.1", b"Authorization: Bearer \xff.\xff.\xff")
        assert answer.startswith(b"HTTP/1.1 401 ")
    async with running(tiny, redis_url, Settings(api_port=0)) as api:
        for headers in ({"Host": "["}, {"Origin": "http://["}):
            assert (await api.send("GET", "/status", headers=headers))[0] == 403


async def test_a_token_in_what_is_no_http_is_not_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    server = logging.getLogger("aiohttp.server")
    server.addFilter(without_what_was_sent)
    caplog.set_level(logging.INFO)
    answer = await exchanged(api.url, "GET /status?token=sesame&x=ü HTTP/1.1".encode(), b"Authorization: Bearer signed")
    assert answer.startswith(b"HTTP/1.0 400 ")
    assert "it is no HTTP (InvalidURLError)" in caplog.text
    assert all(word not in caplog.text for word in ("sesame", "signed", "Traceback"))


async def exchanged(url: str, request: bytes, header: bytes, body: bytes = b"") -> bytes:
    """What is answered to bytes that no client of HTTP would send."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    length = b"Content-Length: %d" % len(body)
    writer.write(b"\r\n".join((request, b"Host: localhost", b"Connection: close", header, length, b"", body)))
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer
