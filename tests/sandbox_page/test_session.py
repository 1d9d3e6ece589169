"""A teaching session as people live through it: in the browser, with the real app and a real worker."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from slackbot.dialogue.yamlfile import read_yaml
from tests.end_to_end.stage import Scene, Stage

from .accessibility import serious_findings
from .browsing import PHONE, Window, Windows


async def begin(window: Window, text: str = "/teach") -> None:
    """Type the command, and open the thread that comes of it."""
    await window.say(text)
    article = window.channel.get_by_role("article", name=re.compile("Storythread")).first
    await article.focus()
    await window.page.keyboard.press("t")
    await expect(window.thread).to_be_visible()


async def agreed(window: Window, times: int = 1) -> None:
    """Press All right on each card that is asked until the assistant waits for the speaker again."""
    await window.button("All right").click()
    await expect(window.thread.get_by_text("Agreed by")).to_have_count(times)


async def correct(window: Window) -> None:
    """Another intent and another action, each found by searching in the modal."""
    await window.button("Change").click()
    await window.pick("What does it mean?", "mood", "mood_good")
    await window.pick("What should I do?", "utter_gl", "utter_glad")
    await window.picture("modal-change")
    await window.button("Vote").click()
    await expect(window.thread.get_by_text("utter_glad").first).to_be_visible()


async def mark_an_entity(window: Window) -> None:
    """Another intent, and a word that is an entity."""
    await window.button("Change").click()
    await window.pick("What does it mean?", "book", "book_table")
    await window.modal.get_by_role("combobox", name="Mark words").click()
    await window.page.get_by_role("option", name="Luigi's").click()
    await window.page.keyboard.press("Escape")
    await window.pick("as", "day", "day")
    await window.button("Add entity").click()
    await expect(window.modal.get_by_text("“Luigi's” as day")).to_be_visible()
    await window.button("Vote").click()
    await expect(window.modal).to_have_count(0)
    await expect(window.thread.get_by_text("“Luigi's” as day").first).to_be_visible()


async def undo(window: Window, stage: Stage, until: str) -> None:
    """Press Undo, freshly drawn each time, until something has been taken back."""
    scene = Scene(stage, stage.slack.messages(stage.channel)[0]["ts"], stage.channel)
    for count in range(1, 4):
        await scene.settled()
        await window.button("Undo").click()
        taken = window.thread.get_by_text(re.compile("^Taken back: "))
        await expect(taken).to_have_count(count)
        if until in await taken.last.inner_text():
            return


async def download_stories(window: Window, path: Path) -> None:
    """Finish, look at the file's preview and take it home."""
    await window.thread.get_by_role("button", name="Finish").click()
    card = window.thread.locator(".file-card", has_text="stories")
    await expect(card).to_be_visible(timeout=60_000)
    await expect(card.locator(".hl-key").first).to_be_visible()
    await card.scroll_into_view_if_needed()
    await window.picture("thread-files")
    async with window.page.expect_download() as downloading:
        await card.get_by_role("link", name=re.compile("Download")).click()
    await (await downloading.value).save_as(path)


async def test_a_session_from_the_command_to_the_files(stage: Stage, windows: Windows, tmp_path: Path) -> None:
    """Start, speak, agree, correct the intent by searching, mark an entity, undo, finish, and download the stories."""
    window = await windows.open(stage.ada)
    await window.picture("channel-empty")
    await begin(window, "/teach 1")
    await window.say("hi there", in_thread=True)
    await expect(window.button("All right")).to_be_visible()
    await window.picture("thread-card")
    await agreed(window)
    await window.say("could be worse, I suppose", in_thread=True)
    await expect(window.thread.get_by_text("I understood").nth(1)).to_be_visible()
    await correct(window)
    await agreed(window, 2)
    await window.say("I want a table at Luigi's", in_thread=True)
    await mark_an_entity(window)
    await undo(window, stage, until="I want a table")
    await expect(window.thread.get_by_text("2 turns agreed")).to_be_visible()
    async with stage.worker():
        await download_stories(window, tmp_path / "stories.yml")
    steps = read_yaml(tmp_path / "stories.yml")["stories"][0]["steps"]
    assert [step["intent"] for step in steps if "intent" in step] == ["greet", "mood_good"]
    assert [step["action"] for step in steps if "action" in step] == ["utter_greet", "utter_glad"]


async def test_two_people_race_on_one_card(stage: Stage, windows: Windows) -> None:
    """Both press at the same moment: both votes count once, and both see one decision."""
    scene = await stage.teach("2")
    await scene.say("hi there")
    await scene.card("hi there")
    place = f"#/{stage.channel}/{scene.ts}"
    ben, cleo = [await windows.open(person, place=place) for person in (stage.ben, stage.cleo)]
    for window in (ben, cleo):
        await expect(window.button("All right")).to_be_visible()
    await ben.button("All right").click(no_wait_after=True)
    await cleo.button("All right").click(no_wait_after=True)
    for window in (ben, cleo):
        decided = window.thread.get_by_text("Agreed by")
        await expect(decided).to_have_count(1)
        await expect(decided).to_contain_text("@Ben")
        await expect(decided).to_contain_text("@Cleo")
        await expect(window.thread.get_by_role("button", name="All right")).to_have_count(0)
    assert await scene.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def test_the_keyboard_is_enough(stage: Stage, windows: Windows) -> None:
    """From the command to an agreed turn and a correction, without a mouse."""
    window = await windows.open(stage.ada)
    keys = window.page.keyboard
    await expect(window.channel.get_by_role("textbox")).to_be_focused()
    await keys.type("/te")
    await expect(window.page.get_by_role("option", name=re.compile("teach"))).to_be_visible()
    await window.picture("completion")
    await keys.press("Enter")
    await keys.type("1")
    await keys.press("Enter")
    card = window.channel.get_by_role("article", name=re.compile("Storythread"))
    await expect(card).to_be_visible()
    await keys.press("Shift+Tab")
    for _ in range(40):
        if await card.evaluate("(node) => node.contains(document.activeElement)"):
            break
        await keys.press("Shift+Tab")
    await card.focus()
    await keys.press("t")
    await expect(window.thread.get_by_role("textbox")).to_be_focused()
    await keys.type("hi there")
    await keys.press("Enter")
    change = window.button("Change")
    await expect(change).to_be_visible()
    for _ in range(40):
        if await change.evaluate("(node) => node === document.activeElement"):
            break
        await keys.press("Shift+Tab")
    await expect(change).to_be_focused()
    await keys.press("Enter")
    await expect(window.modal.get_by_role("combobox", name="What does it mean?")).to_be_focused()
    await keys.press("Control+a")
    await keys.type("goodb")
    await expect(window.page.get_by_role("option", name="goodbye")).to_be_visible()
    await keys.press("Enter")
    await expect(window.modal.get_by_role("combobox", name="What does it mean?")).to_have_value("goodbye")
    await keys.press("Escape")
    await expect(window.modal).to_have_count(0)
    await expect(change).to_be_focused()
    await keys.press("Shift+Tab")
    await keys.press("Enter")
    await expect(window.thread.get_by_text("Agreed by")).to_be_visible()


async def test_a_phone_shows_one_thing_at_a_time(stage: Stage, windows: Windows) -> None:
    """The sidebar is a drawer, the thread fills the screen, nothing is wider than it."""
    scene = await stage.teach("1")
    await scene.say("a table for 4 people tonight, please")
    await scene.card("a table for 4 people tonight, please")
    window = await windows.open(stage.ben, viewport=PHONE, has_touch=True, is_mobile=True)
    page = window.page
    await expect(window.channel).to_be_visible()
    await window.picture("phone-channel")
    await page.get_by_role("button", name="Open sidebar").click()
    await expect(page.get_by_role("button", name="teaching")).to_be_visible()
    await window.picture("phone-sidebar")
    await page.get_by_role("button", name=re.compile("^teaching")).click()
    await page.locator(".reply-bar").click()
    await expect(window.thread).to_be_visible()
    await expect(window.channel).to_be_hidden()
    await window.picture("phone-thread")
    await window.button("Change").click()
    await expect(window.modal).to_be_visible()
    await window.picture("phone-modal")
    assert await serious_findings(page) == []
    await window.modal.get_by_role("button", name="Cancel").click()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_light_and_dark_are_accessible(stage: Stage, windows: Windows) -> None:
    scene = await stage.teach("2")
    await scene.teach_turn("hi there", "ben", "cleo")
    await scene.say("a table for 4 people tonight, please")
    await scene.press("cleo", "All right")
    await stage.dan.say(stage.channel, "good morning *everybody* :wave:")
    for scheme in ("light", "dark"):
        place = f"&panel#/{stage.channel}/{scene.ts}"
        window = await windows.open(
            stage.ben, place=place, color_scheme=scheme, viewport={"width": 1600, "height": 900}
        )
        await expect(window.button("All right")).to_be_visible()
        await expect(window.page.locator(".traffic-row").first).to_be_visible()
        await window.picture(f"whole-{scheme}")
        assert await serious_findings(window.page) == []
