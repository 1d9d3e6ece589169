"""``GET story`` as Rasa 3.6.21 answers it, but for what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from slackbot.api.stories import written_story
from slackbot.core.rasa import replace_events, send_message
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import events_from_dicts
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import parse_yaml
from tests.api.conftest import Api

Json = dict[str, Any]
_DOMAIN = Domain.from_dict(
    {"intents": ["greet", "bye"], "slots": {"guests": {"type": "any"}}, "forms": {"table_form": {}}}
)


def acts(name: str) -> Json:
    return {"event": "action", "name": name}


LISTEN, UNDO, REWIND, RESTART = acts("action_listen"), {"event": "undo"}, {"event": "rewind"}, {"event": "restart"}
START = [acts("action_session_start"), {"event": "session_started"}, LISTEN]


def says(intent: str) -> Json:
    return {"event": "user", "text": intent, "parse_data": {"intent": {"name": intent}, "entities": []}}


def turn(intent: str, action: str) -> list[Json]:
    return [says(intent), acts(action), LISTEN]


GREETED, PARTED = turn("greet", "utter_greet"), turn("bye", "utter_bye")
SET = {"event": "slot", "name": "guests", "value": 5}
FORM = [
    says("book"), acts("table_form"), {"event": "active_loop", "name": "table_form"}, LISTEN,
    says("inform"), acts("table_form"), SET, LISTEN,
]  # fmt: skip


def story(log: Sequence[Json], *, until: float | None = None, all_sessions: bool = False) -> Any:
    """Its stories, each step in short. Event number N of the log happened at second N."""
    rows = [{**row, "timestamp": float(number)} for number, row in enumerate(log, start=1)]
    tracker = Tracker("c", _DOMAIN, events_from_dicts(rows))
    written = parse_yaml(written_story(tracker, until=until, all_sessions=all_sessions), Path("answer.yml"))
    assert written["version"] == "3.1"
    return {one["story"]: [next(iter(step.values())) for step in one["steps"]] for one in written.get("stories", ())}


@pytest.mark.parametrize(
    ("log", "told"),
    [
        ([], []),
        (START, []),
        ([*START, *GREETED], ["greet", "utter_greet"]),
        ([*START, *GREETED, *START, *PARTED], ["bye", "utter_bye"]),
        ([*START, *GREETED, *START], []),
        ([*START, *GREETED, RESTART, LISTEN, *PARTED], ["greet", "utter_greet", "bye", "utter_bye"]),
        ([*START, *GREETED, UNDO, UNDO, acts("utter_hello"), LISTEN], ["greet", "utter_hello"]),
        ([*START, *GREETED, REWIND, LISTEN, *PARTED], ["bye", "utter_bye"]),
        ([*START, *GREETED, RESTART, UNDO, REWIND, *PARTED], ["greet", "utter_greet", "bye", "utter_bye"]),
        ([*START, *FORM], ["book", "table_form", "table_form", "inform", "table_form", [{"guests": 5}]]),
        # As it is replayed, the second run of the form is no action that can be taken back alone.
        ([*START, *FORM, UNDO, UNDO, *PARTED], ["book", "bye", "utter_bye"]),
    ],
)
def test_the_last_sessions_story_has_every_turn_that_was_not_taken_back(log: list[Json], told: list[str]) -> None:
    assert story(log) == {"c": told}


def test_each_session_may_have_a_story() -> None:
    assert story([*START, *GREETED], all_sessions=True) == {"c": ["greet", "utter_greet"]}
    assert story([*START, *GREETED, *START], all_sessions=True) == {
        "c, story 1": ["greet", "utter_greet"], "c, story 2": [],
    }  # fmt: skip
    assert story([], all_sessions=True) == {}


def test_up_to_a_time_a_session_is_shorter_or_not_there() -> None:
    log = [*START, *GREETED, *START, *PARTED]
    assert story(log, until=10) == {"c": ["bye"]}
    assert story(log, until=5) == {}
    assert story(log, until=5, all_sessions=True) == {"c": ["greet", "utter_greet"]}
    assert story(log, until=10, all_sessions=True) == {"c, story 1": ["greet", "utter_greet"], "c, story 2": ["bye"]}


async def test_it_is_never_an_empty_document(api: Api) -> None:
    await replace_events(api.endpoint, "c", START)
    _, text = await api.ask("GET", "/conversations/c/story")
    assert text == 'version: "3.1"\nstories:\n- story: c\n  steps: []\n'
    _, text = await api.ask("GET", "/conversations/c/story", until="1")
    assert text == 'version: "3.1"\n'


@pytest.mark.parametrize(("word", "stories"), [("true", 2), ("True", 2), ("TRUE", 2), ("1", 1), ("", 1)])
async def test_all_sessions_are_asked_for_in_any_case(api: Api, word: str, stories: int) -> None:
    await replace_events(api.endpoint, "c", [*START, *GREETED, *START])
    await send_message(api.endpoint, "c", "bye")
    _, text = await api.ask("GET", "/conversations/c/story", all_sessions=word)
    assert text.count("story:") == stories
