"""What a window does by itself: it follows the workspace, keeps what somebody is doing, and changes person."""

from __future__ import annotations

import re

from playwright.async_api import Browser, expect

from slackbot.sandbox import Sandbox
from tests.end_to_end.stage import Stage

from .browsing import Windows


async def test_what_others_do_disturbs_nobody_who_types(stage: Stage, windows: Windows) -> None:
    """Messages come in while somebody types: the focus, the text and an open menu stay."""
    window = await windows.open(stage.ada)
    composer = window.channel.get_by_role("textbox")
    await composer.press_sequentially("hello @be")
    await expect(window.page.get_by_role("option", name=re.compile("Ben"))).to_be_visible()
    await stage.ben.say(stage.channel, "me first")
    await expect(window.channel.get_by_text("me first")).to_be_visible()
    await expect(composer).to_be_focused()
    await expect(window.page.get_by_role("option", name=re.compile("Ben"))).to_be_visible()
    await composer.press("Enter")
    await expect(composer).to_have_value("hello @ben ")
    await composer.press("Enter")
    await expect(window.channel.locator(".message .mention", has_text="@Ben")).to_be_visible()


async def test_a_modal_keeps_its_fields_while_the_thread_goes_on(stage: Stage, windows: Windows) -> None:
    scene = await stage.teach("2")
    await scene.say("hi there")
    await scene.card("hi there")
    window = await windows.open(stage.ben, place=f"#/{stage.channel}/{scene.ts}")
    await window.button("Change").click()
    field = window.modal.get_by_label("or mark up the message")
    await field.fill("[hi](gr")
    await stage.cleo.say(stage.channel, "what about me", scene.ts)
    await expect(window.page.get_by_text("what about me")).to_be_attached()
    await field.press_sequentially("eeting) there")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("[hi](greeting) there")


async def test_messages_can_be_edited_reacted_to_and_deleted(stage: Stage, windows: Windows) -> None:
    ada, ben = await windows.open(stage.ada), await windows.open(stage.ben)
    await ada.say("first *thought*")
    message = ada.channel.get_by_role("article", name=re.compile("^Ada"))
    await expect(message.locator("b")).to_have_text("thought")
    await ada.channel.get_by_role("textbox").press("ArrowUp")
    await ada.page.get_by_role("textbox", name="Edit message").fill("a better thought")
    await ada.page.keyboard.press("Enter")
    theirs = ben.channel.get_by_role("article", name=re.compile("^Ada"))
    await expect(theirs).to_contain_text("a better thought (edited)")
    await theirs.hover()
    await theirs.get_by_role("button", name="React with eyes").click()
    await expect(message.get_by_role("button", name=re.compile("^eyes, 1"))).to_be_visible()
    await theirs.get_by_role("button", name="Add reaction…").first.click()
    await ben.page.get_by_role("combobox", name="Search all emoji").fill("tada")
    await ben.page.keyboard.press("Enter")
    await expect(message.get_by_role("button", name=re.compile("^tada, 1"))).to_be_visible()
    await message.focus()
    await ada.page.keyboard.press("Delete")
    await ada.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    await expect(theirs).to_have_count(0)


async def test_one_window_can_be_several_people(stage: Stage, windows: Windows) -> None:
    """What one person alone sees is not there for the next; what is unread is bold."""
    other = stage.slack.add_channel("kitchen")
    stage.slack.join(other, stage.ada, stage.ben)
    window = await windows.open(stage.ada)
    await window.say("/teach help")
    alone = window.page.get_by_text("Only visible to you")
    await expect(alone).to_be_visible()
    await window.picture("ephemeral")
    await stage.ben.say(other, "is @ada there?")
    kitchen = window.page.get_by_role("button", name=re.compile("^kitchen, 1 unread"))
    await expect(kitchen).to_have_css("font-weight", "900")
    await expect(kitchen).to_contain_text("1")
    await window.page.get_by_role("button", name=re.compile("^You are Ada")).click()
    await window.picture("people")
    await window.page.get_by_role("menuitem", name=re.compile("^Ben")).first.click()
    await expect(window.page).to_have_url(re.compile(f"as={stage.ben.id}"))
    await expect(alone).to_have_count(0)
    await window.page.reload()
    await expect(window.page.get_by_role("button", name=re.compile("^You are Ben"))).to_be_visible()


async def test_somebody_new_comes_in(stage: Stage, windows: Windows) -> None:
    window = await windows.open(stage.ada)
    await window.button("Add a person").click()
    await window.page.get_by_label("Name").fill("Zoë")
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("complementary").get_by_text("Zoë")).to_be_visible()
    await expect(window.channel.get_by_text("joined #teaching.")).to_be_visible()


async def test_searching_finds_channels_people_and_messages(stage: Stage, windows: Windows) -> None:
    await stage.ben.say(stage.channel, "the onion soup is on")
    window = await windows.open(stage.ada)
    await window.page.keyboard.press("Control+k")
    await window.page.keyboard.type("onion")
    await expect(window.page.get_by_role("option", name=re.compile("onion"))).to_be_visible()
    await window.picture("search")
    await window.page.keyboard.press("Enter")
    await expect(window.thread).to_contain_text("the onion soup is on")


async def test_the_panel_shows_what_goes_to_and_fro(stage: Stage, windows: Windows) -> None:
    """A command's delivery and the app's calls, with their payloads; a fault that is switched on is seen."""
    window = await windows.open(stage.ada, place="&panel")
    panel = window.page.get_by_role("region", name="Builders' panel")
    await window.say("/teach 1")
    delivery = panel.get_by_role("button", name=re.compile("teach slash_commands"))
    await expect(delivery).to_contain_text("ack")
    await delivery.click()
    await expect(panel.get_by_label("Payload")).to_contain_text('"command": "/teach"')
    await expect(panel.get_by_role("button", name=re.compile("chat.postMessage")).first).to_be_visible()
    await window.picture("panel-traffic")
    await panel.get_by_role("tab", name="Faults").click()
    await panel.get_by_role("switch", name="Deliver everything twice").check()
    await stage.slack.wait_for(lambda: stage.slack.copies == 2)
    await panel.get_by_role("button", name="429, retry after 3 s").click()
    await expect(panel.get_by_text("1 × chat.postMessage: 429")).to_be_visible()
    await window.picture("panel-faults")
    await panel.get_by_role("tab", name="Traffic").click()
    await window.say("/teach 1")
    await expect(panel.get_by_role("button", name=re.compile("teach slash_commands"))).to_have_count(3)
    await expect(panel.get_by_role("button", name=re.compile(r"chat.postMessage.*429")).first).to_be_visible()


async def test_a_window_that_lost_the_workspace_catches_up(stage: Stage, windows: Windows) -> None:
    """It says so meanwhile, and then shows what it has missed."""
    window = await windows.open(stage.ada)
    await window.page.route("**/page/changes*", lambda route: route.abort())
    await window.page.reload()
    banner = window.page.get_by_text("Reconnecting…")
    await expect(banner).to_be_visible()
    await stage.ben.say(stage.channel, "anybody there?")
    await window.page.unroute("**/page/changes*")
    await expect(window.channel.get_by_text("anybody there?")).to_be_visible()
    await expect(banner).to_have_count(0)


async def test_a_window_that_nobody_sees_holds_no_connection(stage: Stage, windows: Windows) -> None:
    """A browser has six for an address, and people open many windows. Seen again, the window is up to date."""
    window = await windows.open(stage.ada)
    turn = """state => { Object.defineProperty(document, 'visibilityState', {get: () => state, configurable: true});
        document.dispatchEvent(new Event('visibilitychange')); }"""
    async with window.page.expect_event("requestfailed", lambda request: "/page/changes" in request.url):
        await window.page.evaluate(turn, "hidden")
    await stage.ben.say(stage.channel, "are you there?")
    await window.page.evaluate(turn, "visible")
    await expect(window.channel.get_by_text("are you there?")).to_be_visible()
    await stage.ben.say(stage.channel, "there you are")
    await expect(window.channel.get_by_text("there you are")).to_be_visible()


async def test_a_window_of_somebody_who_is_gone_says_so(window_maker: Browser) -> None:
    """The workspace was forgotten and made anew under the same address."""
    async with Sandbox() as old:
        person = old.add_person("ada", "Ada")
        old.join(old.add_channel("teaching"), person)
        port = int(old.url.rstrip("/").rpartition(":")[2])
        opened = Windows(window_maker, old)
        window = await opened.open(person)
    async with Sandbox(port=port) as new:
        new.join(new.add_channel("teaching"), new.add_person("zoe", "Zoë"))
        await expect(window.page.get_by_role("heading", name="Nobody by that id")).to_be_visible()
        await window.page.get_by_role("link", name="Choose somebody who is here").click()
        await expect(window.page.get_by_role("button", name=re.compile("^You are Zoë"))).to_be_visible()
        await opened.close()
