"""Stories, rules, NLU data and annotations mean to us what they mean to Rasa 3.6.21, which wrote the golden records.

Deliberate differences are named where they are made even: see ``as_we_read``, ``NOT_AS_RASA_WRITES`` and their notes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.annotations import annotate, annotate_readably, parse_annotated
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.nlu import NLUData, nlu_from, nlu_yaml
from slackbot.dialogue.stories import Story, stories_from, stories_yaml, story_steps
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError

FILE = Path("file.yml")
STORY_START = "STORY_START"
SNIPPET = "..."  # what Rasa puts before a rule's first event, and behind the last where it doesn't wait

Records = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def domain(golden: Path) -> Domain:
    return Domain.load(golden / "domain.yml")


def differing(found: Iterator[str]) -> None:
    wrong = list(found)
    assert wrong == [], f"{len(wrong)} records differ"


# -- annotations -----------------------------------------------------------------------------------------------------


def test_annotations_are_read_and_written_as_rasa_does(records: Records) -> None:
    differing(record["id"] for record in records("annotations") if annotation(record) != expected_annotation(record))


def annotation(record: Mapping[str, Any]) -> Any:
    try:
        if "annotated" not in record:
            return annotate(record["text"], record["entities"])
        text, entities = parse_annotated(record["annotated"])
        return text, entities, annotate(text, entities)
    except ValueError:
        return "error"


def expected_annotation(record: Mapping[str, Any]) -> Any:
    if "error" in record:
        return "error"
    return (
        record["generated"] if "generated" in record else tuple(record[k] for k in ("text", "entities", "regenerated"))
    )


# -- NLU data --------------------------------------------------------------------------------------------------------


def test_nlu_files_are_read_as_rasa_does(records: Records) -> None:
    differing(record["id"] for record in records("nlu_roundtrip") if nlu_read(record) != nlu_expected(record))


def test_nlu_files_are_written_as_rasa_does(records: Records) -> None:
    differing(
        record["id"]
        for record in records("nlu_roundtrip")
        # What Rasa writes so that it can't read it again is no example to follow.
        if "parsed" in record
        and record["reread_equal"] is True
        and sections(nlu_yaml(nlu(record["input_yaml"]))) != sections(record["output_yaml"])
    )


def nlu(text: str) -> NLUData:
    return nlu_from(parse_yaml(text, FILE), FILE)


def nlu_read(record: Mapping[str, Any]) -> Any:
    try:
        data = nlu(record["input_yaml"])
    except FileError:
        return "error"
    examples = [(each.text, each.intent, list(each.entities), each.metadata) for each in data.examples]
    return plain([examples, data.synonyms, sorted(map(by_name, data.regexes)), data.lookups])


def nlu_expected(record: Mapping[str, Any]) -> Any:
    if "error" in record:
        return "error"
    data = record["parsed"]
    examples = [
        (each["text"], each["intent_response_key"] or each["intent"], each["entities"], each["metadata"])
        for each in data["examples"]
    ]
    # Rasa sorts regular expressions, we keep them as they stand.
    return plain(
        [examples, data["entity_synonyms"], sorted(map(by_name, data["regex_features"])), data["lookup_tables"]]
    )


def by_name(regex: Mapping[str, Any]) -> tuple[str, str]:
    return regex["name"], regex["pattern"]


def sections(text: str) -> Any:
    """What a file says, whatever the form of its examples; the order of regular expressions doesn't count."""
    found = (parse_yaml(text, FILE) or {}).get("nlu", [])
    said = [
        {**section, "examples": examples(section["examples"])}
        for section in found
        # Rasa writes numbers as names of synonyms, which it then refuses to read.
        if not ("synonym" in section and not isinstance(section["synonym"], str))
    ]
    regexes = [
        {"regex": each["regex"], "examples": [line]} for each in said if "regex" in each for line in each["examples"]
    ]
    return sorted(map(plain, regexes)), [plain(each) for each in said if "regex" not in each]


def examples(written: Any) -> list[Any]:
    """Each text, with what stands beside it. Messages without text, which we don't write, are left out."""
    if isinstance(written, str):
        found = [{"text": line.removeprefix("-").strip()} for line in written.splitlines()]
    else:
        found = [{**example, "text": example["text"].strip()} for example in written]
    return [example for example in found if example["text"]]


# -- stories and rules -----------------------------------------------------------------------------------------------


def test_stories_and_rules_are_read_as_rasa_does(records: Records, domain: Domain) -> None:
    differing(
        record["id"]
        for record in records("stories_roundtrip")
        if as_we_read(record, domain if record["with_domain"] else None) != as_rasa_reads(record)
    )


def test_written_stories_and_rules_are_read_back(records: Records, domain: Domain) -> None:
    for record in records("stories_roundtrip"):
        if "error" not in record:
            stories = read(record["input_yaml"], domain)
            again = read(stories_yaml(stories), domain)
            written = [story for story in stories if story_steps(story.events)]
            assert sorted(map(steps_of, again)) == sorted(map(steps_of, written)), record["id"]


def read(text: str, domain: Domain | None) -> list[Story]:
    return stories_from(parse_yaml(text, FILE), FILE, domain)


def steps_of(story: Story) -> str:
    ends = [[checkpoint.name for checkpoint in place] for place in (story.start, story.end)]
    return plain([story.kind, story.name, ends, story_steps(story.condition), story_steps(story.events)])


def as_we_read(record: Mapping[str, Any], domain: Domain | None) -> Any:
    """Our stories; the full name of a retrieval intent, which Rasa drops and we keep, doesn't count."""
    try:
        stories = read(record["input_yaml"], domain)
    except FileError:
        return "error"
    return sorted(
        plain(
            [
                story.kind,
                story.name,
                sorted([checkpoint.name, dict(checkpoint.conditions)] for checkpoint in story.start),
                sorted(checkpoint.name for checkpoint in story.end),
                [event.as_dict() for event in story.condition],
                [event.as_dict() for event in story.events],
                [story.conversation_start, story.wait_for_user_input],
            ]
        )
        for story in stories
    )


def as_rasa_reads(record: Mapping[str, Any]) -> Any:
    """Rasa's story steps, joined at the checkpoints that it generates for ``or``."""
    if "error" in record:
        return "error"
    steps = without_twins(record["training_steps"])
    reached = {checkpoint["name"] for step in steps for checkpoint in step["end_checkpoints"]}
    followers = defaultdict(list)
    first = []
    for step in steps:
        generated = [place["name"] for place in step["start_checkpoints"] if is_generated(place)]
        for name in generated:
            followers[name].append(step)
        if not any(name in reached for name in generated):
            first.append(step)
    return sorted(whole_story(path) for step in first for path in paths([step], followers))


def without_twins(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the steps that end at a generated checkpoint only because another checkpoint follows the ``or``."""
    ends: dict[str, set[bool]] = defaultdict(set)
    for step in steps:
        ends[twin(step)] |= {is_generated(checkpoint) for checkpoint in step["end_checkpoints"]}
    return [
        step
        for step in steps
        if not (ends[twin(step)] == {True, False} and any(map(is_generated, step["end_checkpoints"])))
    ]


def twin(step: Mapping[str, Any]) -> str:
    return json.dumps([step["block_name"], step["start_checkpoints"], step["events"]], sort_keys=True)


def is_generated(checkpoint: Mapping[str, Any]) -> bool:
    return str(checkpoint["name"]).startswith("GENR_OR_")


def paths(path: list[Any], followers: Mapping[str, list[Any]]) -> Iterator[list[Any]]:
    names = [checkpoint["name"] for checkpoint in path[-1]["end_checkpoints"]]
    following = {id(step): step for name in names for step in followers.get(name, ())}
    if not following:
        yield path
    for step in following.values():
        yield from paths([*path, step], followers)


def whole_story(path: list[Any]) -> str:
    condition = [event for step in path for event in picked(step, conditions=True)]
    events = [event for step in path for event in picked(step, conditions=False)]
    flags = [False, True]
    if path[0]["type"] == "rule":
        begins, ends = (event.get("name") == SNIPPET for event in (events[0], events[-1]))
        flags = [not begins, not ends]
        events = events[1 if begins else 0 : -1 if ends else None]
    begin = [
        place for place in path[0]["start_checkpoints"] if place["name"] != STORY_START and not is_generated(place)
    ]
    start = sorted([place["name"], place["conditions"]] for place in begin)
    end = sorted(place["name"] for place in path[-1]["end_checkpoints"] if not is_generated(place))
    return plain([path[0]["type"], path[0]["block_name"], start, end, condition, events, flags])


def picked(step: Mapping[str, Any], *, conditions: bool) -> list[dict[str, Any]]:
    chosen = set(step.get("condition_events_indices") or ())
    return [event for index, event in enumerate(step["events"]) if (index in chosen) == conditions]


# -- conversations to stories ----------------------------------------------------------------------------------------


def test_conversations_become_the_steps_that_rasa_writes(records: Records, domain: Domain) -> None:
    """Over what still applies of each conversation."""
    all_records = [record for record in records("trackers") if "error" not in record]
    different = [record for record in all_records if differs(record, domain)]
    differing(record["id"] for record in different if not any(explains(record) for explains in NOT_AS_RASA_WRITES))
    assert len(different) < 0.03 * len(all_records)  # the notes explain rare records, they don't hide the others


def differs(record: Mapping[str, Any], domain: Domain) -> bool:
    events = [event_from_dict(data) for data in record["events"] if data.get("event")]
    steps = story_steps(Tracker(record["id"], domain, events).applied_events())
    expected = parse_yaml(record["story_applied_yaml"], FILE)["stories"][0]["steps"]
    return [as_rasa_writes(step) for step in steps] != list(expected)


def as_rasa_writes(step: Mapping[str, Any]) -> dict[str, Any]:
    """The step without the roles and groups of its entities, which Rasa loses."""
    if "entities" not in step:
        return dict(step)
    entities = [
        {key: entity[key] for key in entity if key not in ("role", "group")} if isinstance(entity, dict) else entity
        for entity in step["entities"]
    ]
    return {**step, "entities": entities}


def users(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [event for event in record["events"] if event.get("event") == "user"]


def has_message_that_rasa_drops(record: Mapping[str, Any]) -> bool:
    """A message without an intent that was featurized by its intent, or without text that was featurized by its
    text: Rasa writes no step, or one that it can't read. We write what there is, text or intent.
    """
    nameless = any(not (event["parse_data"].get("intent") or {}).get("name") for event in users(record))
    return (nameless or any(not event.get("text") for event in users(record))) and any(
        event.get("event") == "user_featurization" for event in record["events"]
    )


def has_entities_that_can_not_be_marked(record: Mapping[str, Any]) -> bool:
    """Overlapping entities, or some outside the text: Rasa repeats text or writes empty brackets, we leave them out."""
    for event in users(record):
        text, entities = event.get("text") or "", event["parse_data"].get("entities") or []
        try:
            if annotate(text, entities) != annotate_readably(text, entities):
                return True
        except ValueError:
            return True
    return False


def has_annotations_typed_by_the_user(record: Mapping[str, Any]) -> bool:
    """Rasa drops the markup from what the user typed, we make the brackets round."""
    return any("](" in (event.get("text") or "") or "]{" in (event.get("text") or "") for event in users(record))


NOT_AS_RASA_WRITES = (
    has_message_that_rasa_drops,
    has_entities_that_can_not_be_marked,
    has_annotations_typed_by_the_user,
)


def plain(data: Any) -> str:
    """Data as comparable text, without what is empty or says only when something was read."""
    return json.dumps(simple(data), sort_keys=True)


def simple(data: Any) -> Any:
    if isinstance(data, Mapping):
        ignored = ("timestamp", "full_retrieval_intent_name", "hide_rule_turn")
        return {
            str(key): simple(value)
            for key, value in data.items()
            if key not in ignored and value is not None and value != {}
        }
    if isinstance(data, list | tuple):
        return [simple(item) for item in data]
    if isinstance(data, date):
        return {"__date__": data.isoformat()}
    return data
