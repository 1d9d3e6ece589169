"""Slack's requests over HTTP: unsigned ones learn nothing, signed ones are read as Slack means them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.receiver import TOLERANCE, is_signed, parse, slack_routes
from tests.blocks.strategies import UNHURRIED

SECRET = "a secret"
FORM = "application/x-www-form-urlencoded"


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    """As Slack's documentation says, in other words than the program's."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


class Door:
    """The receiver on a port, and what a Bolt app behind it was given."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url, self._http = url, http
        self.bodies: list[dict[str, Any]] = []

    async def post(self, body: bytes, kind: str = FORM, **headers: str) -> tuple[int, str]:
        """POSTs a body, signed unless ``headers`` say otherwise."""
        now = headers.get("timestamp", str(int(time.time())))
        given_headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": headers.get("signature", signature(body, now)),
        }
        async with self._http.post(self.url, data=body, headers=given_headers) as response:
            return response.status, await response.text()


async def authorize(**_: Any) -> Any:
    from slack_bolt.authorization import AuthorizeResult  # noqa: PLC0415  one use

    return AuthorizeResult(enterprise_id=None, team_id="T", bot_user_id="UBOT", bot_id="B", bot_token="xoxb-0")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    app = AsyncApp(client=AsyncWebClient(), signing_secret=SECRET, authorize=authorize, process_before_response=True)
    runner = web.AppRunner(slack_routes(app, SECRET))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
        door = Door(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", http)

        @app.command("/teach")
        async def command(ack: Any, body: dict[str, Any]) -> None:
            door.bodies.append(body)
            await ack(f"heard {body['text']}")

        @app.action("press")
        async def action(ack: Any, body: dict[str, Any]) -> None:
            door.bodies.append(body)
            await ack()

        yield door
    await runner.cleanup()


def command(text: str) -> bytes:
    fields = {"command": "/teach", "text": text, "team_id": "T", "user_id": "U", "channel_id": "C", "trigger_id": "1"}
    return urlencode(fields).encode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "v0=" + "0" * 64},
        {"signature": ""},
        {"signature": "v0=\u00e9"},
        {"signature": signature(command("hi"), str(int(time.time())), "another secret")},
        {"timestamp": str(int(time.time()) - TOLERANCE - 60)},
        {"timestamp": str(int(time.time()) + TOLERANCE + 3600)},
        {"timestamp": "yesterday"},
        {"timestamp": ""},
        {"timestamp": "-5"},
        {"timestamp": "1e9"},
        {"timestamp": "9" * 400},
    ],
)
async def test_what_slack_did_not_sign_just_now_is_refused(door: Door, wrong: dict[str, str]) -> None:
    """Whatever the body; malformed ones too learn no more than that."""
    for body in (command("hi"), b"payload=%7Bx", b"\xff\xfe"):
        status, _ = await door.post(body, **wrong)
        assert status == 401
    assert door.bodies == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"payload=%7Bx", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=", FORM),
        (b"\xff\xfe", FORM),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"", "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
async def test_a_signed_body_that_is_none_of_slacks_is_a_bad_request(door: Door, body: bytes, kind: str) -> None:
    status, _ = await door.post(body, kind)
    assert status == 400


async def test_slacks_challenge_is_answered(door: Door) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}).encode()
    status, answer = await door.post(body, "application/json; charset=utf-8")
    assert (status, json.loads(answer)) == (200, {"challenge": "3eZbrw1aB"})
    assert (await door.post(body, "application/json", signature="v0=0"))[0] == 401


@pytest.mark.parametrize("text", ["payload", "payload=1", "a payload={} b", "&payload=%7B%7D", "", "ü 👋 +&="])
async def test_a_command_may_say_anything(door: Door, text: str) -> None:
    """Bolt's own reading takes a command that says "payload" for another kind of request."""
    status, answer = await door.post(command(text))
    assert (status, answer) == (200, f"heard {text}")
    assert [body["text"] for body in door.bodies] == [text]


async def test_a_press_is_read_out_of_its_form(door: Door) -> None:
    payload = {
        "type": "block_actions",
        "team": {"id": "T"},
        "user": {"id": "U"},
        "actions": [{"action_id": "press", "block_id": "b", "type": "button", "value": "command=1&payload=2"}],
    }
    status, _ = await door.post(urlencode({"payload": json.dumps(payload)}).encode())
    assert status == 200
    assert door.bodies[0]["actions"] == payload["actions"]


async def test_what_nobody_listens_for_is_not_found_and_nothing_breaks(door: Door) -> None:
    status, _ = await door.post(
        json.dumps({"type": "event_callback", "event": {"type": "x"}}).encode(), "application/json"
    )
    assert status == 404
    assert (await door.post(command("still there")))[0] == 200


@UNHURRIED
@given(body=st.binary(), secret=st.text(min_size=1), other=st.binary(min_size=1))
def test_a_signature_fits_its_body_and_secret_and_no_other(body: bytes, secret: str, other: bytes) -> None:
    now = str(int(time.time()))
    good = signature(body, now, secret)
    assert is_signed(secret, now, good, body)
    assert not is_signed(secret, now, good, body + other)
    assert not is_signed(secret + "x", now, good, body)


@UNHURRIED
@given(text=st.text(), value=st.text())
def test_forms_are_read_as_they_were_written(text: str, value: str) -> None:
    fields = {"command": "/teach", "text": text, "payload": value}
    assert parse(FORM, urlencode(fields).encode()) == fields
    press = {"payload": json.dumps({"value": value})}
    assert parse(FORM, urlencode(press).encode()) == {"value": value}
