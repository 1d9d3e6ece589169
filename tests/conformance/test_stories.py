"""Files of stories and rules mean to us what they mean to Rasa 3.6.21, and are written as it writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from slackbot.core.builtin.lessons import spelled_out
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.environment import expanded
from slackbot.dialogue.events import Event, SlotSet
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.stories import Story, stories_from, stories_yaml
from slackbot.dialogue.yamlfile import parse_yaml
from tests.conformance.comparing import OTHER_ENVIRONMENT, REFUSED, Difference, Record, plain
from tests.conformance.conftest import Compare
from tests.conformance.joined import Part, parts_of, whole

FILE = Path("stories.yml")
STORY_START = "STORY_START"
SNIPPET = "..."  # what Rasa puts before a rule's first event, and behind the last where it doesn't wait
FILE_KINDS = {"stories": "story", "rules": "rule"}

# -- reading ---------------------------------------------------------------------------------------------------------


def test_stories_and_rules_are_read_as_rasa_does(compare: Compare, domain: Domain) -> None:
    """With conditions, checkpoints and flags. We keep the full name of a retrieval intent, which Rasa drops."""

    def found(record: Record) -> Any:
        return told(our_parts(read(record["input_yaml"], record_domain(record, domain))))

    compare("stories_roundtrip", found, partial(told_by_rasa, key="events"), DIFFERENCES)


def test_what_a_story_leaves_unsaid_is_what_rasa_takes_it_for(compare: Compare, domain: Domain) -> None:
    """Listening before each message, and slots that entities set.

    Listening twice doesn't count, nor whether the last event listens: Rasa lets stories listen that break off at a
    message, which then teach to answer nothing.
    """

    def found(record: Record) -> Any:
        stories = read(record["input_yaml"], record_domain(record, domain))
        if record.get("error") is None and not given_explicitly(record):
            return None
        return told(unsaid(our_parts(stories, domain)))

    def expected(record: Record) -> Any:
        if "error" in record:
            return REFUSED
        return told(unsaid(rasas_parts(record, "explicit_events"))) if given_explicitly(record) else None

    compare("stories_roundtrip", found, expected, DIFFERENCES)


def given_explicitly(record: Record) -> bool:
    return all(step.get("explicit_events") is not None for step in record["training_steps"])


def record_domain(record: Record, domain: Domain) -> Domain | None:
    return domain if record["with_domain"] else None


def read(text: str, domain: Domain | None) -> list[Story]:
    return stories_from(expanded(parse_yaml(text, FILE), FILE, {}), FILE, domain)


def our_parts(stories: Iterable[Story], spelled: Domain | None = None) -> list[Part]:
    """Our stories; with a domain, spelled out."""
    return [
        Part(
            story.kind,
            story.name,
            tuple(shown(spelled_out(story.events, spelled) if spelled else story.events)),
            tuple((checkpoint.name, dict(checkpoint.conditions)) for checkpoint in story.start),
            tuple(checkpoint.name for checkpoint in story.end),
            {"condition": shown(story.condition), "conversation_start": story.conversation_start},
            {"wait_for_user_input": story.wait_for_user_input},
        )
        for story in stories
    ]


def shown(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Values of slots as they are in the file."""
    written = [
        {**event.as_dict(), "value": event.value} if isinstance(event, SlotSet) else event.as_dict() for event in events
    ]
    return [event for event in written if not is_snippet(event)]


def rasas_parts(record: Record, key: str) -> list[Part]:
    return [rasas_part(step, key) for step in record["training_steps"]]


def rasas_part(step: Mapping[str, Any], key: str) -> Part:
    """A rule's conditions are its first events."""
    conditions = len(step.get("condition_events_indices") or ())
    begins, waits = False, True
    if step["type"] == "rule" and step["events"][conditions:]:
        begins, waits = (not is_snippet(step["events"][index]) for index in (conditions, -1))
    return Part(
        step["type"],
        step["block_name"] or "",
        tuple(event for event in step[key][conditions:] if not is_snippet(event)),
        tuple((each["name"], each["conditions"]) for each in step["start_checkpoints"] if each["name"] != STORY_START),
        tuple(each["name"] for each in step["end_checkpoints"]),
        {"condition": step["events"][:conditions], "conversation_start": begins},
        {"wait_for_user_input": waits},
    )


def is_snippet(event: Mapping[str, Any]) -> bool:
    return event["event"] == "action" and event.get("name") == SNIPPET


def told_by_rasa(record: Record, key: str) -> Any:
    return REFUSED if "error" in record else told(rasas_parts(record, key))


def told(parts: list[Part]) -> list[str]:
    """Whole stories as comparable text, each once, in any order."""
    return sorted(
        {
            plain(_without_ignored([part.kind, part.name, part.content, part.start, part.end, part.more, part.last]))
            for part in whole(parts)
        }
    )


def _without_ignored(data: Any) -> Any:
    """Without when something was read, what Rasa drops of retrieval intents, and what only a running rule has."""
    ignored = ("timestamp", "full_retrieval_intent_name", "hide_rule_turn")
    if isinstance(data, Mapping):
        return {key: _without_ignored(value) for key, value in data.items() if key not in ignored}
    return [_without_ignored(item) for item in data] if isinstance(data, list | tuple) else data


def unsaid(parts: Iterable[Part]) -> list[Part]:
    return [replace(part, content=tuple(_listening_once(part.content))) for part in parts]


def _listening_once(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without listening at the end, or where the story listens already."""
    found: list[dict[str, Any]] = []
    listens = False
    for event in events:
        is_listening = event.get("name") == ACTION_LISTEN
        if not (is_listening and listens):
            found.append(event)
        if event["event"] in ("action", "user"):
            listens = is_listening
    return found[:-1] if found and found[-1].get("name") == ACTION_LISTEN else found


# -- writing ---------------------------------------------------------------------------------------------------------


def test_stories_and_rules_are_written_as_rasa_does(compare: Compare, domain: Domain) -> None:
    compare("stories_roundtrip", partial(ours, domain=domain), partial(rasas, key="output_yaml"), WRITING)


def test_stories_are_written_for_a_file_that_there_is_as_rasa_does(compare: Compare, domain: Domain) -> None:
    compare(
        "stories_roundtrip",
        partial(ours, domain=domain),
        partial(rasas, key="output_yaml_appendable"),
        [NO_RULES, *WRITING],
    )


def test_test_stories_are_written_as_rasa_does(compare: Compare, domain: Domain) -> None:
    found = partial(ours, domain=domain, as_test=True)
    compare("stories_roundtrip", found, partial(rasas, key="output_yaml_test_story", as_test=True), WRITING)


def test_what_is_written_is_written_the_same_again_when_it_was_read(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        first = stories_yaml(read(record["input_yaml"], record_domain(record, domain)))
        return stories_yaml(read(first, domain)) == first

    compare("stories_roundtrip", found, lambda record: REFUSED if "error" in record else True, [*DIFFERENCES, UNSTABLE])


def ours(record: Record, domain: Domain, *, as_test: bool = False) -> Any:
    stories = read(record["input_yaml"], record_domain(record, domain))
    return items(stories_yaml(stories, as_test=as_test), as_test=as_test)


def rasas(record: Record, key: str, *, as_test: bool = False) -> Any:
    return REFUSED if "error" in record else items(record[key], as_test=as_test)


def items(text: str, *, as_test: bool) -> list[str]:
    """The whole stories and rules of a file as comparable text, each once, without what Rasa doesn't write."""
    data = parse_yaml(text, FILE)
    data = {"stories": data} if isinstance(data, list) else data or {}
    parts = [part for key, kind in FILE_KINDS.items() for part in parts_of(data.get(key) or [], kind)]
    return sorted({plain(as_rasa_writes(part, as_test=as_test)) for part in whole(parts) if part.content})


def as_rasa_writes(part: Part, *, as_test: bool) -> Any:
    steps = [step for written in part.content for step in _steps_as_rasa_writes(written, as_test=as_test)]
    return [part.kind, part.name, steps, part.start, part.end, part.more]


def _steps_as_rasa_writes(step: Mapping[str, Any], *, as_test: bool) -> Iterator[dict[str, Any]]:
    """A step without roles and groups; in a test story without entities; a retrieval intent without its second part.

    A bot text that is empty is not written.
    """
    written = {key: value for key, value in step.items() if (key, value) != ("bot", "")}
    if "intent" in written:
        written["intent"] = written["intent"].split("/")[0]
    entities = written.pop("entities", [])
    if entities and not as_test:
        written["entities"] = [
            {key: entity[key] for key in entity if key not in ("role", "group")} if isinstance(entity, dict) else entity
            for entity in entities
        ]
    if written:
        yield written


# -- deliberate differences ------------------------------------------------------------------------------------------


def only_rules_are_missing(_: Record, ours: Any, rasas: Any) -> bool:
    return isinstance(ours, list) and [item for item in ours if not item.startswith('["rule"')] == rasas


def lacks_a_name(record: Record, ours: Any, _: Any) -> bool:
    return ours == REFUSED and re.search(r"(?m)^ *- (checkpoint|bot): *(null|~)?$", record["input_yaml"]) is not None


def only_rules_with_alternatives_differ(record: Record, ours: Any, rasas: Any) -> bool:
    if REFUSED in (ours, rasas):
        return False
    rules = parse_yaml(record["input_yaml"], FILE).get("rules") or []
    cut = {rule["rule"] for rule in rules if any("or" in step for step in rule["steps"])}
    sides = [
        [item for item in side if json.loads(item)[:2] not in [["rule", name] for name in cut]]
        for side in (ours, rasas)
    ]
    return sides[0] == sides[1]


NOTHING = Difference(
    "a checkpoint without a name or a bot text without a text is refused, Rasa goes on without it", lacks_a_name
)
ALTERNATIVES = Difference(
    "Rasa cuts a rule at an 'or' into rules that mean something else; we write the 'or'",
    only_rules_with_alternatives_differ,
)
UNSTABLE = Difference(
    "an entity that has no value is read back as one with an empty text, by Rasa too",
    lambda record, ours, rasas: record["output_yaml_2nd"] != "=SAME" and ours is False,
)
DIFFERENCES = [OTHER_ENVIRONMENT, NOTHING]
WRITING = [*DIFFERENCES, ALTERNATIVES]
NO_RULES = Difference(
    "to append to a file, Rasa writes no rules where there are stories too; we leave none out", only_rules_are_missing
)
