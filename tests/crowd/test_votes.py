"""Votes: each person counts once, for the parts whose way they share; the first answer with a quorum is agreed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.votes import Agreement, Vote, agreement, counting, tally

ANSWERS = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(ANSWERS, max_size=4).map(tuple)
DECIDED = st.lists(ANSWERS, max_size=2).map(tuple)
QUORUMS = st.integers(1, 4)


@st.composite
def votes(draw: st.DrawFn) -> list[Vote]:
    """Votes as they were given one after the other; people vote again as often as they like."""
    given_ = draw(st.lists(st.tuples(st.sampled_from("uvwxyz"), PATHS), max_size=12))
    return [Vote(person, answers, sequence) for sequence, (person, answers) in enumerate(given_, start=1)]


def latest(given_: Sequence[Vote]) -> dict[str, Vote]:
    return {vote.person: vote for vote in given_}


@given(votes(), DECIDED, st.randoms())
def test_the_order_in_which_votes_are_read_makes_no_difference(
    given_: list[Vote], decided: tuple[str, ...], chance: Random
) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert tally(shuffled, decided) == tally(given_, decided)
    for quorum in range(1, 5):
        assert agreement(shuffled, decided, quorum) == agreement(given_, decided, quorum)


@given(votes(), DECIDED, QUORUMS, st.data())
def test_the_same_vote_read_twice_changes_nothing(
    given_: list[Vote], decided: tuple[str, ...], quorum: int, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(given_), max_size=5)) if given_ else []
    assert tally([*given_, *again], decided) == tally(given_, decided)
    assert agreement([*given_, *again], decided, quorum) == agreement(given_, decided, quorum)


@given(votes(), DECIDED)
def test_one_person_counts_once_with_the_latest_vote(given_: list[Vote], decided: tuple[str, ...]) -> None:
    people = [name for names in tally(given_, decided).values() for name in names]
    assert len(people) == len(set(people))
    for answer, names in tally(given_, decided).items():
        for name in names:
            assert latest(given_)[name].answers[: len(decided) + 1] == (*decided, answer)


@given(votes(), DECIDED)
def test_a_vote_counts_only_for_parts_before_which_it_agrees_with_all_that_is_decided(
    given_: list[Vote], decided: tuple[str, ...]
) -> None:
    expected = {
        vote.person
        for vote in latest(given_).values()
        if len(vote.answers) > len(decided)
        and all(mine == theirs for mine, theirs in zip(vote.answers, decided, strict=False))
    }
    counted = counting(given_, decided)
    assert {vote.person for vote in counted} == expected
    assert all(earlier.sequence < later.sequence for earlier, later in pairwise(counted))


@given(votes(), DECIDED, QUORUMS)
def test_the_first_answer_to_reach_its_quorum_is_agreed(
    given_: list[Vote], decided: tuple[str, ...], quorum: int
) -> None:
    """Counting the votes one by one, in the order in which they were given, stops at the same answer."""
    winner = None
    heard: dict[str, int] = {}
    for vote in counting(given_, decided):
        answer = vote.answers[len(decided)]
        heard[answer] = heard.get(answer, 0) + 1
        if heard[answer] == quorum:
            winner = answer
            break
    agreed = agreement(given_, decided, quorum)
    assert (agreed.answer if agreed else None) == winner
    if agreed:
        assert agreed.people == tally(given_, decided)[agreed.answer]
        assert len(agreed.people) >= quorum


def test_people_who_agree_are_named_in_the_order_they_voted_also_those_past_the_quorum() -> None:
    given_ = [Vote("c", ("a",), 3), Vote("d", ("b",), 1), Vote("b", ("a",), 5), Vote("e", ("a",), 4)]
    assert agreement(given_, (), 2) == Agreement("a", ("c", "e", "b"))


def test_a_later_answer_that_got_more_votes_does_not_beat_the_first_quorum() -> None:
    given_ = [Vote("u", ("a",), 1), Vote("v", ("a",), 2), *(Vote(name, ("b",), 3 + i) for i, name in enumerate("wxyz"))]
    agreed = agreement(given_, (), 2)
    assert agreed is not None
    assert agreed.answer == "a"


def test_somebody_who_votes_again_moves_over_and_to_the_end() -> None:
    first = [Vote("u", ("a",), 1), Vote("v", ("a",), 2)]
    assert tally(first, ()) == {"a": ("u", "v")}
    assert tally([*first, Vote("u", ("b",), 3)], ()) == {"a": ("v",), "b": ("u",)}
    assert tally([*first, Vote("u", ("a", "c"), 3)], ()) == {"a": ("v", "u")}


def test_a_vote_that_ends_early_says_nothing_of_what_follows() -> None:
    assert tally([Vote("u", ("a",), 1)], ("a",)) == {}
    assert agreement([Vote("u", ("a",), 1)], ("a",), 1) is None
    assert agreement([], (), 1) is None
