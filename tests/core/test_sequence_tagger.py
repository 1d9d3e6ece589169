"""Entities in words that training never saw."""

from __future__ import annotations

import pytest

from slackbot.core.builtin.entities import EntityExtractor
from slackbot.core.builtin.sequence_tagger import SequenceTagger, can_learn_from
from slackbot.dialogue.annotations import parse_annotated
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData

CITIES = ("Rome", "Oslo", "New York", "Paris", "Lima", "Cairo", "San Marino", "Bonn")


def example(marked: str, intent: str = "travel") -> Example:
    text, entities = parse_annotated(marked)
    return Example(text, intent, tuple(entities))


FROM_TO = 'fly from [{}]{{"entity": "city", "role": "from"}} to [{}]{{"entity": "city", "role": "to"}} please'

TRAVELS = (
    *(example(FROM_TO.format(*pair)) for pair in zip(CITIES, CITIES[1:] + CITIES[:1], strict=True)),
    example("hello you", "greet"),
    example("thanks and bye", "greet"),
)

TAGGER = SequenceTagger.learned(TRAVELS)


def test_an_unheard_entity_is_found_with_its_role_in_familiar_surroundings() -> None:
    assert [*TAGGER.find("fly from Berlin to Los Angeles please", "travel")] == [
        (9, 15, {"entity": "city", "role": "from"}),
        (19, 30, {"entity": "city", "role": "to"}),
    ]


@pytest.mark.parametrize("text", ["", "   ", "hello you", "thanks"])
def test_nothing_is_found_where_nothing_is(text: str) -> None:
    assert [*TAGGER.find(text, "greet")] == []


def test_a_stored_tagger_finds_the_same() -> None:
    stored = SequenceTagger(TAGGER.model)
    text = "fly from Berlin to Madrid please"
    assert [*stored.find(text, "travel")] == [*TAGGER.find(text, "travel")]


def test_a_handful_of_annotations_is_too_little_to_learn_from() -> None:
    assert not can_learn_from(TRAVELS[:4])
    with pytest.raises(ValueError, match="too few"):
        SequenceTagger.learned(TRAVELS[:4])


def test_what_the_surroundings_say_comes_with_synonyms_and_without_overlaps() -> None:
    data = NLUData(TRAVELS, {"the big apple": "New York"}, lookups=({"name": "city", "elements": ["Big Apple Farm"]},))
    extractor = EntityExtractor(data, Domain.from_dict({"entities": ["city"]}))
    found = extractor.extract("fly from Madrid to Big Apple Farm please", "travel")
    assert [entity["value"] for entity in found] == ["Madrid", "Big Apple Farm"]
    assert found[0]["extractor"] == "CRFEntityExtractor"
