"""The Rasa server that the settings name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from slackbot.core.action_server import ActionServer
from slackbot.core.rasa.client import retrieve_status
from slackbot.core.rasa.core import RasaCore
from slackbot.core.rasa.endpoint import EndpointConfig, RasaFailed
from slackbot.errors import SettingsError
from slackbot.settings import Settings, rasa_url

#: Seconds that a server may take to come up; one that loads a large model needs most of it.
PATIENCE = 120.0
_LOOK_EVERY = 1.0
#: A server that answers so will not answer otherwise later: it refuses the token, or is no Rasa server.
_REFUSED, _NOT_FOUND = {401, 403}, 404


def endpoint_of(settings: Settings, url: str | None = None) -> EndpointConfig | None:
    """The server at the URL, or else at that of the settings; None where neither names one.

    Raises SettingsError for what is no URL.
    """
    if url is not None:
        try:
            rasa_url(url)
        except ValueError as error:
            raise SettingsError(f"{url[:100]!r} {error}") from None
    url = url or settings.core
    return EndpointConfig(url, token=settings.core_token, jwt=settings.core_jwt) if url else None


async def connected(
    endpoint: EndpointConfig, settings: Settings, say: Callable[[str], None], *, patience: float = PATIENCE
) -> RasaCore:
    """A core at that server, which is waited for, and ``say`` told so. Raises RasaFailed after so many seconds."""
    loop, waits = asyncio.get_running_loop(), False
    deadline = loop.time() + patience
    while True:
        try:
            await retrieve_status(endpoint)
            break
        except RasaFailed as error:
            if error.status == _NOT_FOUND:
                problem = f"what answers at {endpoint.place} is no Rasa server with an API"
                raise RasaFailed(f"{problem}; start Rasa with --enable-api, or correct the URL", error.status) from None
            if error.status in _REFUSED:
                raise
            if loop.time() > deadline:
                raise RasaFailed(f"{error}; start it with: rasa run --enable-api, or correct the URL") from None
            if not waits:
                say(f"waiting for Rasa, for {patience:g} seconds at most: {error}")
            waits = True
        await asyncio.sleep(_LOOK_EVERY)
    actions = ActionServer(settings.action_server) if settings.action_server else None
    return await RasaCore.connect(endpoint, actions)
