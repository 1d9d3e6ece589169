"""``python -m tests.sandbox_page.picture``: takes the README's picture of a thread, with the real app, anew."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import expect

from slackbot.core.builtin import BuiltinCore
from slackbot.settings import example_assistant
from slackbot.store.server import EmbeddedServer
from tests.end_to_end.stage import Scene, Stage, staged

from .browsing import Windows, browser

PICTURE = Path(__file__).parents[2] / "docs" / "thread.png"
SIZE = {"width": 960, "height": 852}


async def play(stage: Stage) -> Scene:
    """One turn is agreed, one was corrected, and one waits for a second vote."""
    scene = await stage.teach("2")
    await scene.teach_turn("hi there", "ben", "cleo")
    await scene.settled()
    await scene.say("could be worse, I suppose")
    await scene.card("could be worse, I suppose")
    for who in ("ben", "cleo"):
        await scene.change(who, intent="mood_good", action="utter_glad")
        await scene.settled()
    await scene.agree("ben", "cleo")
    await scene.settled()
    await stage.dan.react(stage.channel, scene.messages[-1]["ts"], "raised_hands")
    await scene.say("a table for 4 people tonight, please")
    await scene.card("a table for 4 people tonight, please")
    await stage.dan.say(stage.channel, "she always says *tonight* :smile:", scene.ts)
    await scene.press("cleo", "All right")
    await scene.shows("1 has voted")
    return scene


async def main() -> None:
    """Plays, looks at the thread as Dan, and writes the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            EmbeddedServer(Path(folder)) as redis,
            staged(redis, BuiltinCore.load(example_assistant())) as stage,
            browser() as chromium,
        ):
            scene = await play(stage)
            windows = Windows(chromium, stage.slack)
            window = await windows.open(
                stage.dan, place=f"#/{stage.channel}/{scene.ts}", viewport=SIZE, device_scale_factor=2
            )
            await expect(window.button("All right")).to_be_visible()
            top = window.thread.get_by_role("article", name="Ada").nth(1)
            await top.evaluate("(node) => node.scrollIntoView({block: 'start'})")
            await window.page.wait_for_timeout(100)  # for the scroll to be drawn
            await window.page.screenshot(path=PICTURE, animations="disabled")
            await windows.close()


if __name__ == "__main__":
    asyncio.run(main())
