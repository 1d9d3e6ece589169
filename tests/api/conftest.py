"""The API over the real store, with the tiny assistant."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from slackbot.api.server import serving
from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Core
from slackbot.core.rasa import EndpointConfig
from slackbot.settings import Settings
from tests.learning.assistant import tiny_assistant

TOKEN = "sesame"


@dataclass
class Api:
    """A server and a client of it."""

    url: str
    http: aiohttp.ClientSession
    token: str = TOKEN

    @property
    def endpoint(self) -> EndpointConfig:
        return EndpointConfig(self.url, token=self.token, timeout=10)

    async def ask(self, method: str, path: str, body: Any = None, **params: str) -> tuple[int, Any]:
        """Status and body; the body as JSON where it is."""
        answer = await self.send(method, path, body, None, **params)
        text = answer[2]
        return answer[0], json.loads(text) if answer[1] == "application/json" else text

    async def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **params: str
    ) -> tuple[int, str, str]:
        """Status, content type and text."""
        given = {"token": self.token, **params}
        data = io.BytesIO(body) if isinstance(body, bytes) else None if body is None else json.dumps(body)
        async with self.http.request(
            method, self.url + path, data=data, params=given, headers=headers or {"Accept": "application/json"}
        ) as answer:
            return answer.status, answer.content_type, await answer.text(errors="replace")


@asynccontextmanager
async def running(core: Core, redis_url: str, settings: Settings) -> AsyncIterator[Api]:
    """A server on any free port."""
    async with serving(settings, core, redis_url) as url, aiohttp.ClientSession() as http:
        yield Api(url, http, settings.api_token or "")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def api(tiny: BuiltinCore, redis_url: str) -> AsyncIterator[Api]:
    async with running(tiny, redis_url, Settings(api_port=0, api_token=TOKEN)) as server:
        yield server
