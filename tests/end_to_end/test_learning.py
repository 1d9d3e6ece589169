"""The assistant gets better while it is taught: nobody restarts anything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.learning.assistant import Assistant
from slackbot.learning.renewal import Renewal
from slackbot.settings import example_assistant
from slackbot.store.models import Models
from slackbot.store.server import connect_sync
from tests.end_to_end.stage import WORKER_BOUND, Scene, Stage, shown, staged
from workers.queue import job_queue
from workers.requests import WorkerRequests

CORRECTED = (
    "quels sont vos horaires",
    "vous ouvrez à quelle heure",
    "vos horaires s'il vous plaît",
    "à quelle heure fermez-vous",
    "êtes-vous ouverts dimanche",
    "c'est ouvert le lundi",
    "les horaires du samedi",
    "jusqu'à quelle heure êtes-vous ouverts",
    "ouvrez-vous à midi",
    "quels jours êtes-vous fermés",
)
ELEVENTH = "à quelle heure ouvrez-vous le dimanche"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example assistant that a test may change."""
    return Path(shutil.copytree(example_assistant(), tmp_path / "bistro"))


@pytest.fixture
async def learning(redis_url: str, folder: Path) -> AsyncIterator[Stage]:
    """The stage with an assistant that learns."""
    assistant = await asyncio.to_thread(Assistant.opened, folder, redis_url)
    with Models.at(redis_url) as models:
        renewal = Renewal(assistant, models, WorkerRequests(redis_url).training)
        async with staged(
            redis_url, assistant.core, renewal=renewal, chosen=lambda _, __: {"assistant": folder}
        ) as stage:
            yield stage


async def corrected(scene: Scene, text: str, intent: str) -> None:
    """A turn in which somebody says that the message means something else than was understood."""
    await scene.say(text)
    card = await scene.card(text)
    assert f"I understood *{intent}*" not in shown(card)
    await scene.change("ben", intent=intent)
    await scene.agree("ben")
    await scene.settled()


async def status(stage: Stage, condition: Callable[[str], bool]) -> str:
    """What ``/teach status`` says as soon as it says so."""
    async with asyncio.timeout(WORKER_BOUND):
        while not condition(text := await stage.command("status")):  # noqa: ASYNC110  another process does it
            await asyncio.sleep(0.2)
    return text


@pytest.mark.slow
async def test_after_ten_corrected_turns_the_eleventh_is_right(learning: Stage, bistro: BuiltinCore) -> None:
    scene = await learning.teach()
    for text in CORRECTED:
        await corrected(scene, text, "ask_hours")
    assert "waits for a worker" in await status(learning, lambda text: "Version 1" in text)
    with connect_sync(learning.redis_url) as connection:
        waiting = [job_id for job_id in job_queue(connection).job_ids if job_id.startswith("train")]
        assert len(waiting) == 1  # the wishes of ten turns
    other = await learning.teach()
    async with learning.worker():
        text = await status(learning, lambda text: "*Version 2*" in text)
    assert "146 examples and 23 stories and rules, 10 messages of them agreed on in 1 conversation." in text
    assert text.split("intents")[1].split()[0] == "0%"  # none of the ten was right before people decided
    await other.say(ELEVENTH)
    card = await other.card(ELEVENTH)
    assert "I understood *ask_hours*" in shown(card)
    await other.agree("ben")
    stamped = [event["metadata"] for event in await other.events() if event["event"] == "user"]
    assert [metadata["model_version"] for metadata in stamped] == [2]
    untaught = await bistro.parse(ELEVENTH, (await learning.conversation(other)).tracker)
    assert untaught["intent"]["name"] != "ask_hours"


@pytest.mark.slow
async def test_a_project_that_breaks_keeps_its_model_until_it_is_mended(learning: Stage, folder: Path) -> None:
    scene = await learning.teach()
    domain = (folder / "domain.yml").read_text()
    (folder / "domain.yml").write_text("intents: [greet\n")
    async with learning.worker():
        await corrected(scene, CORRECTED[0], "ask_hours")
        text = await status(learning, lambda text: "failed" in text)
        assert "domain.yml:" in text
        assert "*Version 1*" in text
        await scene.say("hi")
        assert "I understood *greet*" in shown(await scene.card("hi"))
        await scene.agree("ben")
        (folder / "domain.yml").write_text(domain)
        await corrected(scene, "it rains again", "mood_bad")
        text = await status(learning, lambda text: "*Version 2*" in text)
    assert "failed" not in text


async def test_an_assistant_that_does_not_learn_says_so(stage: Stage) -> None:
    assert "doesn't learn" in await stage.command("status")


async def test_only_who_asks_is_told_how_learning_stands(learning: Stage) -> None:
    before = len(learning.slack.messages(learning.channel))
    assert "*Version 1*" in await learning.command("status", by="cleo")
    assert len(learning.slack.messages(learning.channel)) == before
    assert "status" in await learning.command("help")
