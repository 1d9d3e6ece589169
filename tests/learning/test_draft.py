"""What somebody enters in the Change modal, on its way to a vote."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slackbot.learning.draft import Draft, entity_id, told_apart, words_of
from slackbot.learning.question import Message, Part, PartKind, Question
from tests.blocks.strategies import UNHURRIED, drafts

KINDS = (PartKind.INTENT, PartKind.ENTITIES, PartKind.ACTION, PartKind.ACTION)
SUGGESTED = ("greet", "[]", "utter_greet", "action_listen")


def draft(text: str = "to be or not to be", decided: int = 0) -> Draft:
    return Draft("c", "1", text, KINDS, SUGGESTED, decided, SUGGESTED)


def test_without_a_change_the_vote_is_for_everything() -> None:
    assert draft().path == SUGGESTED


def test_a_vote_reaches_to_the_last_change_and_leaves_open_what_comes_after() -> None:
    assert draft().with_answer(0, "bye").path == ("bye",)
    assert draft().with_answer(2, "utter_bye").path == ("greet", "[]", "utter_bye")
    assert draft().with_answer(0, "bye").with_answer(2, "utter_bye").path == ("bye", "[]", "utter_bye")


def test_a_change_that_is_taken_back_is_no_change() -> None:
    assert draft().with_answer(2, "utter_bye").with_answer(2, "utter_greet").path == SUGGESTED


def test_a_draft_begins_with_the_vote_that_still_counts() -> None:
    parts = tuple(Part(kind, answer) for kind, answer in zip(KINDS, SUGGESTED, strict=True))
    question = Question("1", 2, Message("1.5", "hi"), {}, parts)
    assert Draft.of("c", question).answers == SUGGESTED
    assert Draft.of("c", question, ("bye",)).answers == ("bye", *SUGGESTED[1:])
    assert Draft.of("c", question, ("bye",)).path == ("bye",)
    decided = question.with_decision(0, "greet", ["U1"])
    assert Draft.of("c", decided, ("bye", "[]")).answers == SUGGESTED
    assert Draft.of("c", decided, ("greet", "[]", "utter_bye")).path == ("greet", "[]", "utter_bye")
    assert Draft.of("c", decided, (*SUGGESTED, "utter_more")).answers == SUGGESTED


def test_what_is_new_takes_the_first_place_that_is_as_suggested() -> None:
    """A pick that somebody made already stays; where all are made, the new thing can only be picked."""
    one = draft().with_new(PartKind.ACTION, "utter_a")
    assert one.answers == ("greet", "[]", "utter_a", "action_listen")
    two = one.with_new(PartKind.ACTION, "utter_b")
    assert two.answers == ("greet", "[]", "utter_a", "utter_b")
    assert two.with_new(PartKind.ACTION, "utter_c").answers == two.answers
    assert draft(decided=2).with_new(PartKind.INTENT, "bye").answers == SUGGESTED


@UNHURRIED
@given(st.text())
def test_words_stand_where_they_say(text: str) -> None:
    words = words_of(text)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert "".join(word.text for word in words) == "".join(
        character for word in words for character in text[word.start : word.end]
    )
    assert all(one.end <= other.start for one, other in pairwise(words))
    labels = told_apart(words)
    assert len(labels) == len(words)


def test_equal_words_are_numbered() -> None:
    assert told_apart(words_of("to be, or not to be")) == ["to (1)", "be (1)", ",", "or", "not", "to (2)", "be (2)"]


def test_an_entity_reaches_from_the_first_picked_word_to_the_last_and_replaces_what_it_overlaps() -> None:
    marked = draft().with_entity([0], "a").with_entity([3], "b").with_entity([5, 4], "c")
    assert [(e["value"], e["entity"]) for e in marked.entities] == [("to", "a"), ("not", "b"), ("to be", "c")]
    over = marked.with_entity([2, 4], "d")
    assert [(e["value"], e["entity"]) for e in over.entities] == [("to", "a"), ("or not to", "d")]


def test_an_entity_is_removed_by_what_it_is() -> None:
    marked = draft().with_entity([0], "a").with_entity([3], "b")
    first, second = marked.entities
    left = marked.without_entity(entity_id(first))
    assert left.entities == [second]
    assert left.without_entity(entity_id(first)).entities == [second]


@UNHURRIED
@given(drafts())
def test_a_draft_survives_the_store(kept: Draft) -> None:
    assert Draft.from_dict(json.loads(json.dumps(kept.as_dict()))) == kept
