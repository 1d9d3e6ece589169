"""Listens where the settings say, or tells in one line why that can't be."""

from __future__ import annotations

import errno
import os
import socket

from aiohttp import web

from slackbot.errors import SettingsError


async def listen(runner: web.AppRunner, host: str, port: int, *, name_host: str, name_port: str) -> None:
    """Begins to serve. ``name_host`` and ``name_port`` are the settings to correct.

    Raises SettingsError where the port is taken or closed to this program, or the host isn't one of this machine.
    """
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        unknown = isinstance(error, socket.gaierror)
        why = os.strerror(error.errno) if error.errno and not unknown else error.strerror or str(error)
        is_host = unknown or error.errno == errno.EADDRNOTAVAIL
        remedy = f"correct {name_host}" if is_host else f"name a free port with {name_port}"
        raise SettingsError(f"it is not possible to listen on {host}:{port} ({why}); {remedy}") from None
