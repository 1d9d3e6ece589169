"""Every block and element of Block Kit on the page, and what using one tells the app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from playwright.async_api import expect

from slackbot.sandbox import Person, Sandbox

from .accessibility import serious_findings
from .browsing import Window, Windows
from .gallery import ELEMENTS, TEXT, button, section
from .gallery_app import GalleryApp, gallery_app


@pytest_asyncio.fixture(loop_scope="session")
async def app(slack: Sandbox) -> AsyncIterator[GalleryApp]:
    async with gallery_app(slack) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def ada(slack: Sandbox, app: GalleryApp) -> Person:
    channel = slack.add_channel("gallery")
    people = [slack.add_person("ada", "Ada"), slack.add_person("ben", "Ben")]
    slack.join(channel, *people)
    return people[0]


async def show(app: GalleryApp, blocks: list[Any]) -> None:
    await app.client.chat_postMessage(channel="gallery", text="the gallery", blocks=blocks)


async def test_marked_up_text_is_shown_as_slack_shows_it(windows: Windows, app: GalleryApp, ada: Person) -> None:
    await show(app, TEXT)
    window = await windows.open(ada, viewport={"width": 1440, "height": 1700})
    text = window.channel.locator(".block-section").first
    await expect(text.locator("b").first).to_have_text("bold")
    await expect(text.locator("i").first).to_have_text("italic")
    await expect(text.locator("s")).to_have_text("struck")
    await expect(text).to_contain_text("snake_case_name 2*3*4 🎉 :nothing_of_the_kind:")
    await expect(text.locator("blockquote")).to_have_text("a quoteof two lines")
    await expect(text.locator("pre")).to_have_text("def f():\n    return 1 < 2")
    await expect(text.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.org/a?b=1&c=2")
    await expect(window.channel.locator(".rich-text ul ol li")).to_have_text("inner")
    await expect(window.channel.locator(".block-table td")).to_have_text(["Ada", "0.81"])
    await expect(window.channel.locator(".markdown .md-h1")).to_have_text("Title")
    await window.picture("blocks-text")


async def test_nothing_that_somebody_writes_becomes_markup_of_the_page(
    windows: Windows, app: GalleryApp, ada: Person
) -> None:
    evil = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    await show(
        app,
        [
            section(f"*{escaped}* <javascript:window.hacked=1|press me> `{escaped}`"),
            {"type": "markdown", "text": evil + " [x](javascript:window.hacked=1)"},
        ],
    )
    await ada.say("gallery", evil)
    window = await windows.open(ada)
    await expect(window.channel.get_by_text("window.hacked=1").first).to_be_visible()
    assert await window.channel.locator(".message a, .message script, .message img").count() == 0
    assert await window.page.evaluate("window.hacked") is None


async def test_elements_in_a_message_tell_the_app_what_was_chosen(
    windows: Windows, slack: Sandbox, app: GalleryApp, ada: Person
) -> None:
    await show(app, ELEMENTS)
    window = await windows.open(ada)
    page = window.page

    async def told(action: str) -> Any:
        return await slack.wait_for(lambda: app.chosen(action))

    await page.get_by_role("combobox", name="Pick a dish").click()
    await expect(page.get_by_text("Cold", exact=True)).to_be_visible()
    await window.picture("blocks-elements")
    await page.get_by_role("option", name="Soup").click()
    assert (await told("static"))["value"] == "soup"
    await page.get_by_role("combobox", name="Search intents").press_sequentially("boo")
    await page.get_by_role("option", name="book_table").click()
    assert (await told("external"))["value"] == "book_table"
    await page.get_by_role("combobox", name="Pick a person").fill("be")
    await page.keyboard.press("Enter")
    assert await told("user") == slack.people[1].id
    await page.get_by_label("Red").check()
    assert [one["value"] for one in await told("checks")] == ["red"]
    await page.get_by_role("radio", name="No").check()
    assert (await told("radio"))["value"] == "no"
    await page.get_by_role("combobox", name="Pick some").click()
    await page.get_by_role("option", name="Three").click()
    assert [one["value"] for one in await told("multi")] == ["one", "three"]
    await page.locator("input[type=date]").fill("2026-05-06")
    assert await told("date") == "2026-05-06"
    await page.get_by_role("button", name="More options").first.click()
    await page.get_by_role("menuitem", name="Move").click()
    assert (await told("more"))["value"] == "move"


async def test_a_guarded_button_asks_first(windows: Windows, slack: Sandbox, app: GalleryApp, ada: Person) -> None:
    await show(app, ELEMENTS[:1])
    window = await windows.open(ada)
    await window.button("Danger").click()
    question = window.page.get_by_role("alertdialog", name="Really?")
    await expect(question).to_contain_text("This can't be undone.")
    await question.get_by_role("button", name="No", exact=True).click()
    await expect(question).to_have_count(0)
    await window.button("Danger").click()
    await question.get_by_role("button", name="Do it").click()
    await slack.wait_for(lambda: app.chosen("danger"))
    assert len(app.actions) == 1


async def test_an_app_that_says_nothing_is_reported_as_slack_does(
    windows: Windows, slack: Sandbox, app: GalleryApp, ada: Person
) -> None:
    slack._deliverer._ack_timeout = 0.3
    await show(app, [{"type": "actions", "elements": [button("Silent", "silent")]}])
    window = await windows.open(ada)
    await window.button("Silent").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("did not respond")


async def open_modal(windows: Windows, app: GalleryApp, ada: Person) -> Window:
    await show(app, ELEMENTS[:1])
    window = await windows.open(ada)
    await window.button("Plain").click()
    await expect(window.modal).to_be_visible()
    return window


async def test_a_modal_holds_what_is_typed_until_it_is_right(
    windows: Windows, slack: Sandbox, app: GalleryApp, ada: Person
) -> None:
    """Errors stand under their inputs, those of the client and those of the app; what was entered stays."""
    window = await open_modal(windows, app, ada)
    await expect(window.modal.get_by_label("Name")).to_be_focused()
    await window.modal.get_by_label("Name").fill("Nobody")
    await window.button("Send").click()
    await expect(window.modal.get_by_role("alert")).to_have_text("Please complete this required field.")
    await window.modal.get_by_label("Guests").fill("4")
    await window.pick("Dish", "ste", "Stew")
    await window.pick("Intents", "gre", "greet")
    await window.pick("Intents", "book", "book_table")
    await window.page.keyboard.press("Escape")
    await window.button("Send").click()
    await expect(window.modal.get_by_role("alert")).to_have_text("Somebody must come.")
    await expect(window.modal.get_by_label("Name")).to_be_focused()
    await window.picture("modal-errors")
    await expect(window.modal.get_by_label("Guests")).to_have_value("4")
    await window.modal.get_by_label("Name").fill("Ada")
    await window.button("Send").click()
    await expect(window.modal).to_have_count(0)
    values = app.submissions[-1]
    assert values["name"]["name"]["value"] == "Ada"
    assert values["guests"]["guests"]["value"] == "4"
    assert values["dish"]["dish"]["selected_option"]["value"] == "stew"
    assert [one["value"] for one in values["intents"]["intents"]["selected_options"]] == ["greet", "book_table"]


async def test_modals_lie_on_each_other(windows: Windows, app: GalleryApp, ada: Person) -> None:
    """Closing the upper one shows the lower one with what was typed there; closing all goes back to the message."""
    window = await open_modal(windows, app, ada)
    await window.modal.get_by_label("Story").fill("once upon a time")
    await window.button("Go deeper").click()
    await expect(window.modal).to_contain_text("One level down.")
    await window.button("Back").click()
    await expect(window.modal.get_by_label("Story")).to_have_value("once upon a time")
    await window.page.keyboard.press("Escape")
    await expect(window.modal).to_have_count(0)
    await expect(window.button("Plain")).to_be_focused()


async def test_the_focus_stays_in_the_modal(windows: Windows, app: GalleryApp, ada: Person) -> None:
    window = await open_modal(windows, app, ada)
    for _ in range(30):
        await window.page.keyboard.press("Tab")
        assert await window.page.evaluate("Boolean(document.activeElement.closest('.modal'))")


async def test_the_home_tab_is_the_apps_own(windows: Windows, slack: Sandbox, app: GalleryApp, ada: Person) -> None:
    window = await windows.open(ada)
    await window.page.get_by_role("navigation").get_by_role("button", name="App").click()
    await expect(window.page.get_by_role("tabpanel")).to_contain_text("Your sessions:")
    await window.picture("home")
    await window.button("Primary").click()
    await slack.wait_for(lambda: app.chosen("primary"))


async def test_blocks_and_modals_are_accessible(windows: Windows, app: GalleryApp, ada: Person) -> None:
    await show(app, TEXT)
    await show(app, ELEMENTS[1:])
    window = await open_modal(windows, app, ada)
    assert await serious_findings(window.page) == []
    await window.page.keyboard.press("Escape")
    await expect(window.modal).to_have_count(0)
    assert await serious_findings(window.page) == []
