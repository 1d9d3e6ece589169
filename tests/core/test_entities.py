"""What is found in messages beside their intent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.builtin.entities import EntityExtractor
from slackbot.dialogue.annotations import parse_annotated
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData

DOMAIN = Domain.from_dict({"entities": ["city", "dish", "number", "month"]})


def extractor(
    *annotated: str | tuple[str, str],
    synonyms: Mapping[str, str] | None = None,
    regexes: Mapping[str, str] | None = None,
    lookups: Mapping[str, Any] | None = None,
) -> EntityExtractor:
    """Taught by annotated texts (of the intent ``inform``, or each with its own)."""
    pairs = [(item, "inform") if isinstance(item, str) else item for item in annotated]
    examples = []
    for marked, intent in pairs:
        text, entities = parse_annotated(marked)
        examples.append(Example(text, intent, tuple(entities)))
    data = NLUData(
        tuple(examples),
        synonyms or {},
        tuple({"name": name, "pattern": pattern} for name, pattern in (regexes or {}).items()),
        tuple({"name": name, "elements": elements} for name, elements in (lookups or {}).items()),
    )
    return EntityExtractor(data, DOMAIN)


def found(taught: EntityExtractor, text: str, intent: str = "inform") -> list[tuple[str, Any]]:
    return [(entity["entity"], entity["value"]) for entity in taught.extract(text, intent)]


def test_an_annotated_word_is_found_again_in_any_case_with_its_place() -> None:
    assert extractor("to [Rome](city)").extract("rome, or ROME?", "inform") == [
        {"entity": "city", "start": 0, "end": 4, "value": "rome", "extractor": "AnnotationExtractor"},
        {"entity": "city", "start": 9, "end": 13, "value": "ROME", "extractor": "AnnotationExtractor"},
    ]


def test_only_whole_words_count() -> None:
    assert found(extractor("to [Rome](city)"), "romeo is in chrome") == []


def test_the_longest_of_overlapping_finds_wins() -> None:
    taught = extractor("in [York](city)", "in [New York](city)", lookups={"dish": ["new york cheesecake"]})
    assert found(taught, "york, new york, new york cheesecake") == [
        ("city", "york"),
        ("city", "new york"),
        ("dish", "new york cheesecake"),
    ]


def test_spaces_and_line_ends_within_a_phrase_may_differ() -> None:
    assert found(extractor("in [New York](city)"), "new \n york") == [("city", "new \n york")]


def test_a_synonym_stands_for_its_canonical_value() -> None:
    taught = extractor("to [Rome](city)", "to [the eternal city](city:Rome)", synonyms={"The eternal city": "Rome"})
    assert found(taught, "THE ETERNAL CITY") == [("city", "Rome")]


def test_a_word_that_is_mostly_left_unannotated_is_no_entity() -> None:
    taught = extractor("in [may](month)", "may I come", "you may go", "in [june](month)")
    assert found(taught, "may in june") == [("month", "june")]


def test_a_word_within_a_longer_entity_is_not_left_alone() -> None:
    taught = extractor("pay my [credit card](dish)", "a [credit card](dish)", "my [credit](number)")
    assert found(taught, "credit") == [("number", "credit")]


def test_a_word_is_what_it_was_in_messages_of_the_same_intent() -> None:
    taught = extractor(
        ("a [turkey](dish)", "order"), ("[turkey](dish) please", "order"), ("to [turkey](city)", "travel")
    )
    assert found(taught, "turkey", "order") == [("dish", "turkey")]
    assert found(taught, "turkey", "travel") == [("city", "turkey")]
    assert found(taught, "turkey", "greet") == [("dish", "turkey")]


def test_lookup_tables_and_regexes_named_after_an_entity_are_used() -> None:
    taught = extractor(lookups={"dish": ["fish pie", "soup"]}, regexes={"number": r"\b\d+\b", "zipcode": r"[a-z]+"})
    assert taught.extract("2 fish pie", "order") == [
        {"entity": "number", "start": 0, "end": 1, "value": "2", "extractor": "RegexEntityExtractor"},
        {"entity": "dish", "start": 2, "end": 10, "value": "fish pie", "extractor": "RegexEntityExtractor"},
    ]


def test_a_lookup_table_that_is_named_after_no_entity_finds_none() -> None:
    assert found(extractor(lookups={"dish": ["soup"], "stopwords": ["the soup"]}), "the soup") == [("dish", "soup")]


CITIES = ["oslo", "rome", "paris", "lima", "quito", "cairo", "delhi", "seoul", "lagos", "accra", "tunis", "sofia"]
FOODS = ["soup", "bread", "cheese", "water", "salad", "pasta", "olives", "curry", "honey", "butter", "tofu", "rice"]


def test_a_table_or_regex_of_any_name_helps_to_tell_entities_from_other_words() -> None:
    """No word around says what comes; only that the table of places has it does."""
    taught = [f"we saw [{city}](city)" for city in CITIES[:10]] + [f"we saw {food}" for food in FOODS[:10]]
    with_table = extractor(*taught, lookups={"place": CITIES})
    assert found(with_table, "we saw tunis") == [("city", "tunis")]
    assert found(with_table, "we saw tofu") == []
    with_regex = extractor(*taught, regexes={"place": "|".join(CITIES)})
    assert found(with_regex, "we saw sofia") == [("city", "sofia")]
    assert found(with_regex, "we saw rice") == []


def test_a_lookup_table_that_is_only_the_name_of_a_file_finds_nothing() -> None:
    assert found(extractor(lookups={"dish": "dishes.txt"}), "dishes.txt") == []


def test_a_broken_regex_is_left_out_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert found(extractor(regexes={"number": "(", "month": "june"}), "(june") == [("month", "june")]
    assert "number" in caplog.text


def test_a_regex_that_matches_nothing_at_all_finds_no_empty_entities() -> None:
    assert found(extractor(regexes={"number": r"\d*"}), "a 1 b") == [("number", "1")]


def test_a_role_is_told_from_the_word_before() -> None:
    taught = extractor(
        'from [Rome]{"entity": "city", "role": "from"} to [Oslo]{"entity": "city", "role": "to"}',
        'from [Oslo]{"entity": "city", "role": "from"} to [Rome]{"entity": "city", "role": "to"}',
    )
    roles = [entity.get("role") for entity in taught.extract("I go to rome and from oslo; via rome", "inform")]
    assert roles == ["to", "from", None]


def test_the_word_before_says_more_than_the_phrase() -> None:
    taught = extractor('from [Rome]{"entity": "city", "role": "from"}', 'to [Oslo]{"entity": "city", "role": "to"}')
    assert [entity["role"] for entity in taught.extract("from oslo to rome, rome", "inform")] == ["from", "to", "from"]


def test_a_role_or_group_that_a_phrase_always_has_is_kept() -> None:
    taught = extractor('a [soup]{"entity": "dish", "role": "starter", "group": "1"}')
    (soup,) = taught.extract("your soup", "inform")
    assert (soup["role"], soup["group"]) == ("starter", "1")


TAUGHT = extractor(
    "in [New York](city)", "in [York](city)", "[a b c](dish)", "[b c d](dish)", regexes={"number": r"[bc ]+"}
)


@given(st.text(alphabet="abcd new york,ßİ", max_size=40))
def test_entities_are_in_order_without_overlap_and_inside_the_text(text: str) -> None:
    entities = TAUGHT.extract(text, "inform")
    ends = [0] + [entity["end"] for entity in entities]
    assert all(end <= entity["start"] < entity["end"] for end, entity in zip(ends, entities, strict=False))
    assert all(entity["end"] <= len(text) for entity in entities)
