# mypy: ignore-errors
# This runs in Rasa's own environment, which this project is no part of.
"""Rasa's own interactive learning, against a server, its questions answered from a list.

``python rasas_client.py URL TOKEN CONVERSATION FOLDER ANSWERS`` with ANSWERS as JSON: pairs of words of a question
and the answer. A question that the next pair isn't about is answered as if somebody just pressed enter.
"""

import asyncio
import json
import sys
from pathlib import Path

from rasa.core.training import interactive
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import EventVerbosity
from rasa.utils.endpoints import EndpointConfig


class Question:
    def __init__(self, person, message, default, choices=()):
        self.person, self.message, self.default, self.choices = person, message, default, choices

    async def ask_async(self):
        return self.person.answer(self)


class Person:
    """In the place of the module ``questionary``."""

    def __init__(self, answers, paths):
        self.answers, self.paths, self.asked = list(answers), paths, 0

    def text(self, message, default="", **_):
        return Question(self, message, default)

    def confirm(self, message, default=True, **_):
        return Question(self, message, default)

    def select(self, message, choices=(), **_):
        return Question(self, message, None, choices)

    def form(self, **questions):
        return Question(self, "Export", dict(zip(questions, self.paths, strict=True)))

    def answer(self, question):
        self.asked += 1
        assert self.asked < 200, f"asked for ever: {question.message}"
        if self.answers and self.answers[0][0] in question.message:
            wanted = self.answers.pop(0)[1]
            return chosen(question.choices, wanted) if question.choices else wanted
        assert question.default not in (None, ""), f"nothing to answer to: {question.message}; {self.answers}"
        return question.default


def chosen(choices, wanted):
    """The value of the choice whose title has the words."""
    for choice in choices:
        title, value = (choice["name"], choice["value"]) if isinstance(choice, dict) else (choice.title, choice.value)
        if wanted in title:
            return value
    raise AssertionError(f"{wanted!r} is not among {choices}")


async def one_by_one(endpoint, conversation):
    """The functions, without the loop around them."""
    assert "utter_greet" in (await interactive.retrieve_domain(endpoint))["responses"]
    assert (await interactive.retrieve_status(endpoint))["num_active_training_jobs"] == 0
    assert await interactive.is_listening_for_message(conversation, endpoint)
    await interactive.send_message(endpoint, conversation, "hi")
    assert not await interactive.is_listening_for_message(conversation, endpoint)
    predicted = await interactive.request_prediction(endpoint, conversation)
    assert predicted["scores"][0]["action"] == "utter_greet"
    await interactive.send_action(endpoint, conversation, "utter_greet", predicted["policy"], predicted["confidence"])
    await interactive.send_event(endpoint, conversation, ActionExecuted("action_listen").as_dict())
    spoken = {"intent": {"name": "mood_good", "confidence": 1.0}, "entities": [], "text": "fine"}
    await interactive.send_message(endpoint, conversation, "fine", spoken)
    tracker = await interactive.retrieve_tracker(endpoint, conversation, EventVerbosity.AFTER_RESTART)
    assert interactive.latest_user_message(tracker["events"])["parse_data"]["intent"]["name"] == "mood_good"
    await interactive._undo_latest(conversation, endpoint)
    assert await interactive.is_listening_for_message(conversation, endpoint)
    [trackers] = await interactive._fetch_events([conversation], endpoint)
    assert trackers


async def main():
    url, token, conversation, folder, answers = sys.argv[1:]
    endpoint = EndpointConfig(url, token=token)
    await one_by_one(endpoint, f"{conversation}-alone")
    paths = [str(Path(folder) / name) for name in ("stories.yml", "nlu.yml", "domain.yml")]
    interactive.questionary = person = Person(json.loads(answers), paths)
    await interactive.record_messages(endpoint, None, conversation, skip_visualization=True)
    assert not person.answers, f"never asked: {person.answers}"


asyncio.run(main())
