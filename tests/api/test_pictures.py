"""The live page of a story picture: who may see it, what it shows, and that it hears of changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from redis.asyncio import Redis

from slackbot.api import pictures
from slackbot.core.builtin import BuiltinCore
from slackbot.errors import SettingsError
from slackbot.picture.links import Links, key_of
from slackbot.settings import Settings
from slackbot.store import Store
from tests.api.conftest import TOKEN, Api, running
from tests.learning.lesson import Lesson

SECRET = "a secret of thirty-two characters"
BOUND = 30  # seconds


@pytest.fixture
async def lesson(tiny: BuiltinCore, redis: Redis) -> Lesson:
    """A conversation in which two people must agree."""
    return await Lesson.begin(Store(redis), tiny, quorum=2)


@pytest.fixture
async def page(tiny: BuiltinCore, redis_url: str) -> AsyncIterator[Api]:
    """A server that is asked without its token."""
    settings = Settings(api_port=0, api_token=TOKEN, api_jwt_secret=SECRET, picture_secret=SECRET)
    async with running(tiny, redis_url, settings) as api:
        api.token = ""
        yield api


def key(lesson: Lesson, until: float = 60) -> str:
    return key_of(lesson.id, SECRET, time.time() + until)


async def test_a_link_opens_its_conversations_picture_and_nothing_else(page: Api, lesson: Lesson) -> None:
    link = Links("https://teach.example.com", SECRET).link(lesson.id)
    given = parse_qs(urlsplit(link).query)["key"][0]
    for path in ("", "/graph"):
        assert (await page.send("GET", f"/pictures/{lesson.id}{path}", key=given))[0] == 200
        assert (await page.send("GET", f"/pictures/another{path}", key=given))[0] == 401
        assert (await page.send("GET", f"/pictures/{lesson.id}{path}"))[0] == 401
    assert (await page.send("GET", f"/conversations/{lesson.id}/tracker", key=given))[0] == 401
    bearer = {"Authorization": f"Bearer {given}"}
    assert (await page.send("GET", "/status", headers=bearer))[0] == 401
    page.token = TOKEN
    assert (await page.send("GET", f"/pictures/{lesson.id}/graph"))[0] == 200
    assert (await page.send("GET", "/pictures/another/graph"))[0] == 404


async def test_a_key_that_is_old_or_forged_is_refused_with_what_to_do(page: Api, lesson: Lesson) -> None:
    admin = jwt.encode({"user": {"role": "admin"}, "sub": lesson.id, "exp": time.time() + 60}, SECRET)
    for bad in ("", "x", key(lesson, -1), key_of(lesson.id, "another secret of the same length", 2e9), admin):
        status, error = await page.ask("GET", f"/pictures/{lesson.id}/graph", key=bad)
        assert (status, "/teach picture" in error["message"]) == (401, True)


async def test_the_page_loads_nothing_from_outside_and_its_files_hold_no_data(page: Api, lesson: Lesson) -> None:
    async with page.http.get(f"{page.url}/pictures/{lesson.id}", params={"key": key(lesson)}) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        text = await answer.text()
    for name in ("picture.js", "picture.css"):
        assert f"/picture-page/{name}" in text
        status, _, found = await page.send("GET", f"/picture-page/{name}")
        assert status == 200
        text += found
    assert "//" not in text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")
    assert (await page.send("GET", "/picture-page/picture.html"))[0] == 404


async def test_of_votes_only_their_number_shows_before_they_have_decided(page: Api, lesson: Lesson) -> None:
    async def shown() -> dict[str, object]:
        _, found = await page.ask("GET", f"/pictures/{lesson.id}/graph", key=key(lesson))
        return dict(found)

    await lesson.say("hi")
    before = await shown()
    await lesson.change("ben", intent="bye")
    after = await shown()
    assert (before["voted"], after["voted"]) == ("", "1 person")
    hidden = ("voted", "stamp")
    assert {k: v for k, v in before.items() if k not in hidden} == {k: v for k, v in after.items() if k not in hidden}
    assert "ben" not in str(after)
    await lesson.accept("cleo", "dan")
    assert "agreed by 2, 1 answered otherwise" in str(await shown())


async def test_the_stream_tells_of_every_vote_and_ends_with_the_server(
    tiny: BuiltinCore, redis_url: str, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(pictures, "MOST_STREAMS", 1)
    await lesson.say("hi")
    async with asyncio.timeout(BOUND):
        async with running(tiny, redis_url, Settings(api_port=0, picture_secret=SECRET)) as api:
            address = f"{api.url}/pictures/{lesson.id}/changes?key={key(lesson)}"
            answer = await api.http.get(address)
            assert answer.content_type == "text/event-stream"

            async def event() -> bytes:
                async for line in answer.content:
                    if line.startswith(b"data:"):
                        return line
                return b""

            first = await event()
            assert (await api.http.get(address)).status == 503
            await lesson.store.vote(lesson.id, "1", "ben", ("greet",))
            second = await event()
            assert first != second != b""
            await lesson.accept("ben", "cleo")
            assert await event() not in {first, second}
        answer.close()


async def test_a_window_that_was_closed_makes_room_for_another(
    tiny: BuiltinCore, redis_url: str, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(pictures, "MOST_STREAMS", 1)
    monkeypatch.setattr(pictures, "_HEARTBEAT", 3600.0)
    async with running(tiny, redis_url, Settings(api_port=0, picture_secret=SECRET)) as api, asyncio.timeout(BOUND):
        address = f"{api.url}/pictures/{lesson.id}/changes?key={key(lesson)}"
        first = await api.http.get(address)
        while not (await first.content.readline()).startswith(b"data:"):
            pass
        first.close()
        while (answer := await api.http.get(address)).status == 503:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)
        answer.close()


async def test_somebody_with_an_old_link_reads_what_to_do_in_their_browser(page: Api, lesson: Lesson) -> None:
    as_browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    status, kind, text = await page.send("GET", f"/pictures/{lesson.id}", headers=as_browser, key=key(lesson, -1))
    assert (status, kind) == (401, "text/plain")
    assert text == "This link is no longer good. Ask for another in Slack, with /teach picture."


def test_an_address_without_a_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="STORYTHREAD_PICTURE_SECRET"):
        Links.of(Settings(picture_url="https://teach.example.com"))
    assert Links.of(Settings()) is None
    assert "secret of" not in repr(Links("https://x", SECRET))
