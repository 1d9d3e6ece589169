"""Entities marked inside text are read and written as Rasa does, and typed brackets never become entities."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slackbot.dialogue.annotations import annotate, annotate_readably, parse_annotated

BRACKETED = st.text("[](){}:\"' ab\\u05d\n🎉é")


@st.composite
def texts_with_entities(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    text = draw(BRACKETED | st.text())
    places = draw(st.lists(st.integers(0, len(text)), max_size=8).map(sorted))
    entities = []
    for start, end in zip(places[::2], places[1::2], strict=False):
        entity: dict[str, Any] = {"start": start, "end": end, "value": text[start:end]}
        entity["entity"] = draw(BRACKETED.filter(bool))
        entity |= draw(st.fixed_dictionaries({}, optional={"role": st.just("to"), "group": st.text(min_size=1)}))
        if draw(st.booleans()):
            entity["value"] = draw(BRACKETED | st.integers())
        entities.append(entity)
    return text, [entity for entity in entities if entity["start"] < entity["end"]]


@pytest.mark.parametrize(
    ("annotated", "text", "entities"),
    [
        ("to [Rome](city)", "to Rome", [(3, 7, "city", "Rome")]),
        ("to [rome](city:Rome) now", "to rome now", [(3, 7, "city", "Rome")]),
        ('[a]{"entity": "b"} [c](d)', "a c", [(0, 1, "b", "a"), (2, 3, "d", "c")]),
        ('[3]{"entity": "n", "value": 3}', "3", [(0, 1, "n", 3)]),
        ('[x][{"entity": "a"}, {"entity": "b", "value": "v"}]', "x", [(0, 1, "a", "x"), (0, 1, "b", "v")]),
        ("no [brackets] (here)", "no [brackets] (here)", []),
        ("a [b][c] d", "a b d", []),
    ],
)
def test_marked_entities_are_read(annotated: str, text: str, entities: list[tuple[int, int, str, Any]]) -> None:
    plain, found = parse_annotated(annotated)
    assert plain == text
    assert [(entity["start"], entity["end"], entity["entity"], entity["value"]) for entity in found] == entities


def test_roles_and_groups_are_read_and_written() -> None:
    annotated = '[Rome]{"entity": "city", "role": "to", "group": "1"}'
    text, entities = parse_annotated(annotated)
    assert entities == [{"start": 0, "end": 4, "value": "Rome", "entity": "city", "role": "to", "group": "1"}]
    assert annotate(text, entities) == annotated


@pytest.mark.parametrize(
    ("annotated", "problem"),
    [
        ("[x]{entity: city}", "not valid JSON"),
        ('[x]{"role": "to"}', 'lacks "entity"'),
        ('[x]{"entity": 3}', "not text"),
        ('[x]{"entity": "a", "role": 1}', "not text"),
        ('[x]{"entity": "a", "value": true}', "neither text nor a number"),
        ('[x]{"entity": "a", "value": null}', "neither text nor a number"),
    ],
)
def test_a_broken_annotation_is_an_error_that_says_why(annotated: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_annotated(annotated)


def test_entities_that_start_together_and_end_apart_can_not_be_marked() -> None:
    with pytest.raises(ValueError, match="start together"):
        annotate("ab", [{"start": 0, "end": 1, "entity": "x"}, {"start": 0, "end": 2, "entity": "y"}])


def test_a_command_is_not_marked() -> None:
    assert annotate("/greet", [{"start": 1, "end": 3, "entity": "x", "value": "gr"}]) == "/greet"


def test_closing_brackets_in_values_and_types_do_not_end_the_annotation() -> None:
    entities = [
        {"start": 0, "end": 1, "entity": "a)b", "value": "}"},
        {"start": 0, "end": 1, "entity": "c:d", "value": "]"},
        {"start": 2, "end": 3, "entity": "e:f", "value": "y"},
    ]
    assert parse_annotated(annotate("x y", entities)) == ("x y", entities)


@given(texts_with_entities())
@example(("[x](y)", [])).via("what a user may type")
@example(("a[0][1]", [])).via("what a user may type")
@example(("see [docs", [{"start": 5, "end": 9, "entity": "thing", "value": "docs"}])).via("a bracket before an entity")
def test_the_marked_text_reads_back_as_the_entities_and_nothing_else(case: tuple[str, list[dict[str, Any]]]) -> None:
    text, entities = case
    if text.startswith("/"):
        return
    plain, found = parse_annotated(annotate_readably(text, entities))
    assert plain in (text, text.replace("[", "(").replace("]", ")"))
    assert [(e["start"], e["end"], e["entity"], e.get("role"), e.get("group")) for e in found] == [
        (e["start"], e["end"], e["entity"], e.get("role"), e.get("group")) for e in entities
    ]
    for entity, again in zip(entities, found, strict=True):
        span = text[entity["start"] : entity["end"]]
        expected = plain[entity["start"] : entity["end"]] if entity["value"] == span else entity["value"]
        assert again["value"] == expected


def test_typed_brackets_that_would_be_an_annotation_become_round() -> None:
    assert annotate_readably("see [docs](http://x)", []) == "see (docs)(http://x)"


def test_typed_brackets_that_would_be_read_as_they_are_stay() -> None:
    assert annotate_readably("a [b] c] (d)", []) == "a [b] c] (d)"


def test_a_command_keeps_its_square_brackets() -> None:
    command = '/inform{"city": ["Rome", "Bonn"]}'
    entities = [{"entity": "city", "value": "Rome", "start": 7, "end": len(command)}]
    assert annotate_readably(command, entities) == command


def test_of_overlapping_entities_the_first_and_longest_is_kept() -> None:
    entities = [
        {"start": 2, "end": 5, "entity": "late", "value": "cde"},
        {"start": 0, "end": 2, "entity": "short", "value": "ab"},
        {"start": 0, "end": 3, "entity": "long", "value": "abc"},
    ]
    assert annotate_readably("abcdef", entities) == "[abc](long)def"


def test_a_value_that_is_neither_text_nor_a_number_is_written_as_text() -> None:
    entity = {"start": 0, "end": 1, "entity": "x"}
    for value, text in ((True, "true"), ({"a": ["b"]}, '{"a": ["b"]}'), ([1], "[1]")):
        assert parse_annotated(annotate_readably("a", [{**entity, "value": value}]))[1] == [{**entity, "value": text}]


def test_entities_beyond_the_text_are_clipped_or_left_out() -> None:
    entities: list[dict[str, Any]] = [
        {"start": 4, "end": 9, "entity": "a", "value": "b"},
        {"start": 7, "end": 9, "entity": "b", "value": "x"},
        {"entity": "c", "value": "x"},
    ]
    assert annotate_readably("[a] b", entities) == "[a] [b](a)"
