"""The assistant learns in the terminal while it is taught."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from slackbot.dialogue.tracker import Tracker
from slackbot.learning.assistant import Assistant
from slackbot.learning.loop import Loop
from slackbot.shell.branches import Branches
from slackbot.shell.learning import learning
from slackbot.shell.shell import Shell
from slackbot.store import Store
from tests.shell.scripts import Script

BOUND = 90.0


async def test_a_correction_is_learned_without_a_restart(
    store: Store, redis_url: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORYTHREAD_DATA", str(tmp_path))
    mine = Path(shutil.copytree(project, tmp_path / "mine"))
    assistant = await asyncio.to_thread(Assistant.opened, mine, redis_url)
    before = await assistant.core.parse("ahoy matey", Tracker("c", assistant.core.domain))
    wanted = "bye" if before["intent"]["name"] != "bye" else "pay"
    async with learning(assistant, mine, redis_url) as news:
        branches = await Branches.begin(store, Loop(store, assistant.core), str(mine))
        await Shell(Script("ahoy matey", f"i {wanted}", "1 utter_bye", ""), branches, None).run()
        async with asyncio.timeout(BOUND):
            while assistant.model.version == 1:  # noqa: ASYNC110  another process trains
                await asyncio.sleep(0.05)
        script = Script("ahoy matey")
        await Shell(script, branches, None, news=news).run()
    assert "The assistant has learned from what you taught it (model version 2)." in script.output
    assert f"intent    {wanted}" in script.output
