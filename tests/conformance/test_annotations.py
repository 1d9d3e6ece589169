"""Annotations are read and written as Rasa 3.6.21 does it."""

from __future__ import annotations

from typing import Any

from slackbot.dialogue.annotations import annotate, parse_annotated
from tests.conformance.comparing import REFUSED, Record
from tests.conformance.conftest import Compare


def test_annotations_are_read_and_written_as_rasa_does(compare: Compare) -> None:
    compare("annotations", found, expected)


def found(record: Record) -> Any:
    if "annotated" not in record:
        return annotate(record["text"], record["entities"])
    text, entities = parse_annotated(record["annotated"])
    return text, entities, annotate(text, entities)


def expected(record: Record) -> Any:
    if "error" in record:
        return REFUSED
    if "annotated" not in record:
        return record["generated"]
    return record["text"], record["entities"], record["regenerated"]
