"""How messages in stories may differ from Rasa's: where Rasa leaves them out, or writes what nobody said."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from slackbot.dialogue.annotations import parse_annotated
from tests.conformance.comparing import Difference, Record, plain

Step = dict[str, Any]
Pair = tuple[list[Step], list[Step]]


def differing(ours: Any, rasas: Any) -> list[Pair]:
    """The steps in which two stories differ, each run of them as (ours, Rasa's)."""
    if not isinstance(ours, list) or not isinstance(rasas, list):
        return [([], [])]
    matcher = SequenceMatcher(None, list(map(plain, ours)), list(map(plain, rasas)), autojunk=False)
    return [(ours[a:b], rasas[c:d]) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def messages_explain(record: Record, ours: Any, rasas: Any) -> bool:
    """Whether nothing differs but messages, and each that differs is told better by ours."""
    pairs = differing(ours, rasas)
    own, others = ([step for pair in pairs for step in pair[side]] for side in (0, 1))
    return is_told_better(record, own, others)


def is_told_better(record: Record, ours: Sequence[Step], rasas: Sequence[Step]) -> bool:
    """Whether we say of each message what it was, where Rasa says nothing, or something that nobody wrote."""
    texts = {event.get("text") for event in record["events"] if event.get("event") == "user"}
    readable = {read_form(text) for text in texts}
    told = all(read_form(said(step)) in readable if "user" in step else "intent" in step for step in ours)
    spoilt = all(
        said(step) not in texts or marks_something_else(record, step) if "user" in step else set(step) <= {"entities"}
        for step in rasas
    )
    return told and spoilt and 0 < len(ours) >= len(rasas)


def marks_something_else(record: Record, step: Step) -> bool:
    """Whether the step's text marks what no message has as an entity."""
    found = {
        (entity.get("start"), entity.get("end"), entity.get("entity"))
        for event in record["events"]
        for entity in (*(event.get("parse_data") or {}).get("entities", ()), *(event.get("entities") or ()))
        if isinstance(entity, dict)
    }
    return any((each["start"], each["end"], each["entity"]) not in found for each in step["user"][1])


def marked(step: Step) -> Step:
    """The step with its text as (text, entities), as it is read."""
    if "user" not in step:
        return step
    try:
        return {**step, "user": parse_annotated(step["user"])}
    except ValueError:
        return {**step, "user": (step["user"], [])}


def said(step: Step) -> str | None:
    """The text of a step, without its annotations."""
    return step["user"][0] if "user" in step else None


def read_form(text: str | None) -> str:
    """A text as it may be written: with its square brackets made round."""
    return (text or "").translate(str.maketrans("[]", "()"))


def without_role(entity: Any) -> Any:
    return {key: entity[key] for key in entity if key not in ("role", "group")} if isinstance(entity, dict) else entity


MESSAGES = [
    Difference(
        "Rasa leaves messages out (no step, or one without intent and text), repeats words of overlapping entities, "
        "writes empty brackets for entities outside the text, drops brackets that somebody typed, and changes line "
        "ends; we write what was said, with the entities that can be marked",
        messages_explain,
    )
]
