"""A real action server: the ``rasa-sdk`` package in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

#: For tests that need the package.
needs_rasa_sdk = pytest.mark.skipif(
    importlib.util.find_spec("rasa_sdk") is None, reason="needs the package rasa-sdk: pip install -e '.[rasa-sdk]'"
)
#: Seconds in which the server must be up, on a machine that does other things too.
_STARTED_WITHIN = 60.0


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def sdk_server(folder: Path, port: int) -> AsyncIterator[str]:
    """The server with the folder's ``actions.py``, once it is up; its URL."""
    environment = {**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rasa_sdk", "--actions", "actions", "--port", str(port)),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # it starts workers of its own, which must end with it
    )
    try:
        await _up(port, process)
        yield f"http://127.0.0.1:{port}/webhook"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _up(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_STARTED_WITHIN), aiohttp.ClientSession() as http:
        while True:
            assert process.returncode is None, "the action server has ended"
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"http://127.0.0.1:{port}/health") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)
