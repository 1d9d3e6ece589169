"""Rasa's own interactive learning finds here what it finds at a Rasa."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import EndpointConfig, retrieve_tracker
from slackbot.dialogue.project import load_project
from slackbot.settings import Settings, example_assistant
from tests.api.conftest import TOKEN, running
from tests.rasa.real import Rasa, environment

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

CLIENT = Path(__file__).parent / "rasas_client.py"
#: What a question says, and the answer. Other questions are answered by pressing enter, which agrees.
LESSON = [
    ("Your input", "hi"),
    ("Your input", "it could be worse"),
    ("is this correct", False),
    ("What intent is it", "mood_good"),
    ("The bot wants to run 'utter_glad'", False),
    ("What is the next action", "<create new action>"),
    ("type the action name", "utter_tea"),
    ("type the message", "Have a cup of tea."),
    ("You have created a new action", True),
    ("The bot wants to run", False),
    ("What is the next action", "action_listen"),
    ("Your input", "bye"),
    ("Your input", ""),
    ("Do you want to stop", "Undo Last"),
    ("The bot wants to run", True),
    ("Your input", ""),
    ("Do you want to stop", "Fork"),
    ("Before which user message", "it could be worse"),
    ("Your input", "bye"),
    ("Your input", "/restart"),
    ("Your input", "what is on the menu?"),
    ("Your input", ""),
    ("Do you want to stop", "Export & Quit"),
]


async def test_rasas_own_client_teaches_corrects_undoes_forks_restarts_and_exports(
    rasa: Rasa, redis_url: str, tmp_path: Path
) -> None:
    core = BuiltinCore.train(load_project(example_assistant()))
    async with running(core, redis_url, Settings(api_port=0, api_token=TOKEN)) as api:
        python = rasa.program.with_name("python")
        arguments = [str(CLIENT), api.url, TOKEN, "theirs", str(tmp_path), json.dumps(LESSON)]
        client = await asyncio.create_subprocess_exec(
            str(python),
            *arguments,
            cwd=tmp_path,
            env=environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(client.communicate(), 500)
        assert client.returncode == 0, said.decode()[-6000:]
        tracker = await retrieve_tracker(EndpointConfig(api.url, token=TOKEN), "theirs")
    events = tracker["events"]
    assert [event["event"] for event in events].count("restart") == 2
    assert [event["name"] for event in events if event["event"] == "action"][-2:] == ["utter_menu", "action_listen"]
    spoken = [event for event in events if event["event"] == "user" and event["text"] == "it could be worse"]
    assert {"name": "mood_good", "confidence": 1.0} in [event["parse_data"]["intent"] for event in spoken]
    assert "it could be worse" in (tmp_path / "nlu.yml").read_text()
    assert "utter_tea" in (tmp_path / "domain.yml").read_text()
    assert "utter_menu" in (tmp_path / "stories.yml").read_text()
