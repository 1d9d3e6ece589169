"""A form of a real Rasa is taught: it fills slots, rejects, is left, and ends; Rasa validates what comes out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot.core.rasa import RasaCore
from slackbot.dialogue.merge import Conversation as Taught
from slackbot.export_command import export
from slackbot.store import Store
from tests.learning.lesson import Lesson
from tests.rasa.forms import written
from tests.rasa.real import Rasa

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def tables(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its model."""
    folder = written(tmp_path_factory.mktemp("tables"))
    done = rasa.run("train", folder=folder)
    assert list((folder / "models").glob("*.tar.gz")), done.stdout[-2000:] + done.stderr[-2000:]
    return folder


async def turn(lesson: Lesson, text: str, *corrected: str) -> list[str]:
    """Says something, decides on these actions one after the other, accepts the rest; what the log gained by it."""
    before = len(await lesson.log())
    await lesson.say(text)
    for action in corrected:
        await lesson.change("ben", action=action)
    while (await lesson.state()).question is not None:
        await lesson.accept("ben")
    assert (await lesson.state()).session.trouble is None
    return (await lesson.log())[before:]


ASKS_GUESTS = ["requested_slot=guests", "“For how many?”", "listen"]
ASKS_TERRACE = ["requested_slot=terrace", "“On the terrace?”", "listen"]
REJECTED, CHAT = "action_execution_rejected", ["utter_chat", "“I am a bot.”"]


async def test_a_form_is_taught_from_its_first_question_to_files_that_rasa_validates(
    rasa: Rasa, tables: Path, redis: Redis, tmp_path: Path
) -> None:
    async with rasa.serving(tables) as endpoint:
        lesson = await Lesson.begin(Store(redis), await RasaCore.connect(endpoint))
        begun = ["book", "table_form", "active_loop", *ASKS_GUESTS]
        assert await turn(lesson, "a table please") == begun
        left = ["stop", REJECTED, "action_deactivate_loop", "active_loop", "requested_slot=None"]
        assert await turn(lesson, "forget it") == [*left, "utter_stopped", "“No table, then.”", "listen"]
        assert await turn(lesson, "book a table") == begun
        # The form rejects small talk by itself, and asks again after it.
        assert await turn(lesson, "are you a bot") == ["chat", REJECTED, *CHAT, "table_form", *ASKS_GUESTS]
        # It would have run: people reject it, and go back to it.
        aside = ["inform", "guests=seven", REJECTED, *CHAT, "table_form", *ASKS_TERRACE]
        assert await turn(lesson, "seven", "utter_chat", "table_form") == aside
        done = ["affirm", "terrace=True", "table_form", "requested_slot=None", "active_loop", "utter_booked"]
        assert await turn(lesson, "yes please") == [*done, "“A table for seven.”", "listen"]
        tracker = (await lesson.state()).tracker
    mine = Path(shutil.copytree(tables, tmp_path / "mine", ignore=shutil.ignore_patterns("models", ".rasa")))
    export(mine, [Taught("taught", tuple(tracker.events))], new_file=None, dry_run=False, show=print, warn=print)
    assert "story: taught" in (mine / "data" / "all.yml").read_text()
    validated = rasa.run("data", "validate", "--fail-on-warnings", folder=mine)
    assert validated.returncode == 0, validated.stdout[-2000:] + validated.stderr[-2000:]
