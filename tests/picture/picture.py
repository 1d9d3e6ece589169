"""``python -m tests.picture.picture``: draws the docs' story picture, of a real lesson with the example, anew."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from slackbot.core.builtin import BuiltinCore
from slackbot.learning.controls import Control
from slackbot.learning.turns import fork, turns_of
from slackbot.settings import Settings, example_assistant
from slackbot.store import Store
from slackbot.store.server import EmbeddedServer, connect
from tests.learning.lesson import Lesson
from workers.pictures import picture_of

PICTURE = Path(__file__).parents[2] / "docs" / "picture.png"


async def play(store: Store, core: BuiltinCore) -> Lesson:
    """A turn is agreed, one was corrected, one taken back, one is asked; there is a branch, and another session."""
    other = await Lesson.begin(store, core, "other", channel="C2")
    await _greeted(other)
    await _taught(other, "a table for 4")
    lesson = await Lesson.begin(store, core)
    await _greeted(lesson)
    conversation = await lesson.state()
    assert await fork(store, conversation, turns_of(conversation.tracker)[1], "branch", now=lesson.loop.now())
    branch = Lesson(store, lesson.loop, "branch")
    await _taught(branch, "I am sad", "yes")
    await _taught(lesson, "a table for 4")
    for _ in range(2):  # what was done, then the message
        await lesson.control(Control.UNDO)
    await _taught(lesson, "what is on the menu?")
    await lesson.say("two pizzas please")
    return lesson


async def _greeted(lesson: Lesson) -> None:
    await _taught(lesson, "hi there")
    await lesson.say("could be worse")
    await lesson.change("ben", intent="mood_good", action="utter_glad")
    await lesson.accept("ben")


async def _taught(lesson: Lesson, *texts: str) -> None:
    for text in texts:
        await lesson.say(text)
        await lesson.accept("ben")


async def main() -> None:
    """Plays, and writes the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedServer(Path(folder)) as url:
            redis = connect(url)
            lesson = await play(Store(redis), BuiltinCore.load(example_assistant()))
            content, _ = await picture_of(lesson.store, await lesson.state(), Settings())
            PICTURE.write_bytes(content)
            await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main())
