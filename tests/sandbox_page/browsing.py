"""A real Chromium without a window, one a test process, and windows of it as people of a workspace."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from slackbot.sandbox import Person, Sandbox

#: Where screenshots go, for people to look at; not in git.
ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
#: Milliseconds that anything on the page may take.
PATIENCE = 60_000

#: Set on a test that has failed.
FAILED = pytest.StashKey[bool]()

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE)


def chromium() -> str | None:
    """The system's Chromium, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """The browser. It runs without its own sandbox, since tests also run as root in a container."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--lang=en-US"]
        )
        try:
            yield started
        finally:
            await started.close()


@dataclass
class Window:
    """One window: a person's view of the workspace."""

    page: Page
    person: Person
    context: BrowserContext
    problems: list[str] = field(default_factory=list)

    def button(self, name: str) -> Locator:
        """The newest button with exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True).last

    @property
    def thread(self) -> Locator:
        """The pane of the open thread."""
        return self.page.get_by_role("region", name="Thread", exact=True)

    @property
    def channel(self) -> Locator:
        """The pane of the open channel."""
        return self.page.locator(".pane.channel")

    @property
    def modal(self) -> Locator:
        """The modal on top."""
        return self.page.get_by_role("dialog")

    def note(self, kind: str, text: str) -> None:
        """Take an error of the console for a problem; that an address didn't load is none, tests do that."""
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.problems.append(text)

    async def say(self, text: str, *, in_thread: bool = False) -> None:
        """Type into a composer and press Enter."""
        composer = (self.thread if in_thread else self.channel).locator(".composer textarea")
        await composer.fill(text)
        await composer.press("Escape")  # whatever completion is open
        await composer.press("Enter")

    async def pick(self, label: str, query: str, option: str | None = None) -> None:
        """Search in a menu by its label, take an option, and wait for what the app makes of it."""
        box = self.modal.get_by_role("combobox", name=label, exact=False)
        await box.click()
        await box.fill(query)
        found = self.page.get_by_role("listbox")
        await expect(found).not_to_have_attribute("aria-busy", "true")
        await found.get_by_text(option or query, exact=True).click()
        await expect(self.modal.get_by_role("progressbar")).to_have_count(0)

    async def picture(self, name: str) -> None:
        """Keep a screenshot for people to look at."""
        ARTEFACTS.mkdir(exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png", animations="disabled")


@dataclass
class Windows:
    """Opens windows, and closes them in the end."""

    browser: Browser
    slack: Sandbox
    opened: list[Window] = field(default_factory=list)

    async def open(self, person: Person, *, place: str = "", **context: Any) -> Window:
        """A window of its own, as separate from others as another computer; `place` is the address's end."""
        made = await self.browser.new_context(
            **{"viewport": DESKTOP, "accept_downloads": True, "locale": "en-US", "reduced_motion": "reduce", **context}
        )
        page = await made.new_page()
        page.set_default_timeout(PATIENCE)
        window = Window(page, person, made)
        page.on("pageerror", lambda error: window.problems.append(str(error)))
        page.on("console", lambda said: window.note(said.type, said.text))
        self.opened.append(window)
        await page.goto(f"{self.slack.url}?as={person.id}{place}")
        await page.locator(".frame").wait_for()
        return window

    async def picture_failures(self, test: pytest.Item) -> None:
        """Keep a screenshot of every window if the test has failed."""
        if FAILED in test.stash:
            for place, window in enumerate(self.opened):
                await window.picture(f"FAILED-{test.name}-{place}")

    async def close(self) -> list[str]:
        """Close all; answers the errors that scripts raised or the browser reported."""
        for window in self.opened:
            await window.context.close()
        return [problem for window in self.opened for problem in window.problems]
