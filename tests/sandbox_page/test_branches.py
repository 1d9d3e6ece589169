"""Going back and branching off, as people do it in the browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.end_to_end.stage import Scene, Stage

from .accessibility import serious_findings
from .browsing import Window, Windows


async def menu(window: Window, entry: str) -> None:
    """Pick an entry of the menu on the thread's first message."""
    await window.thread.get_by_role("button", name="More options").first.click()
    await window.page.get_by_role("menu").get_by_text(entry, exact=True).click()


async def pick(window: Window, text: str) -> None:
    """Pick a turn in the modal."""
    await window.modal.get_by_role("combobox").click()
    await window.page.get_by_role("listbox").get_by_text(text, exact=False).click()


async def taught(stage: Stage) -> Scene:
    scene = await stage.teach()
    for text in ("hi", "I'm doing great", "bye"):
        await scene.teach_turn(text)
    await scene.settled()
    return scene


@pytest.mark.slow
async def test_several_turns_are_taken_back_and_brought_back_and_a_branch_begins_in_a_thread_of_its_own(
    stage: Stage, windows: Windows
) -> None:
    scene = await taught(stage)
    window = await windows.open(stage.ada, place=f"#/{stage.channel}/{scene.ts}")
    await menu(window, "Undo several turns…")
    await pick(window, "I'm doing great")
    await window.picture("undo-several")
    await window.button("Next").click()
    await expect(window.modal.get_by_text("2 turns")).to_be_visible()
    await window.picture("undo-several-sure")
    assert await serious_findings(window.page) == []
    await window.button("Take back").click()
    await expect(window.modal).to_have_count(0)
    await expect(window.thread.get_by_text("1 turn agreed")).to_be_visible()
    await scene.settled()
    await window.picture("undone")
    await menu(window, "Redo")
    await expect(window.thread.get_by_text("3 turns agreed")).to_be_visible()
    await scene.settled()
    await menu(window, "Fork…")
    await pick(window, "bye")
    await window.picture("fork")
    await window.button("Fork").click()
    await expect(window.modal).to_have_count(0)
    link = window.thread.get_by_role("link", name="before turn 3")
    await expect(link).to_be_visible()
    await window.picture("forked")
    await link.click()
    await expect(window.thread.get_by_text("A branch of")).to_be_visible()
    await window.picture("branch")
    assert await serious_findings(window.page) == []
