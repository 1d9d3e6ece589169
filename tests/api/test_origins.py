"""Which web pages of other origins may ask the API from a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from multidict import CIMultiDictProxy

from slackbot.core.builtin import BuiltinCore
from slackbot.errors import SettingsError
from slackbot.settings import Settings
from tests.api.conftest import TOKEN, Api, running

OURS, THEIRS = "https://board.example", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
Headers = CIMultiDictProxy[str]


async def asked(api: Api, method: str, path: str, **headers: str) -> tuple[int, Headers, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with api.http.request(method, f"{api.url}{path}", params={"token": api.token}, headers=named) as answer:
        return answer.status, answer.headers, await answer.text()


@asynccontextmanager
async def letting_in(tiny: BuiltinCore, redis_url: str, *origins: str, token: str | None = TOKEN) -> AsyncIterator[Api]:
    async with running(tiny, redis_url, Settings(api_port=0, api_token=token, api_cors=origins)) as api:
        yield api


async def test_options_are_answered_to_anybody_and_tell_nothing(api: Api) -> None:
    api.token = ""
    for path in ("/status", "/nowhere", "/conversations/c/tracker"):
        status, headers, text = await asked(api, "OPTIONS", path, Origin=OURS, **PREFLIGHT)
        assert (status, text) == (200, "")
        assert not [name for name in headers if name.startswith("Access-Control") or name in {"Vary", "Allow"}]


async def test_a_page_of_a_listed_origin_may_ask(tiny: BuiltinCore, redis_url: str) -> None:
    async with letting_in(tiny, redis_url, OURS, "http://localhost:1") as api:
        _, told, _ = await asked(api, "OPTIONS", "/status", Origin=OURS, **PREFLIGHT)
        assert told["Access-Control-Allow-Origin"] == OURS
        assert told["Access-Control-Allow-Headers"] == "authorization"
        assert {"GET", "POST", "PUT"} <= {*told["Access-Control-Allow-Methods"].split(", ")}
        status, told, _ = await asked(api, "GET", "/status", Origin=OURS)
        assert (status, told["Access-Control-Allow-Origin"], told["Vary"]) == (200, OURS, "Origin")
        assert told["Access-Control-Expose-Headers"] == "filename"


async def test_it_can_read_what_it_is_refused_with(tiny: BuiltinCore, redis_url: str) -> None:
    async with letting_in(tiny, redis_url, OURS) as api:
        for path, status in (("/conversations/c/story", 404), ("/nowhere", 404), ("/model/parse", 405)):
            answer, told, _ = await asked(api, "GET", path, Origin=OURS)
            assert (path, answer, told["Access-Control-Allow-Origin"]) == (path, status, OURS)
        api.token = "wrong"
        answer, told, _ = await asked(api, "GET", "/status", Origin=OURS)
        assert (answer, told["Access-Control-Allow-Origin"]) == (401, OURS)


async def test_a_page_of_another_origin_is_told_nothing(tiny: BuiltinCore, redis_url: str) -> None:
    async with letting_in(tiny, redis_url, OURS) as api:
        for method in ("OPTIONS", "GET"):
            _, told, _ = await asked(api, method, "/status", Origin=THEIRS, **PREFLIGHT)
            assert told["Vary"] == "Origin"  # or a cache would give it the answer to a listed one
            assert not [name for name in told if name.startswith("Access-Control")]


async def test_a_star_lets_in_every_page_but_not_with_what_a_browser_knows_of_somebody(
    tiny: BuiltinCore, redis_url: str
) -> None:
    async with letting_in(tiny, redis_url, "*") as api:
        _, told, _ = await asked(api, "GET", "/status", Origin=THEIRS)
        assert told["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in told


async def test_without_a_token_a_listed_origin_may_ask_and_no_other(tiny: BuiltinCore, redis_url: str) -> None:
    async with letting_in(tiny, redis_url, OURS, token=None) as api:
        assert (await asked(api, "GET", "/status", Origin=OURS))[0] == 200
        assert (await asked(api, "GET", "/status", Origin=THEIRS))[0] == 403


async def test_without_a_token_not_every_origin_can_be_listed(tiny: BuiltinCore, redis_url: str) -> None:
    with pytest.raises(SettingsError, match=r"STORYTHREAD_API_CORS is \*.*; set STORYTHREAD_API_TOKEN"):
        async with letting_in(tiny, redis_url, "*", token=None):
            pass
