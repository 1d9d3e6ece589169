"""NLU data: every form of example is read with its line, and what people typed survives export and re-reading."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slackbot.dialogue.annotations import parse_annotated
from slackbot.dialogue.events import (
    ActionExecuted,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.nlu import Example, NLUData, examples_of, merged_nlu, nlu_from, nlu_yaml, read_nlu
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError

FILE = Path("nlu.yml")
LISTEN = ActionExecuted("action_listen")


def read(text: str) -> NLUData:
    return nlu_from(parse_yaml(text, FILE), FILE)


def written(*examples: Example) -> str:
    return nlu_yaml(NLUData(examples))


def meaning(examples: tuple[Example, ...] | list[Example]) -> list[Any]:
    return [(each.text, each.intent, list(each.entities), each.metadata) for each in examples]


def said(text: str | None, intent: str | None = "greet", *entities: dict[str, Any], **more: Any) -> UserUttered:
    return UserUttered(text, {"name": intent, **more}, list(entities))


CITY = {"start": 3, "end": 7, "value": "Rome", "entity": "city"}


# -- reading ---------------------------------------------------------------------------------------------------------


def test_examples_are_read_with_entities_and_lines() -> None:
    data = read(
        "nlu:\n- intent: go\n  examples: |\n    - to [Rome](city)\n    - - away\n"
        "- intent: faq/name\n  examples: |\n    -  who?"
    )
    assert meaning(data.examples) == [
        ("to Rome", "go", [CITY], None),
        ("- away", "go", [], None),
        ("who?", "faq/name", [], None),
    ]
    assert [(each.path, each.line) for each in data.examples] == [(FILE, 4), (FILE, 5), (FILE, 8)]


def test_a_list_of_examples_is_read_with_metadata_and_lines() -> None:
    data = read(
        "nlu:\n- intent: go\n  metadata: {a: 1}\n  examples:\n"
        "  - text: |\n      hi\n    metadata: {by: U1}\n  - text: '  yo '\n"
    )
    assert meaning(data.examples) == [
        ("hi", "go", [], {"intent": {"a": 1}, "example": {"by": "U1"}}),
        ("yo", "go", [], {"intent": {"a": 1}}),
    ]
    assert [each.line for each in data.examples] == [5, 8]


def test_the_same_example_counts_once_unless_it_means_something_else() -> None:
    data = read(
        "nlu:\n- intent: a\n  examples: |\n    - x\n    - x\n    - '[x](y)'\n- intent: b\n  examples: |\n    - x\n"
    )
    assert [(each.text, each.intent) for each in data.examples] == [("x", "a"), ("'x'", "a"), ("x", "b")]


def test_synonyms_regexes_and_lookups_are_read() -> None:
    data = read(
        "nlu:\n- synonym: New York\n  examples: |\n    - NYC\n    - big apple\n"
        "- regex: zip\n  examples: |\n    - \\d{5}\n"
        "- lookup: city\n  examples: |\n    - Rome\n- lookup: city\n  examples: |\n    - Bonn\n"
        "- intent: go\n  examples: |\n    - to [rome](city:Rome)\n"
    )
    assert data.synonyms == {"NYC": "New York", "big apple": "New York", "rome": "Rome"}
    assert data.regexes == ({"name": "zip", "pattern": r"\d{5}"},)
    assert data.lookups == ({"name": "city", "elements": ["Rome", "Bonn"]},)


def test_a_file_without_nlu_data_has_none(tmp_path: Path) -> None:
    (tmp_path / "empty.yml").write_text("")
    (tmp_path / "stories.yml").write_text("stories: []\n")
    assert read_nlu(tmp_path / "empty.yml") == read_nlu(tmp_path / "stories.yml") == NLUData()


def test_lines_without_a_dash_and_sections_without_examples_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        data = read(
            "nlu:\n- intent: a\n  examples: |\n    - x\n    y\n\n- intent: b\n- intent: ''\n  examples: |\n    - z\n"
            "- examples: |\n    - nothing\n- lookup: l\n  examples: file.txt\n"
        )
    assert [each.text for each in data.examples] == ["x"]
    assert data.lookups == ()
    assert [f"nlu.yml:{line}:" in caplog.text for line in (5, 7, 8, 11)] == [True] * 4


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("version: 3.1\nnlu: []\n", 1, "number"),
        ("- intent: a\n", 1, "mapping"),
        ("nlu: {a: b}\n", 1, "list"),
        ("nlu:\n- foo: bar\n", 2, "no section"),
        ("nlu:\n- a\n", 2, "no section"),
        ("nlu:\n- intent: a\n  exmples: b\n", 3, "'exmples'"),
        ("nlu:\n- intent: 12\n  examples: |\n    - x\n", 2, "not text"),
        ("nlu:\n- intent: a\n  examples: {b: c}\n", 3, "no list"),
        ("nlu:\n- intent: a\n  examples:\n  - x\n", 4, "no text"),
        ("nlu:\n- intent: a\n  examples:\n  - text: x\n    by: U1\n", 4, "'by'"),
        ("nlu:\n- intent: a/b/c\n  examples: |\n    - x\n", 2, "more than one '/'"),
        ("nlu:\n- synonym: a\n  metadata: b\n  examples: |\n    - x\n", 3, "'metadata'"),
        ("nlu:\n- regex: a\n  examples:\n  - x\n", 3, "no text"),
        ("nlu:\n- intent: a\n  examples: |\n    - x\n    - '[x]{y}'\n", 5, "JSON"),
    ],
)
def test_what_rasa_can_not_read_is_a_fault_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert caught.value.line == line
    assert problem in caught.value.problem
    assert caught.value.remedy


KEYS = ["intent", "examples", "metadata", "text", "synonym", "regex", "lookup", "x"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("-a/[]{:\n", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


@given(ANYTHING, ANYTHING)
def test_whatever_a_file_holds_it_is_read_or_refused(first: Any, second: Any) -> None:
    section = {"intent": "a", "examples": [{"text": "b", "metadata": first}, first], "metadata": second}
    for data in (first, {"nlu": first}, {"nlu": [first, second]}, {"nlu": [section, {**section, "examples": first}]}):
        with suppress(FileError):
            nlu_yaml(nlu_from(data, FILE))


def test_a_file_of_a_newer_format_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert read('version: "3.2"\nnlu:\n- intent: a\n  examples: |\n    - b\n') == NLUData()
    assert "newer" in caplog.text


def test_a_synonym_that_stands_for_a_number_is_read_and_comes_back_from_its_annotation() -> None:
    data = read('nlu:\n- intent: a\n  examples: |\n    - \'[three]{"entity": "number", "value": 3}\'\n')
    assert data.synonyms == {"three": 3}
    assert "synonym" not in nlu_yaml(data)
    assert read(nlu_yaml(data)).synonyms == {"three": 3}


def test_several_files_are_merged_in_their_order() -> None:
    first = NLUData(
        (Example("a", "x"),), {"s": "t"}, ({"name": "r", "pattern": "1"},), ({"name": "l", "elements": ["1"]},)
    )
    second = NLUData((Example("a", "x"), Example("b", "x")), {}, (), ({"name": "l", "elements": ["2"]},))
    merged = merged_nlu([first, second])
    assert [each.text for each in merged.examples] == ["a", "b"]
    assert merged.lookups == ({"name": "l", "elements": ["1", "2"]},)
    assert merged.synonyms == {"s": "t"}


# -- writing ---------------------------------------------------------------------------------------------------------


def test_nothing_to_write_is_no_text() -> None:
    assert nlu_yaml(NLUData()) == ""
    assert written(Example("", "a")) == ""


def test_examples_are_written_as_lines_grouped_by_intent() -> None:
    text = written(Example("to Rome", "go", (CITY,)), Example("hi", "greet"), Example("${X}: - 'a'", "go"))
    assert text == (
        "version: \"3.1\"\nnlu:\n- intent: go\n  examples: |\n    - to [Rome](city)\n    - ${X}: - 'a'\n"
        "- intent: greet\n  examples: |\n    - hi\n"
    )


@pytest.mark.parametrize("text", ["two\nlines", " padded ", "bell\x07", "next\x85line", "form\x0cfeed", "\ufeffmark"])
def test_a_text_that_no_line_can_carry_makes_a_list(text: str) -> None:
    again = parse_yaml(written(Example(text, "a"), Example("b", "a")), FILE)
    assert again["nlu"][0]["examples"] == [{"text": text}, {"text": "b"}]


def test_metadata_is_written_beside_the_intent_and_the_example() -> None:
    examples = (
        Example("a", "x", metadata={"intent": {"i": 1}, "example": "e"}),
        Example("b", "x", metadata={"intent": {"i": 1}}),
        Example("c", "x"),
    )
    assert meaning(read(written(*examples)).examples) == meaning(examples)


def test_synonyms_regexes_and_lookups_are_written_and_read_back() -> None:
    data = NLUData(
        (), {"NYC": "New York", "b": "c"}, ({"name": "z", "pattern": "[0-9]: #"},), ({"name": "l", "elements": ["x"]},)
    )
    assert read(nlu_yaml(data)) == data


def test_a_message_with_brackets_of_its_own_is_written_with_round_ones_where_it_would_be_misread() -> None:
    assert "- see (a)(b)\n" in written(Example("see [a](b)", "x"))
    assert "- x (0)(1) [Rome](city)\n" in written(
        Example("x [0][1] Rome", "x", ({"start": 9, "end": 13, "entity": "city", "value": "Rome"},))
    )
    assert "- [not] an entity\n" in written(Example("[not] an entity", "x"))


TYPED = st.text(min_size=1) | st.text(" \t\n\r-[](){}:#${X}'\"\\u1üé🎉\x00\x0b\x85\u2028", min_size=1)


def as_written(text: str) -> str:
    try:
        stays = parse_annotated(text) == (text, [])
    except ValueError:
        stays = False
    return text if stays else text.replace("[", "(").replace("]", ")")


@given(st.lists(TYPED, min_size=1, max_size=4, unique=True), st.text().map(str.strip).filter(bool))
@example(["[x](y)", "a", "- b", " c"], "greet").via("what a user may type")
@example(["null", "12", "~", "${HOME}", "'", '"'], "no").via("what a user may type")
@example([r"C:\users", r"\ud83d"], "x").via("what Rasa decodes in ASCII files")
def test_any_text_that_people_type_survives_but_for_brackets_that_would_be_an_annotation(
    texts: list[str], intent: str
) -> None:
    again = read(written(*(Example(text, intent) for text in texts)))
    assert meaning(again.examples) == [(text, intent, [], None) for text in dict.fromkeys(map(as_written, texts))]


# -- conversations to examples ---------------------------------------------------------------------------------------


def test_the_messages_that_still_apply_are_examples_once() -> None:
    events: list[Event] = [
        *(LISTEN, said("hi", "wrong"), UserUtteranceReverted(), LISTEN, said("hi"), LISTEN, said("hi")),
        *(Restarted(), LISTEN, said("hi"), LISTEN, said("bye", "goodbye")),
    ]
    assert meaning(examples_of(events)) == [("hi", "greet", [], None), ("bye", "goodbye", [], None)]


def test_entities_keep_what_training_needs() -> None:
    found = {**CITY, "role": "to", "group": "1", "extractor": "DIETClassifier", "confidence_entity": 0.9}
    duckling = {**CITY, "entity": "time", "extractor": "DucklingEntityExtractor"}
    (taught,) = examples_of([LISTEN, said("to Rome", "go", found, duckling, {"entity": "x", "value": "y"})])
    assert taught.entities == ({**CITY, "role": "to", "group": "1"},)


def test_a_message_featurized_as_text_still_teaches_its_intent() -> None:
    assert meaning(examples_of([LISTEN, said("hi"), DefinePrevUserUtteredFeaturization(True)])) == [
        ("hi", "greet", [], None)
    ]


def test_a_retrieval_intent_is_taught_with_its_full_name() -> None:
    (taught,) = examples_of([LISTEN, said("who?", "faq", full_retrieval_intent_name="faq/name")])
    assert taught.intent == "faq/name"


def test_commands_triggered_intents_and_messages_without_text_or_intent_teach_nothing() -> None:
    messages = [said("/greet"), said("EXTERNAL: greet"), said("x", None), said(None), said("  ")]
    assert examples_of([event for message in messages for event in (LISTEN, message)]) == []
