"""Slack's requests over HTTP: checked on their raw bytes before anything is read out of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

#: Seconds by which a request's timestamp may be off.
TOLERANCE = 300
#: Bytes; Slack's own bodies stay well below.
LARGEST_BODY = 4 * 1024 * 1024


def is_signed(secret: str, timestamp: str, signature: str, body: bytes) -> bool:
    """Whether Slack signed this body, and did so just now."""
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={digest}".encode(), signature.encode())


def parse(content_type: str, body: bytes) -> dict[str, Any]:
    """The payload of a request. Raises ValueError for a body that Slack doesn't send."""
    text = body.decode()
    try:
        if content_type == "application/json":
            data = json.loads(text)
        else:
            form = dict(parse_qsl(text, keep_blank_values=True))
            # A slash command is told by its own field: its text may well hold the word payload.
            data = form if "command" in form or "payload" not in form else json.loads(form["payload"])
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004  the caller tells good bodies from bad ones
    return data


def slack_routes(app: AsyncApp, signing_secret: str, path: str = "/slack/events") -> web.Application:
    """An HTTP application that hands Slack's signed requests to a Bolt app."""

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        headers = request.headers
        timestamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not is_signed(signing_secret, timestamp, signature, body):
            return web.Response(status=401, text="the request is not signed by Slack")
        try:
            data = parse(request.content_type, body)
        except ValueError:
            return web.Response(status=400, text="the body is not one of Slack's")
        if data.get("type") == "url_verification":
            return web.json_response({"challenge": data.get("challenge")})
        answer = await app.async_dispatch(
            # Checked and parsed here, so Bolt is given the payload as it is over a socket.
            AsyncBoltRequest(body=data, headers=_retry_headers(request), mode="socket_mode")
        )
        content_type = answer.first_headers_without_set_cookie().get("content-type", "text/plain").partition(";")[0]
        return web.Response(status=answer.status, text=answer.body or "", content_type=content_type)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    server = web.Application(client_max_size=LARGEST_BODY)
    server.router.add_post(path, receive)
    server.router.add_get("/health", health)
    return server


def _retry_headers(request: web.Request) -> dict[str, str | Sequence[str]]:
    return {name: value for name, value in request.headers.items() if name.lower().startswith("x-slack-retry")}
