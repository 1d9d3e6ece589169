"""``storythread api`` as a program of its own."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from slackbot.core.rasa import EndpointConfig, RasaFailed, request_prediction, send_message
from tests.core.conversations import write_project
from tests.faults.world import world
from tests.learning.assistant import DATA, DOMAIN


@asynccontextmanager
async def program(folder: Path, redis_url: str) -> AsyncIterator[str]:
    """Its URL, once it is ready; at the end it is told to stop, and does so."""
    environment = {**os.environ, "REDIS_URL": redis_url, "STORYTHREAD_ASSISTANT": str(folder)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "slackbot", "api", "--port", "0", env=environment, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while (found := re.search(rb"ready at (\S+)", line := await process.stderr.readline())) is None:
                assert line, "it ended"
            yield found[1].decode()
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.slow
async def test_it_answers_trains_and_takes_the_new_model(tmp_path: Path, redis_url: str) -> None:
    async with program(write_project(tmp_path, DOMAIN, DATA), redis_url) as url, aiohttp.ClientSession() as http:
        endpoint = EndpointConfig(url)
        await send_message(endpoint, "c", "hi")
        assert (await request_prediction(endpoint, "c"))["scores"][0]["action"] == "utter_greet"
        async with http.post(f"{url}/model/train") as answer:
            assert (answer.status, answer.headers["filename"]) == (200, "storythread-2.zip")
            assert (await answer.read())[:2] == b"PK"
        while True:
            async with http.get(f"{url}/health") as answer:
                if (await answer.json())["model"] == "storythread-2":
                    break
            await asyncio.sleep(0.05)


async def test_serve_serves_it_beside_the_app(redis_url: str, tmp_path: Path) -> None:
    async with world(redis_url, tmp_path) as made:
        app = made.program("serve", STORYTHREAD_API_PORT="0", STORYTHREAD_API_TOKEN="sesame")
        app.start()
        await app.is_ready()
        found = re.search(r"conversation API is at (\S+)", app.log)
        assert found is not None
        tracker = await send_message(EndpointConfig(found[1], token="sesame"), "c", "hello")
        assert tracker["latest_message"]["intent"]["name"] == "greet"
        with pytest.raises(RasaFailed, match="refuses the token"):
            await send_message(EndpointConfig(found[1]), "c", "hello")
        await app.stop()


async def test_others_are_not_let_in_without_a_token(redis_url: str, tmp_path: Path) -> None:
    async with world(redis_url, tmp_path) as made:
        app = made.program("serve", STORYTHREAD_API_PORT="0", STORYTHREAD_API_HOST="::")
        app.start()
        assert await app.ended() == 1
        assert app.log.splitlines()[-1].startswith("storythread: STORYTHREAD_API_HOST is ::, which others reach; set")
