"""Socket Mode's connections to Slack: several, watched over, and replaced when they don't come back by themselves."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp

from slackbot.errors import SettingsError, SlackRefused, SlackUnavailable, StorythreadError
from slackbot.threads import Slack

log = logging.getLogger(__name__)

# Seconds.
#: Between looks at the connections.
LOOK_EVERY = 1.0
#: That the client may take to connect again by itself. It tries a URL that has expired for ever.
PATIENCE = 5.0
#: Without any connection, after which Slack may have given up on an event.
LONG_GAP = 30.0
#: Between pings; a connection that answers none is given up after some of them.
_PING_EVERY = 5.0
_CONNECT = 15.0
_CLOSE = 15.0

_MOST_ATTEMPTS = 3


@dataclass
class _Socket:
    handler: AsyncSocketModeHandler
    #: Since when it is not connected (monotonic); None while it is.
    lost: float | None = None


class Sockets:
    """The connections of one app. While Slack refreshes one, another is there."""

    def __init__(self, app: AsyncApp, app_token: str, count: int, slack: Slack) -> None:
        self._app, self._app_token, self._count, self._slack = app, app_token, count, slack
        self._sockets: list[_Socket] = []
        #: Since when there is no connection at all; None while there is one.
        self._gap: float | None = None
        self._gap_is_long = False

    async def open(self) -> None:
        """Connects. Raises SettingsError for a token that Slack refuses, and SlackUnavailable."""
        try:
            while len(self._sockets) < self._count:
                self._sockets.append(_Socket(await self._connected()))
        except SlackRefused as error:
            raise SettingsError(
                f"SLACK_APP_TOKEN is refused by Slack ({error.code}); make one with the scope connections:write under "
                "Basic Information on your app's page"
            ) from None
        log.info("connected to Slack by %d sockets", len(self._sockets))

    async def close(self) -> None:
        """Disconnects."""
        await asyncio.gather(*(_closed(socket.handler) for socket in self._sockets))

    async def watch(self, long_gap: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]) -> None:
        """Runs until it is cancelled.

        ``long_gap`` is called when there has been no connection at all for LONG_GAP seconds, and ``back`` when there
        is one again after that.
        """
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self._look(long_gap, back)
            except StorythreadError as error:
                log.warning("while watching the connections to Slack: %s", error)

    async def _look(self, long_gap: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]) -> None:
        now = time.monotonic()
        for socket in self._sockets:
            connected = await socket.handler.client.is_connected()
            socket.lost = None if connected else socket.lost or now
        if any(socket.lost is None for socket in self._sockets):
            self._gap = None
            if self._gap_is_long:
                await back()
                self._gap_is_long = False
        else:
            self._gap = self._gap or now
            if now - self._gap > LONG_GAP and not self._gap_is_long:
                log.warning("there has been no connection to Slack for %.0f s", now - self._gap)
                await long_gap()
                self._gap_is_long = True
        for socket in self._sockets:
            if socket.lost is not None and now - socket.lost > PATIENCE:
                await self._replace(socket)

    async def _replace(self, socket: _Socket) -> None:
        log.warning("a connection to Slack does not come back; opening another one")
        handler = await self._connected()
        before, socket.handler, socket.lost = socket.handler, handler, None
        await _closed(before)

    async def _connected(self) -> AsyncSocketModeHandler:
        """A new connection. Each attempt has a URL of its own: one works once, and for seconds only."""
        for _ in range(_MOST_ATTEMPTS):
            url = await self._slack.socket_url(self._app_token)
            handler = AsyncSocketModeHandler(self._app, self._app_token, ping_interval=_PING_EVERY)
            handler.client.wss_uri = url
            try:
                async with asyncio.timeout(_CONNECT):
                    await handler.client.connect()  # type: ignore[no-untyped-call]
            except TimeoutError:
                await _closed(handler)
            except BaseException:
                await _closed(handler)
                raise
            else:
                return handler
        raise SlackUnavailable("Slack takes no connection; check the network (it needs wss) and try again")


async def _closed(handler: AsyncSocketModeHandler) -> None:
    try:
        async with asyncio.timeout(_CLOSE):
            await handler.close_async()  # type: ignore[no-untyped-call]
    except (TimeoutError, OSError) as error:
        log.warning("closing a connection to Slack: %s", error or "no answer")
