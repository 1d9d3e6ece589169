"""Whose turn it is to say something about an open question, and who has said enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot.crowd.quorum import Fixed
from slackbot.crowd.votes import Mark, Vote
from slackbot.learning.pending import Pending, by_urgency, is_over_share
from slackbot.learning.question import Failure, Message, Part, PartKind, Question
from slackbot.learning.session import Session, Status
from slackbot.learning.terms import Terms

SESSION = Session(team="T", channel="C", owner="o", speaker="s", quorum=2, started_at=0.0)
PARTS = (Part(PartKind.INTENT, "greet"), Part(PartKind.ENTITIES, "[]"), Part(PartKind.ACTION, "utter_greet"))


def pending(*votes: Vote, opened_at: float = 1.0, waiting: int = 0) -> Pending:
    terms = Terms(Fixed(2), opened_at=opened_at)
    question = Question("1", 2, Message("1.1", "hi"), {}, PARTS, terms=terms)
    return Pending("c", SESSION, question, votes, waiting, "1.2")


@pytest.mark.parametrize(
    ("vote", "asked"),
    [
        (None, True),
        (Vote("ben", ("greet",), 1), False),
        (Vote("ben", (), 1, Mark.UNSURE), False),
        (Vote("ben", (), 1, Mark.SKIP), False),
        (Vote("ben", (), 1, Mark.FLAG, "hm"), True),
    ],
)
def test_who_has_said_something_is_not_asked_again(vote: Vote | None, asked: bool) -> None:
    assert pending(*([vote] if vote else [])).asks("ben") is asked
    assert pending(*([vote] if vote else [])).asks("cleo")


@pytest.mark.parametrize(("answers", "asked"), [(("greet",), True), (("bye",), True), (("greet", "[]"), False)])
def test_whose_vote_says_nothing_of_the_open_part_is_asked(answers: tuple[str, ...], asked: bool) -> None:
    one = pending(Vote("ben", answers, 1))
    one = replace(one, question=one.question.with_decision(0, "greet", ["dan"]))
    assert one.asks("ben") is asked


def test_nobody_is_asked_where_nothing_can_be_voted_on() -> None:
    one = pending()
    assert not replace(one, session=replace(SESSION, status=Status.FINISHING)).asks("ben")
    assert not replace(one, question=replace(one.question, failure=Failure("action_pay", "no"))).asks("ben")


def test_the_most_blocking_come_first_then_the_oldest() -> None:
    new, old, blocking = pending(opened_at=9), pending(opened_at=2), pending(opened_at=5, waiting=1)
    assert by_urgency([new, old, blocking]) == [blocking, old, new]


@pytest.mark.parametrize(
    ("mine", "total", "others", "over"),
    [(5, 10, 3, True), (3, 10, 3, False), (9, 9, 3, False), (5, 10, 2, False), (0, 100, 9, False)],
)
def test_a_share_is_capped_after_ten_votes_where_others_can_give_the_rest(
    mine: int, total: int, others: int, over: bool
) -> None:
    assert is_over_share(mine, total, 0.45, others) is over
