"""Deliveries as signed HTTP requests to the app's request URL."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from slackbot.sandbox.delivery import Ack, Parcel
from slackbot.sandbox.shapes import JSON

_FORM = "application/x-www-form-urlencoded"


class HTTPDelivery:
    """Slack's side of a request URL."""

    name = "http"

    def __init__(self, signing_secret: str) -> None:
        self.url: str | None = None
        self._secret = signing_secret
        self._session: aiohttp.ClientSession | None = None

    def connected(self) -> bool:
        """Whether there is a URL to send to."""
        return self.url is not None

    async def send(self, parcel: Parcel, bound: float) -> Ack:
        """POST the payload; 2xx in time is the acknowledgement."""
        body, content_type = encode(parcel)
        headers = {"Content-Type": content_type, **self.signed(body)}
        if parcel.attempt:
            headers |= {
                "X-Slack-Retry-Num": str(parcel.attempt),
                "X-Slack-Retry-Reason": parcel.retry_reason or "unknown_error",
            }
        return await self._post(body, headers, bound)

    async def challenge(self, token: str, bound: float) -> bool:
        """Whether the app answers Slack's ``url_verification`` with its challenge."""
        challenge = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()
        payload = {"token": token, "challenge": challenge, "type": "url_verification"}
        body = json.dumps(payload).encode()
        headers = {"Content-Type": "application/json", **self.signed(body)}
        ack = await self._post(body, headers, bound)
        return ack.ok and challenge in (ack.payload or {}).values()

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers by which the app knows that the request is Slack's."""
        timestamp = str(int(time.time()))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    async def close(self) -> None:
        """Close the client session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: bytes, headers: dict[str, str], bound: float) -> Ack:
        try:
            return await self._exchange(body, headers, aiohttp.ClientTimeout(total=bound))
        except TimeoutError:
            return Ack(ok=False, reason="http_timeout")
        except aiohttp.ClientError:
            return Ack(ok=False, reason="connection_failed")

    async def _exchange(self, body: bytes, headers: dict[str, str], limit: aiohttp.ClientTimeout) -> Ack:
        if self.url is None:
            return Ack(ok=False, reason="connection_failed")
        if self._session is None:
            # a connection kept from a process that has since been replaced would fail the next delivery
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        request = self._session.post(self.url, data=body, headers=headers, timeout=limit, allow_redirects=False)
        async with request as answer:
            text = await answer.text()
            if 200 <= answer.status < 300:
                return Ack(ok=True, payload=_decoded(text), status=answer.status)
            final = answer.headers.get("X-Slack-No-Retry") == "1"
            return Ack(ok=False, status=answer.status, reason="http_error", final=final)


def encode(parcel: Parcel) -> tuple[bytes, str]:
    """The body and its content type, by the kind of payload."""
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload).encode(), "application/json"
    form: JSON = parcel.payload
    if parcel.kind == "interactive":
        form = {"payload": json.dumps(parcel.payload)}
    return urlencode(form).encode(), _FORM


def _decoded(text: str) -> JSON | None:
    if not text.strip():
        return None
    try:
        value: Any = json.loads(text)
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"text": text}
