"""Conversations become the stories and test stories that Rasa 3.6.21 writes of the same events.

Rasa exports all of its log, we what still applies of it: ``story_applied_yaml`` is what its writer makes of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event, events_from_dicts
from slackbot.dialogue.stories import story_steps
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError
from tests.conformance.comparing import REFUSED, Difference, Record, plain
from tests.conformance.conftest import Compare
from tests.conformance.messages import MESSAGES, Step, differing, marked, without_role

FILE = Path("stories.yml")
UNREADABLE = "unreadable"
ALL_EVENTS = "what was taken back too"


def test_what_applies_of_a_conversation_becomes_rasas_steps(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        return written(applied(record, domain))

    compare("trackers", found, lambda record: rasas(record, "story_applied_yaml"), WRITING)


def test_the_same_events_become_rasas_steps_of_a_test_story(compare: Compare) -> None:
    def found(record: Record) -> Any:
        return written(events_from_dicts(record["events"]), as_test=True)

    compare("trackers", found, lambda record: rasas(record, "story_test_yaml"), WRITING)


def test_what_was_taken_back_is_not_exported(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        return written(applied(record, domain))

    def expected(record: Record) -> Any:
        if "error" in record or record.get("story_yaml") == record.get("story_applied_yaml"):
            return rasas(record, "story_applied_yaml")
        return ALL_EVENTS

    compare("trackers", found, expected, [WHAT_APPLIES, *WRITING])


def applied(record: Record, domain: Domain) -> list[Event]:
    return Tracker(record["id"], domain, events_from_dicts(record["events"])).applied_events()


def written(events: Iterable[Event], *, as_test: bool = False) -> list[Step]:
    steps = (as_rasa_writes(step, as_test=as_test) for step in story_steps(events, as_test=as_test))
    return [step for step in steps if step]


def as_rasa_writes(step: Step, *, as_test: bool) -> Step:
    """The step without what Rasa loses: roles and groups, and in a test story the entities of what has no text."""
    if "entities" not in step:
        return marked(step)
    if as_test:
        return {key: value for key, value in marked(step).items() if key != "entities"}
    return {**marked(step), "entities": [without_role(entity) for entity in step["entities"]]}


def rasas(record: Record, key: str) -> Any:
    if "error" in record:
        return REFUSED
    return steps_in(record[key]) if record.get(key) is not None else UNREADABLE


@cache
def steps_in(text: str) -> Any:
    try:
        (story,) = parse_yaml(text, FILE)["stories"]
    except FileError:
        return UNREADABLE
    return [marked(step) for step in story["steps"]]


# -- deliberate differences ------------------------------------------------------------------------------------------


def words_about_messages_were_taken_back(record: Record, ours: Any, rasas: Any) -> bool:
    """Whether only messages differ, each from the one at its place, where what is said about them may be reverted."""
    kinds = {event.get("event") for event in record["events"]}
    if kinds.isdisjoint({"entities", "user_featurization"}) or kinds.isdisjoint(
        {"undo", "rewind", "restart", "session_started"}
    ):
        return False
    pairs = differing(ours, rasas)
    are_messages = all(set(step) <= {"intent", "user", "entities"} for pair in pairs for side in pair for step in side)
    return are_messages and all(0 < len(own) == len(others) for own, others in pairs)


def was_anything_taken_back(_: Record, __: Any, rasas: Any) -> bool:
    return bool(rasas == ALL_EVENTS)


def only_line_separators_differ(_: Record, ours: Any, rasas: Any) -> bool:
    read_as_spaces = re.compile(r"\\u(0085|2028|2029)")
    return isinstance(ours, list) and read_as_spaces.sub(" ", plain(ours)) == read_as_spaces.sub(" ", plain(rasas))


def rasa_can_not_write_or_read_it(_: Record, ours: Any, rasas: Any) -> bool:
    return rasas == UNREADABLE and isinstance(ours, list)


LATER_WORDS = Difference(
    "entities and featurization that come after a message stay with it in Rasa though they were taken back, and in "
    "its raw export with whichever message was the latest then; we export what still applies",
    words_about_messages_were_taken_back,
)
WHAT_APPLIES = Difference(
    "Rasa exports what was undone, rewound or left behind by a restart; we export what still applies",
    was_anything_taken_back,
)
UNREADABLE_OUTPUT = Difference(
    "Rasa can't write the story, or not so that it could read it; we can", rasa_can_not_write_or_read_it
)
LINE_SEPARATORS = Difference(
    "Rasa writes the line separators of Unicode so that they are read as spaces; ours stay", only_line_separators_differ
)
WRITING = [UNREADABLE_OUTPUT, LINE_SEPARATORS, *MESSAGES, LATER_WORDS]
