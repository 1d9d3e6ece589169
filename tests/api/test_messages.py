"""What the bot said is told as Rasa's collecting channel tells it: the expectations are what Rasa 3.6.21 answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slackbot.api.messages import messages
from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.responses import utterance
from slackbot.settings import Settings
from tests.api.conftest import TOKEN, running
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN

_BUTTONS = [{"title": "Pie", "payload": "/pie"}]
_CARD = {"title": "Pie", "subtitle": "warm", "image_url": "https://example.org/pie.png"}


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ({"text": "One pie."}, [{"text": "One pie."}]),
        ({"text": " One pie.\nWarm. "}, [{"text": "One pie.\nWarm."}]),
        ({"text": "One pie.\n\n Warm.\n\n\n\n"}, [{"text": "One pie."}, {"text": " Warm."}]),
        ({"text": "a\n\n\n\nb"}, [{"text": "a"}, {"text": ""}, {"text": "b"}]),
        ({"text": ""}, []),
        ({}, []),
        ({"text": "Look.", "image": "pie.png"}, [{"text": "Look."}, {"image": "pie.png"}]),
        ({"image": "pie.png"}, [{"image": "pie.png"}]),
        ({"text": "Look.", "attachment": {"type": "video"}}, [{"text": "Look."}, {"attachment": {"type": "video"}}]),
        ({"text": "Look.", "custom": {"map": 1}}, [{"text": "Look."}, {"custom": {"map": 1}}]),
        ({"text": " Which?\n\nSay. ", "buttons": _BUTTONS}, [{"text": " Which?\n\nSay. ", "buttons": _BUTTONS}]),
        ({"text": "Which?", "buttons": []}, [{"text": "Which?"}]),
        ({"buttons": _BUTTONS}, [{"buttons": _BUTTONS}]),
        ({"text": "Which?", "quick_replies": _BUTTONS}, [{"text": "Which?", "buttons": _BUTTONS}]),
        (
            {"text": "Which?", "quick_replies": _BUTTONS[:1], "buttons": [{"title": "No", "payload": "/no"}]},
            [{"text": "Which?", "buttons": _BUTTONS}],
        ),
        (
            {"text": "Cards.", "elements": [{**_CARD, "buttons": _BUTTONS}, _CARD, {}]},
            [
                {"text": "Cards."}, {"text": "Pie : warm", "buttons": _BUTTONS}, {"text": "Pie : warm", "buttons": []},
                {"text": " : ", "buttons": []},
            ],
        ),
        (
            {"elements": [_CARD], "attachment": "menu.pdf", "image": "pie.png", "custom": {"map": 1},
             "buttons": _BUTTONS, "text": "All."},
            [{"text": "All.", "buttons": _BUTTONS}, {"custom": {"map": 1}}, {"image": "pie.png"},
             {"attachment": "menu.pdf"}, {"text": "Pie : warm", "buttons": []}],
        ),
    ],
)  # fmt: skip
def test_a_response_becomes_rasas_messages(response: dict[str, Any], told: list[dict[str, Any]]) -> None:
    assert messages("me", utterance(response)) == [{"recipient_id": "me", **message} for message in told]


async def test_a_picture_that_an_action_shows_is_a_message_of_its_own(tmp_path: Path, redis_url: str) -> None:
    shown = '      utter_menu: [{text: "Here it is.", image: "https://example.org/menu.png"}]\n    actions:'
    domain = DOMAIN.replace("    actions:", shown)
    project = write_project(tmp_path, domain, DATA)
    async with running(BuiltinCore.load(project), redis_url, Settings(api_port=0, api_token=TOKEN)) as api:
        await api.ask("POST", "/conversations/m/messages", {"sender": "user", "text": "hi"})
        status, answer = await api.ask("POST", "/conversations/m/execute", {"name": "utter_menu"})
    assert status == 200
    assert answer["messages"] == [
        {"recipient_id": "m", "text": "Here it is."},
        {"recipient_id": "m", "image": "https://example.org/menu.png"},
    ]
