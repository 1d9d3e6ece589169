"""Who may ask the API."""

from __future__ import annotations

import logging
import time

import jwt
import pytest

from slackbot.api.server import serving
from slackbot.core.builtin import BuiltinCore
from slackbot.errors import SettingsError
from slackbot.settings import Settings
from tests.api.conftest import Api, running

SECRET = "a secret of thirty-two characters"
ANA = {"user": {"username": "ana", "role": "user"}}


async def test_a_wrong_token_or_none_is_refused(api: Api) -> None:
    for token in ("", "wrong", "sésame"):
        api.token = token
        status, error = await api.ask("GET", "/status")
        assert (status, error["reason"], error["message"]) == (
            401,
            "NotAuthenticated",
            "User is not authenticated.",
        )


async def test_whether_the_server_is_well_is_told_to_anybody(api: Api) -> None:
    api.token = ""
    assert (await api.ask("GET", "/health")) == (200, {"status": "ok", "redis": "ok", "model": "storythread"})
    assert (await api.ask("GET", "/version"))[1]["version"].startswith("3.6")
    assert (await api.ask("GET", "/"))[0] == 200


@pytest.mark.parametrize(
    ("payload", "secret", "path", "status"),
    [
        ({"user": {"role": "admin"}}, SECRET, "/status", 200),
        ({"user": {"role": "admin"}}, "another secret of the same length", "/status", 401),
        ({"user": {"role": "admin"}, "exp": 1000}, SECRET, "/status", 401),
        ({"user": "admin"}, SECRET, "/status", 403),
        (ANA, SECRET, "/status", 403),
        (ANA, SECRET, "/conversations/ana/tracker", 200),
        (ANA, SECRET, "/conversations/bob/tracker", 403),
    ],
)
async def test_a_jwt_opens_what_its_role_may_see(
    tiny: BuiltinCore, redis_url: str, payload: dict[str, object], secret: str, path: str, status: int
) -> None:
    signed = jwt.encode({"iat": time.time() - 10, **payload}, secret, algorithm="HS256")
    async with running(tiny, redis_url, Settings(api_port=0, api_jwt_secret=SECRET)) as api:
        answer = await api.send("GET", path, headers={"Authorization": f"Bearer {signed}"})
        assert answer[0] == status
        unsigned = jwt.encode(payload, "", algorithm="none")
        assert (await api.send("GET", path, headers={"Authorization": f"Bearer {unsigned}"}))[0] == 401


async def test_a_header_that_names_no_jwt_is_a_wrong_request(tiny: BuiltinCore, redis_url: str) -> None:
    async with running(tiny, redis_url, Settings(api_port=0, api_token="sesame", api_jwt_secret=SECRET)) as api:
        for header in ("Bearer", "Bearer ", "Basic YTpi", "a b"):
            headers, path = {"Authorization": header}, "/status"
            assert (header, (await api.send("GET", path, headers=headers))[0]) == (header, 200)
            status, _, text = await api.send("GET", path, headers=headers, token="wrong")
            assert (header, status, "Authorization header is invalid." in text) == (header, 400, True)
        assert (await api.send("GET", "/status", token="wrong"))[0] == 401


async def test_without_a_token_only_this_machine_may_ask_and_no_page_in_its_browser(
    tiny: BuiltinCore, redis_url: str
) -> None:
    async with running(tiny, redis_url, Settings(api_port=0)) as api:
        for headers in ({}, {"Origin": api.url}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}):
            assert (headers, (await api.send("GET", "/status", headers=headers))[0]) == (headers, 200)
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:1"},
            {"Host": "evil.example", "Origin": "http://evil.example"},
            {"Host": "evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert (headers, (await api.send("GET", "/status", headers=headers))[0]) == (headers, 403)


async def test_without_a_token_no_page_can_write_what_a_browser_takes_for_harmless(
    tiny: BuiltinCore, redis_url: str
) -> None:
    async with running(tiny, redis_url, Settings(api_port=0)) as api:
        headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
        body = b'{"sender": "user", "text": "hi"}'
        assert (await api.send("POST", "/conversations/c/messages", body, headers))[0] == 403
        assert (await api.send("GET", "/conversations/c/story"))[0] == 404


async def test_others_are_let_in_only_with_a_token(tiny: BuiltinCore, redis_url: str) -> None:
    with pytest.raises(SettingsError, match="set STORYTHREAD_API_TOKEN, or bind to 127"):
        async with serving(Settings(api_port=0, api_host="::"), tiny, redis_url):
            pass


async def test_a_port_that_is_taken_is_said_in_one_line(api: Api, tiny: BuiltinCore, redis_url: str) -> None:
    port = int(api.url.rpartition(":")[2])
    with pytest.raises(SettingsError, match="name a free port with STORYTHREAD_API_PORT"):
        async with serving(Settings(api_port=port), tiny, redis_url):
            pass


async def test_the_token_is_not_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await api.ask("GET", "/status")
    assert api.token not in caplog.text
    assert api.token not in repr(Settings(api_token=api.token))
