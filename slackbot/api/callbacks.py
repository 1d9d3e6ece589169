"""Sends an answer later, to the address that a request has named as ``callback_url``."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

log = logging.getLogger(__name__)

#: Seconds that whoever is called back may take.
SECONDS = 30.0


def can_be_called(url: str) -> bool:
    """Whether it is an address of HTTP."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


async def call_back(url: str, answer: web.Response) -> None:
    """POSTs the answer's body. Never raises: what goes wrong is logged, without the address, which may hold secrets."""
    body, kind = answer.body, answer.headers["Content-Type"]
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http,
            http.post(url, data=body, headers={"Content-Type": kind}, allow_redirects=False) as told,
        ):
            if told.status >= 300:
                log.warning("%s takes no callback: it answers %s", urlsplit(url).hostname, told.status)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        log.warning("%s can't be called back: %s", urlsplit(url).hostname, type(error).__name__)
