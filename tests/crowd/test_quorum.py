"""Quorum rules: when ballots are an agreement, when there will be none, and when it takes more of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import (
    Agreed,
    Ballot,
    Exhausted,
    FirstTo,
    Fixed,
    Posterior,
    Rule,
    Skill,
    candidates,
    decide,
    parse_rule,
)

COUNTS = st.floats(0, 1000)
SKILLS = st.dictionaries(st.sampled_from("uvwxyz"), st.builds(Skill, COUNTS, COUNTS))
BALLOTS = st.lists(st.builds(Ballot, st.sampled_from("uvwxyz"), st.sampled_from("abc"), st.integers(0, 9)), max_size=15)
CLASSES = st.integers(1, 20)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    few, many = sorted((draw(st.integers(1, 9)), draw(st.integers(1, 9))))
    threshold = draw(st.floats(0.5, 0.9999))
    choice: list[Rule] = [Fixed(few), FirstTo(few, many), Posterior(threshold, few, many)]
    return draw(st.sampled_from(choice))


def ballots(answers: str) -> list[Ballot]:
    """One ballot a letter, each by somebody else."""
    return [Ballot(f"person {place}", answer, place) for place, answer in enumerate(answers)]


@given(rules(), BALLOTS, CLASSES, SKILLS, st.randoms())
def test_the_order_of_ballots_makes_no_difference(
    rule: Rule, given_: list[Ballot], classes: int, skills: dict[str, Skill], chance: Random
) -> None:
    shuffled = list(given_)
    chance.shuffle(shuffled)
    assert decide(rule, shuffled, classes=classes, skills=skills) == decide(
        rule, given_, classes=classes, skills=skills
    )


@given(rules(), BALLOTS, CLASSES, SKILLS, st.data())
def test_a_repeated_ballot_changes_nothing(
    rule: Rule, given_: list[Ballot], classes: int, skills: dict[str, Skill], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(given_), max_size=5)) if given_ else []
    assert decide(rule, [*given_, *again], classes=classes, skills=skills) == decide(
        rule, given_, classes=classes, skills=skills
    )


@given(BALLOTS, CLASSES, SKILLS)
def test_one_person_never_counts_twice(given_: list[Ballot], classes: int, skills: dict[str, Skill]) -> None:
    found = candidates(given_, classes=classes, skills=skills)
    people = [name for candidate in found for name in candidate.people]
    assert sorted(people) == sorted({ballot.person for ballot in given_})
    for candidate in found:
        for name in candidate.people:
            mine = [ballot for ballot in given_ if ballot.person == name]
            assert candidate.answer == max(mine, key=lambda ballot: (ballot.sequence, ballot.answer)).answer


@given(rules(), BALLOTS, CLASSES, SKILLS)
def test_what_is_agreed_satisfies_the_rule(
    rule: Rule, given_: list[Ballot], classes: int, skills: dict[str, Skill]
) -> None:
    verdict = decide(rule, given_, classes=classes, skills=skills)
    voters = len({ballot.person for ballot in given_})
    match rule, verdict:
        case Fixed(n) | FirstTo(n, _), Agreed():
            assert len(verdict.people) >= n
        case Posterior(threshold, minimum, _), Agreed():
            assert verdict.confidence >= threshold
            assert voters >= minimum
        case Fixed(), _:
            assert verdict is None
        case Posterior(_, _, maximum), None:
            assert voters < maximum
        case FirstTo(_, n), None:
            assert voters < n


@given(BALLOTS, st.integers(2, 20), SKILLS)
def test_posteriors_are_probabilities_and_fall_short_of_one_together_with_the_answers_nobody_gave(
    given_: list[Ballot], classes: int, skills: dict[str, Skill]
) -> None:
    found = candidates(given_, classes=classes, skills=skills)
    assert sum(candidate.posterior for candidate in found) <= 1 + 1e-9
    if len(found) >= classes:
        assert sum(candidate.posterior for candidate in found) == pytest.approx(1)


@given(BALLOTS, CLASSES, SKILLS)
def test_nobodys_vote_speaks_against_what_it_says(given_: list[Ballot], classes: int, skills: dict[str, Skill]) -> None:
    """Another person who says ``a`` never makes ``a`` less probable, however badly that person is known to do."""

    def posterior(of: list[Ballot]) -> float:
        known = {**skills, "new": Skill(0, 1000)}
        return {one.answer: one.posterior for one in candidates(of, classes=max(classes, 3), skills=known)}.get("a", 0)

    assert posterior([*given_, Ballot("new", "a")]) >= posterior(given_) - 1e-12


def test_fixed_is_agreed_when_so_many_people_gave_the_same_answer() -> None:
    rule = Fixed(3)
    verdict = decide(rule, ballots("ababb"), classes=2, skills={})
    assert isinstance(verdict, Agreed)
    assert (verdict.answer, verdict.people) == ("b", ("person 1", "person 3", "person 4"))
    assert verdict.confidence == pytest.approx(0.7)
    assert decide(rule, ballots("abab"), classes=2, skills={}) is None
    assert decide(rule, ballots("abcdefghij"), classes=10, skills={}) is None


def test_first_to_is_exhausted_as_soon_as_no_answer_can_get_there_any_more() -> None:
    rule = FirstTo(3, 5)
    assert decide(rule, ballots("abc"), classes=4, skills={}) is None
    verdict = decide(rule, ballots("abcd"), classes=4, skills={})
    assert isinstance(verdict, Exhausted)
    assert [candidate.answer for candidate in verdict.candidates] == ["a", "b", "c", "d"]
    assert isinstance(decide(rule, ballots("abaca"), classes=4, skills={}), Agreed)


def test_two_newcomers_who_agree_are_enough_among_three_answers_but_not_among_two() -> None:
    rule = Posterior(0.85)
    assert decide(rule, ballots("aa"), classes=2, skills={}) is None
    verdict = decide(rule, ballots("aa"), classes=3, skills={})
    assert isinstance(verdict, Agreed)
    assert verdict.confidence == pytest.approx(0.49 / (0.49 + 2 * 0.15**2))


def test_the_word_of_the_skilled_outweighs_two_who_are_often_wrong() -> None:
    skills = {"person 0": Skill(right=90), "person 1": Skill(wrong=10), "person 2": Skill(wrong=10)}
    verdict = decide(Posterior(0.85), ballots("abb"), classes=3, skills=skills)
    assert isinstance(verdict, Agreed)
    assert verdict.answer == "a"


def test_a_posterior_rule_hears_no_more_than_its_maximum() -> None:
    verdict = decide(Posterior(0.99, 2, 4), ballots("abab"), classes=2, skills={})
    assert isinstance(verdict, Exhausted)
    assert [(one.answer, one.posterior) for one in verdict.candidates] == [("a", 0.5), ("b", 0.5)]


def test_a_posterior_rule_asks_no_more_people_than_there_are() -> None:
    assert Posterior(0.85, 2, 9).within(3) == Posterior(0.85, 2, 3)
    assert Posterior(0.85, 3, 9).within(2) == Posterior(0.85, 2, 2)
    assert Posterior(0.85, 2, 9).within(0) == Posterior(0.85, 1, 1)


def test_no_ballots_decide_nothing() -> None:
    assert [decide(rule, [], classes=2, skills={}) for rule in (Fixed(1), FirstTo(1, 1), Posterior())] == [None] * 3


@given(rules())
def test_a_rule_in_words_is_read_back(rule: Rule) -> None:
    assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("3", Fixed(3)),
        (" quorum=3 ", Fixed(3)),
        ("Fixed 3", Fixed(3)),
        ("first 2 of 5", FirstTo(2, 5)),
        ("first to 2 of 5", FirstTo(2, 5)),
        ("posterior", Posterior()),
        ("posterior 0.9", Posterior(0.9)),
        ("posterior 90%", Posterior(0.9)),
        ("posterior .9 (2,7)", Posterior(0.9, 2, 7)),
        ("posterior 0.85 (min 2, max 7)", Posterior(0.85, 2, 7)),
        ("posterior (3, 5)", Posterior(0.82, 3, 5)),
    ],
)
def test_rules_are_read_as_people_write_them(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "0", "99", "many", "first 3 of 2", "first 1 of 99", "posterior 0.3", "posterior 2", "posterior 0.9 (5, 2)"],
)
def test_what_is_no_rule_gets_one_line_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"; write ") as raised:
        parse_rule(text)
    assert "\n" not in str(raised.value)
