"""A real Rasa 3.6 is taught: by the loop, in Slack's sandbox, and what comes out is what Rasa itself reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.dialogue.merge import Conversation as Taught
from slackbot.export_command import export
from slackbot.learning.controls import Control
from slackbot.store import Store
from tests.end_to_end.stage import staged
from tests.learning.lesson import Lesson
from tests.rasa.real import TOKEN, Rasa

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(1800)]


async def teach(lesson: Lesson) -> None:
    """Greets, is sad (which the model knows), then is cheered up by a response that the session makes up."""
    await lesson.say("hello there")
    assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    await lesson.accept("ben")
    await lesson.add(responses={"utter_tea": "Have a cup of tea."})
    await lesson.say("I am very sad")
    await lesson.change("ben", action="utter_tea")
    await lesson.change("ben", action="action_listen")
    await lesson.say("bye")
    await lesson.accept("ben")


TAUGHT = ["greet", "utter_greet", "listen", "mood_unhappy", "utter_tea", "listen", "goodbye", "utter_goodbye", "listen"]


async def told(lesson: Lesson) -> list[str]:
    """What counts, without what the bot said."""
    return [word for word in (await lesson.applied())[1:] if not word.startswith("“")]


async def lesson_with(redis: Redis, endpoint: EndpointConfig) -> Lesson:
    return await Lesson.begin(Store(redis), await RasaCore.connect(endpoint))


async def test_the_loop_teaches_a_rasa_that_keeps_conversations_in_memory(
    rasa: Rasa, starter: Path, redis: Redis
) -> None:
    async with rasa.serving(starter) as endpoint:
        lesson = await lesson_with(redis, endpoint)
        await teach(lesson)
        assert await told(lesson) == TAUGHT
        await lesson.control(Control.UNDO)
        await lesson.control(Control.UNDO)
        assert await told(lesson) == TAUGHT[:6]
        await lesson.say("hello")
        await lesson.accept("ben")
        port = int(endpoint.url.rpartition(":")[2])
    await lesson.say("bye")
    assert "no Rasa server answers" in str((await lesson.state()).session.trouble)
    async with rasa.serving(starter, port=port):
        await lesson.loop.advance(lesson.id)
        await lesson.accept("ben")
    assert await told(lesson) == [*TAUGHT[:6], "greet", "utter_greet", "listen", "goodbye", "utter_goodbye", "listen"]


async def test_the_loop_teaches_a_rasa_that_keeps_conversations_in_redis(
    rasa: Rasa, starter: Path, redis: Redis, rasas_redis: int
) -> None:
    async with rasa.serving(starter, redis_port=rasas_redis) as endpoint:
        lesson = await lesson_with(redis, endpoint)
        await teach(lesson)
        await lesson.control(Control.UNDO)
        await lesson.control(Control.UNDO)
        await lesson.say("hello")
        await lesson.accept("ben")
        await lesson.control(Control.RESTART)
        await lesson.say("bye")
        await lesson.accept("ben")
        assert await told(lesson) == ["goodbye", "utter_goodbye", "listen"]


async def test_a_session_in_slack_ends_in_files_that_rasa_validates_and_trains(
    rasa: Rasa, starter: Path, redis_url: str, tmp_path: Path
) -> None:
    async with rasa.serving(starter) as endpoint:
        chosen = {"core": endpoint.url, "core_token": TOKEN}
        core = await RasaCore.connect(endpoint)
        async with staged(redis_url, core, chosen=lambda _, __: chosen) as stage, stage.worker():
            scene = await stage.teach()
            await scene.teach_turn("hello there", "ben")
            await scene.teach_turn("I feel great", "ben")
            await scene.teach_turn("bye", "ben")
            events = (await stage.conversation(scene)).tracker.events
            await scene.press("ada", "Finish")
            files = await scene.files()
    assert {"stories.yml", "nlu.yml", "domain.yml", "story.png"} == set(files)
    mine = Path(shutil.copytree(starter, tmp_path / "mine", ignore=shutil.ignore_patterns("models", ".rasa")))
    export(mine, [Taught("taught", events)], new_file=None, dry_run=False, show=print, warn=print)
    assert "I feel great" in (mine / "data" / "nlu.yml").read_text()
    validated = rasa.run("data", "validate", "--fail-on-warnings", folder=mine)
    assert validated.returncode == 0, validated.stdout[-2000:] + validated.stderr[-2000:]
    trained = rasa.run("train", folder=mine)
    assert list((mine / "models").glob("*.tar.gz")), trained.stdout[-2000:] + trained.stderr[-2000:]
