"""The live page of a story picture, in a browser."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from redis.asyncio import Redis

from slackbot.api import pictures
from slackbot.core.builtin import BuiltinCore
from slackbot.learning.controls import Control
from slackbot.picture.links import key_of
from slackbot.settings import Settings, example_assistant
from slackbot.store import Store
from slackbot.store.server import connect
from tests.api.conftest import running
from tests.learning.lesson import Lesson

from .accessibility import serious_findings
from .browsing import ARTEFACTS, DESKTOP, PATIENCE, PHONE
from .conftest import LOOP

SECRET = "a secret of thirty-two characters"
pytestmark = pytest.mark.slow


@pytest_asyncio.fixture(loop_scope=LOOP)
async def lesson(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Lesson]:
    """A turn that was agreed, one that was corrected, one that was taken back, and one that is asked."""
    redis: Redis = connect(redis_url)
    lesson = await Lesson.begin(Store(redis), bistro)
    await lesson.say("hi there")
    await lesson.accept("ben")
    await lesson.say("could be worse")
    await lesson.change("ben", intent="mood_good", action="utter_glad")
    await lesson.accept("ben")
    await lesson.say("a table for 4")
    await lesson.accept("ben")
    for _ in range(2):
        await lesson.control(Control.UNDO)
    await lesson.say("what is on the menu?")
    yield lesson
    await redis.aclose()


@asynccontextmanager
async def opened(
    browser: Browser, core: BuiltinCore, redis_url: str, lesson: Lesson, project: Path | None = None, **context: object
) -> AsyncIterator[Page]:
    """The page of the lesson, and no error in it."""
    problems: list[str] = []
    settings = Settings(api_port=0, api_token="closed", picture_secret=SECRET, assistant=project)
    async with running(core, redis_url, settings) as api:
        made = await browser.new_context(**{"viewport": DESKTOP, **context})  # type: ignore[arg-type]
        page = await made.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        await page.goto(f"{api.url}/pictures/{lesson.id}?key={key_of(lesson.id, SECRET, time.time() + 600)}")
        yield page
        await made.close()
    assert problems == []


async def keep(page: Page, name: str) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTEFACTS / f"{name}.png", animations="disabled")


async def test_it_shows_the_conversation_and_is_drawn_anew_when_a_vote_decides(
    window_maker: Browser, bistro: BuiltinCore, redis_url: str, lesson: Lesson
) -> None:
    async with opened(window_maker, bistro, redis_url, lesson) as page:
        picture = page.locator("#picture")
        await expect(picture.locator(".open").get_by_text("? ask_menu")).to_be_visible()
        await expect(picture.locator(".gone").get_by_text("✗ book_table")).to_have_count(1)
        await expect(picture.locator("text.change").get_by_text("instead of mood_bad")).to_have_count(1)
        assert await serious_findings(page) == []
        await keep(page, "picture-desktop")
        before = await picture.get_attribute("viewBox")
        await page.locator("#view").focus()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("+")
        chosen = await picture.get_attribute("viewBox")
        assert chosen != before
        await lesson.accept("ben")
        await expect(picture.locator(".own:not(.open)").get_by_text("ask_menu", exact=True)).to_have_count(1)
        await expect(picture.locator(".open")).to_have_count(0)
        assert await picture.get_attribute("viewBox") == chosen, "what somebody has chosen to see stays in view"
        await expect(page.locator("#lists")).to_contain_text("mood_good instead of mood_bad (could be worse")


async def test_it_fits_a_phone(window_maker: Browser, bistro: BuiltinCore, redis_url: str, lesson: Lesson) -> None:
    async with opened(window_maker, bistro, redis_url, lesson, viewport=PHONE, has_touch=True) as page:
        await expect(page.locator("#picture .own").first).to_be_attached()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await serious_findings(page) == []
        label = page.locator("#picture .open text.label").first
        box = await label.bounding_box()
        assert box is not None
        assert box["height"] >= 11
        await keep(page, "picture-phone")


async def test_all_of_500_stories_are_there_and_can_be_searched(
    window_maker: Browser, bistro: BuiltinCore, redis_url: str, lesson: Lesson, tmp_path: Path
) -> None:
    project = with_stories(tmp_path, 500)
    async with opened(window_maker, bistro, redis_url, lesson, project) as page:
        await expect(page.locator("#note")).to_contain_text("stories")
        few = await page.locator("#picture g[data-words]").count()
        await keep(page, "picture-500-near")
        await page.get_by_role("button", name="All stories").click()
        await expect(page.get_by_role("button", name="All stories")).to_have_attribute("aria-pressed", "true")
        assert await page.locator("#picture g[data-words]").count() > 10 * few
        await keep(page, "picture-500-all")
        await page.get_by_label("Search").fill("story 499")
        await page.keyboard.press("Enter")
        await expect(page.locator("#found")).to_have_text("1 found")
        await expect(page.locator("#picture .found")).to_be_in_viewport()
        await keep(page, "picture-500-found")


def with_stories(folder: Path, number: int) -> Path:
    """The example project with generated stories."""
    chosen = random.Random(4)
    intents = ["greet", "mood_good", "mood_bad", "book_table", "ask_menu", "inform", "affirm", "deny"]
    actions = ["utter_greet", "utter_glad", "utter_comfort", "utter_menu", "utter_ask_day"]
    lines = ['version: "3.1"', "stories:"]
    for count in range(number):
        lines += [f"  - story: story {count}", "    steps:"]
        for _ in range(chosen.randint(2, 7)):
            which = min(int(chosen.expovariate(0.5)), 7)
            lines += [f"      - intent: {intents[which]}", f"      - action: {actions[which % 5]}"]
    for file in ("domain.yml", "data/nlu.yml", "data/stories.yml", "data/rules.yml"):
        target = folder / file
        target.parent.mkdir(exist_ok=True)
        target.write_text((example_assistant() / file).read_text())
    (folder / "data" / "generated.yml").write_text("\n".join(lines) + "\n")
    return folder


async def test_where_too_many_watch_already_it_is_drawn_all_the_same(
    window_maker: Browser, bistro: BuiltinCore, redis_url: str, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MOST_STREAMS", 0)
    settings = Settings(api_port=0, api_token="closed", picture_secret=SECRET)
    async with running(bistro, redis_url, settings) as api:
        page = await window_maker.new_page()
        key = key_of(lesson.id, SECRET, time.time() + 600)
        await page.goto(f"{api.url}/pictures/{lesson.id}?key={key}")
        await expect(page.locator("#picture .open").get_by_text("? ask_menu")).to_be_visible(timeout=PATIENCE)
        await page.close()
