"""How parts close under each rule: by number, first to, by posterior, without asking, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import MODEL, FirstTo, Fixed, Posterior, Rule, Skill
from slackbot.crowd.votes import Mark, Vote
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.loop import Loop
from slackbot.learning.opening import Asking, Opening
from slackbot.learning.question import (
    Decision,
    Dispute,
    How,
    Message,
    Part,
    PartKind,
    Question,
    Ruling,
    entities_answer,
)
from slackbot.learning.steps import Close, Refer, WaitForVotes, next_step
from slackbot.learning.terms import SPAN, Terms
from slackbot.learning.verdicts import judged
from slackbot.store import Store
from tests.learning.lesson import Lesson

TRACKER = Tracker("c", Domain.from_dict({"intents": ["greet", "bye"]}), [ActionExecuted("action_listen")])
PARTS = (
    Part(PartKind.INTENT, "greet", confidence=0.9),
    Part(PartKind.ENTITIES, "[]"),
    Part(PartKind.ACTION, "utter_greet", confidence=1.0, policy="RulePolicy"),
)
RIGHT = tuple(part.suggested for part in PARTS)
CLASSES: dict[str, int] = {PartKind.INTENT: 10, PartKind.ENTITIES: 10, PartKind.ACTION: 10, SPAN: 10}


def asked(rule: Rule, **terms: object) -> Question:
    base = Terms(rule, classes=CLASSES)
    return Question("1", 1, Message("1.1", "hi"), {}, PARTS, terms=replace(base, **terms))  # type: ignore[arg-type]


def votes(*answers: str) -> list[Vote]:
    """An intent each, by people a, b, c ..."""
    return [Vote("abcdefgh"[place], (answer,), place + 1) for place, answer in enumerate(answers)]


def closed(question: Question, given: list[Vote]) -> list[tuple[str, How]]:
    step = next_step(TRACKER, question, given)
    return [(decision.answer, decision.how) for decision in step.decisions] if isinstance(step, Close) else []


def test_first_to_two_of_three_is_referred_when_three_disagree() -> None:
    question = asked(FirstTo(2, 3))
    assert next_step(TRACKER, question, votes("greet", "bye")) == WaitForVotes()
    assert closed(question, votes("greet", "bye", "bye")) == [("bye", How.VOTES)]
    assert next_step(TRACKER, question, votes("greet", "bye", "pay")) == Refer(0)


def test_two_strangers_who_agree_are_sure_enough_and_two_who_differ_are_not() -> None:
    question = asked(Posterior(0.85, 2, 3))
    assert closed(question, votes("greet")) == []
    assert closed(question, votes("greet", "greet")) == [("greet", How.VOTES)]
    assert closed(question, votes("greet", "bye")) == []
    assert next_step(TRACKER, question, votes("greet", "bye", "pay")) == Refer(0)


def test_skill_decides_where_numbers_do_not() -> None:
    """One who is nearly always right outweighs two who guess."""
    skills = {"a": Skill(60, 0), "b": Skill(0, 30), "c": Skill(0, 30)}
    assert closed(asked(Posterior(0.85, 2, 3), skills=skills), votes("greet", "bye", "bye")) == [("greet", How.VOTES)]


@pytest.mark.parametrize("rule", [Fixed(2), FirstTo(2, 3), Posterior(0.85, 2, 3)])
def test_an_excluded_persons_vote_is_not_counted(rule: Rule) -> None:
    question = asked(rule, excluded=frozenset("a"))
    assert closed(question, votes("greet", "greet")) == []
    assert closed(question, votes("greet", "greet", "greet")) == [("greet", How.VOTES)]


def test_the_assistant_is_one_annotator_where_it_may_vote() -> None:
    """Under the posterior rule, and once a person has voted on the part."""
    sure = {MODEL: Skill(50, 0)}
    question = asked(Posterior(0.85, 2, 3), model_votes=True, skills=sure)
    assert closed(question, []) == []
    assert closed(question, votes("greet")) == [("greet", How.VOTES)]
    [decision] = next_step(TRACKER, question, votes("greet")).decisions  # type: ignore[union-attr]
    assert decision.people == ("a",)
    assert closed(asked(Posterior(0.85, 2, 3), skills=sure), votes("greet")) == []
    assert closed(asked(Fixed(2), model_votes=True, skills=sure), votes("greet")) == []


def test_what_is_sure_enough_is_not_asked_up_to_the_first_doubt() -> None:
    assert closed(asked(Fixed(1), auto_accept=0.95), []) == []
    assert closed(asked(Fixed(1), auto_accept=0.9), []) == [(answer, How.UNASKED) for answer in RIGHT]
    assert closed(asked(Fixed(1), auto_accept=0.9, audited=True), []) == []
    doubtful = {"entities": [{"entity": "dish", "confidence_entity": 0.5}]}
    question = replace(asked(Fixed(1), auto_accept=0.9), parse_data=doubtful)
    assert closed(question, []) == [("greet", How.UNASKED)]


@pytest.mark.parametrize("policy", ["StatisticalPolicy", "AugmentedMemoizationPolicy", "TEDPolicy", None])
def test_an_action_that_is_guessed_is_asked_however_sure_the_guess(policy: str | None) -> None:
    """Nobody knows how often such guesses are right; rules and whole stories are the project's own word."""
    question = asked(Fixed(1), auto_accept=0.9)
    guessed = replace(question, parts=(*question.parts[:2], replace(question.parts[2], policy=policy)))
    assert closed(guessed, []) == [(answer, How.UNASKED) for answer in RIGHT[:2]]


def test_a_ruling_decides_and_a_referred_part_may_still_be_agreed_on() -> None:
    question = replace(asked(FirstTo(2, 3)), dispute=Dispute(0, 1.0))
    split = votes("greet", "bye", "pay")
    assert next_step(TRACKER, question, split) == WaitForVotes()
    assert closed(question, [*split[:2], Vote("c", ("bye",), 9)]) == [("bye", How.VOTES)]
    ruled = replace(question, rulings=(Ruling("judge", ("pay",), "they want the bill"),))
    assert closed(ruled, split) == [("pay", How.RULING)]
    assert closed(replace(ruled, rulings=(*ruled.rulings, Ruling("judge", ("bye",), "no"))), split) == [
        ("bye", How.RULING)
    ]


def test_who_is_not_sure_has_given_one_of_the_votes_that_there_may_be() -> None:
    question = asked(FirstTo(2, 3))
    split = votes("greet", "bye")
    assert next_step(TRACKER, question, split) == WaitForVotes()
    assert next_step(TRACKER, question, [*split, Vote("c", (), 3, Mark.SKIP)]) == WaitForVotes()
    assert next_step(TRACKER, question, [*split, Vote("c", (), 3, Mark.UNSURE)]) == Refer(0)
    flagged = [Vote("c", ("bye",), 3, Mark.FLAG, "a farewell")]
    assert closed(question, [*split, *flagged]) == [("bye", How.VOTES)]


CITY = {"start": 5, "end": 9, "entity": "city", "value": "Rome"}
TIME = {"start": 10, "end": 15, "entity": "time", "value": {"grain": "day"}}


@pytest.mark.parametrize("rule", [Fixed(2), FirstTo(2, 3), Posterior(0.85, 2, 5)])
def test_entities_are_agreed_on_span_by_span(rule: Rule) -> None:
    """Nobody marked both but one, and two people agree on each."""
    question = asked(rule).with_decision(0, "greet", "abc")
    given = [[CITY], [CITY, TIME], [TIME]]
    marked = [Vote("abc"[n], ("greet", entities_answer(rows)), n) for n, rows in enumerate(given)]
    found = judged(question, marked, ("greet",))
    assert isinstance(found, Decision)
    assert (found.answer, found.people) == (entities_answer([CITY, TIME]), ("b",))
    assert not isinstance(judged(question, marked[:2], ("greet",)), Decision)


@pytest.mark.parametrize("rule", [Fixed(3), FirstTo(2, 5), Posterior(0.9, 1, 4)])
def test_a_question_reads_back_with_its_terms(rule: Rule) -> None:
    question = asked(rule, skills={"a": Skill(1.5, 2)}, excluded=frozenset("bc"), auto_accept=0.9, opened_at=5.0)
    question = replace(question, rulings=(Ruling("judge", ("pay",), "why"),), dispute=Dispute(1, 2.0))
    assert Question.from_dict(question.as_dict()) == question


def test_a_question_of_old_is_decided_by_its_number() -> None:
    record = replace(asked(Fixed(1)), quorum=2, terms=None).as_dict()
    for name in ("terms", "rulings", "dispute"):
        del record[name]
    question = Question.from_dict(record)
    assert closed(question, votes("greet")) == []
    assert closed(question, votes("greet", "greet")) == [("greet", How.VOTES)]


async def test_a_sure_assistant_is_asked_about_only_in_the_audited_share(store: Store, core: BuiltinCore) -> None:
    """Which questions are audited is drawn when they open, and noted."""
    draws = iter([0.5, 0.05])
    lesson = await Lesson.begin(store, core)
    lesson.loop = Loop(
        store, core, opening=Opening(Asking(auto_accept=0.5, audit_share=0.1), chance=lambda: next(draws))
    )
    await lesson.say("bye")
    assert await lesson.log() == ["bye", "utter_bye", "“Bye!”", "listen"]
    [record] = await lesson.closed()
    assert {part.how for part in record.question.parts} == {How.UNASKED}
    await lesson.say("bye")
    question = await lesson.question()
    assert question.terms is not None
    assert question.terms.audited
    assert not question.decided


async def test_what_people_had_answered_to_a_part_is_kept_when_they_agree_to_what_follows(lesson: Lesson) -> None:
    """Who was outvoted on the intent and then agrees with the rest did not change their mind about the intent."""
    lesson = await Lesson.begin(lesson.store, lesson.loop.core, "two", quorum=2)
    await lesson.say("hi")
    await lesson.change("ben", intent="bye")
    await lesson.change("cleo", "dan", intent="order")
    await lesson.accept("ben", "cleo")
    [record] = await lesson.closed()
    assert record.votes["ben"][0] == "order"
    assert record.question.parts[0].given == {"ben": "bye", "cleo": "order", "dan": "order"}
    assert Question.from_dict(record.question.as_dict()) == record.question
