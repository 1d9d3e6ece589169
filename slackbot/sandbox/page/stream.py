"""A feed as Server-Sent Events."""

from __future__ import annotations

import json
from collections.abc import Callable

from aiohttp import web

from slackbot.sandbox.page.feed import Entry, Feed
from slackbot.sandbox.shapes import JSON

HEARTBEAT = 15.0  # seconds

#: What a window is shown of an entry; None: nothing.
Shown = Callable[[Entry], JSON | None]


async def stream(request: web.Request, feed: Feed, shown: Shown) -> web.StreamResponse:
    """Send what comes after ``Last-Event-ID`` (or ``?after=``; without either, after now) until the feed closes.

    Where the log no longer reaches back that far, the event ``reload`` says that everything must be read anew.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    seen = _place(request, feed)
    try:
        await response.write(b": hello\n\n")
        while not feed.closed:
            seen = await _send(response, feed, seen, shown)
    except ConnectionError:
        pass  # the window was closed
    return response


async def _send(response: web.StreamResponse, feed: Feed, seen: int, shown: Shown) -> int:
    if not feed.reaches_back_to(seen):
        await response.write(f"event: reload\nid: {feed.last_id}\ndata: {{}}\n\n".encode())
        return feed.last_id
    entries = await feed.after(seen, HEARTBEAT)
    if not entries:
        await response.write(b": still here\n\n")
        return seen
    if not feed.reaches_back_to(seen):
        return seen  # this window was too slow: the next round says so
    frames = [(entry.id, visible) for entry in entries if (visible := shown(entry)) is not None]
    if frames:
        await response.write("".join(f"id: {at}\ndata: {json.dumps(item)}\n\n" for at, item in frames).encode())
    return entries[-1].id


def _place(request: web.Request, feed: Feed) -> int:
    given = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
    return int(given) if given.isascii() and given.isdigit() else feed.last_id
