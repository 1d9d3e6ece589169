"""Other people's Rasa projects can be taught."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import UserUttered, event_from_dict
from slackbot.dialogue.stories import stories_of
from slackbot.dialogue.tracker import Tracker
from tests.end_to_end.stage import labels, shown, staged

PROJECTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "rasa_projects"
PIZZA = ("are you a bot?", '/inform{"pizza_size": "large"}', '/inform{"pizza_type": "hawaii"}')
SCRIPTS = {
    "financial-demo": ["hi", "what is my account balance?", "/transfer_money", '/inform{"PERSON": "Ann"}', "bye"],
    "how-to-rasa/video-08-actions": ["hello", "I am feeling great", "what time is it in Amsterdam?", "bye"],
    "how-to-rasa/video-09-1-basic-forms": ["hi", "I'd like to buy a pizza", *PIZZA, "goodbye"],
    "how-to-rasa/video-09-2-custom-forms": ["hi", "I'd like to buy a pizza", *PIZZA, "goodbye"],
}


@pytest.mark.parametrize(
    "project",
    [pytest.param(name, marks=pytest.mark.slow) if "forms" in name else name for name in SCRIPTS],
)
async def test_a_session_on_a_project(redis_url: str, project: str) -> None:
    """A scripted session runs: everything is agreed, and the stories say what the thread shows."""
    if not PROJECTS.exists():
        pytest.skip("the collection of real Rasa projects is not beside this repository")
    core = BuiltinCore.load(PROJECTS / project)
    async with staged(redis_url, core) as stage:
        scene = await stage.teach()
        for text in SCRIPTS[project]:
            await scene.say(text)
            await scene.card(text)
            while True:
                card = await scene.until(lambda messages: next((m for m in messages if "Change" in labels(m)), None))
                await scene.press("ben", "All right", ts=card["ts"])
                await scene.until(lambda messages, ts=card["ts"]: "Agreed by" in shown(_message(messages, ts)))
                if "wait for" in shown(_message(scene.messages, card["ts"])):
                    break
        rows = await scene.events()
        assert [row["text"] for row in rows if row["event"] == "user"] == SCRIPTS[project]
        tracker = Tracker("c", core.domain, [event_from_dict(row) for row in rows])
        stories = stories_of(tracker.events, "s", core.domain)
        assert [event for story in stories for event in story.events if isinstance(event, UserUttered)] == [
            event for event in tracker.applied_events() if isinstance(event, UserUttered)
        ]


def _message(messages: list[dict[str, object]], ts: object) -> dict[str, object]:
    return next(message for message in messages if message["ts"] == ts)
