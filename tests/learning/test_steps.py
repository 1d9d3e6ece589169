"""``next_step`` is pure, and says one of nine things."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import MODEL, FirstTo, Fixed, Posterior, Skill
from slackbot.crowd.votes import Mark, Vote, agreement
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ConversationPaused, Event, UserUttered
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.learning.question import Decision, Failure, Message, Part, PartKind, Question
from slackbot.learning.steps import (
    Ask,
    AskOn,
    Close,
    Run,
    WaitForMessage,
    WaitForRemedy,
    WaitForVotes,
    Withdraw,
    next_step,
)
from slackbot.learning.terms import Terms

DOMAIN = Domain.from_dict({"intents": ["greet"], "actions": ["action_pay"]})
LISTENS = ActionExecuted("action_listen")
SPOKEN = UserUttered("hi", intent={"name": "greet"}, message_id="1.1")
FIRST, SECOND = Message("1.1", "hi"), Message("1.2", "bye")


def tracker(*events: Event) -> Tracker:
    return Tracker("c", DOMAIN, events)


def question(*parts: Part, appended: int = 0, quorum: int = 1) -> Question:
    return Question(id="1", quorum=quorum, message=FIRST, parse_data={}, parts=parts, appended=appended)


INTENT, ENTITIES = Part(PartKind.INTENT, "greet"), Part(PartKind.ENTITIES, "[]")
SAY, LISTEN = Part(PartKind.ACTION, "utter_greet"), Part(PartKind.ACTION, "action_listen")
PAY = Part(PartKind.ACTION, "action_pay", runs_elsewhere=True)
RIGHT = ("greet", "[]", "utter_greet", "action_listen")


def decided(*parts: Part) -> list[Part]:
    return [replace(part, decided=part.suggested, people=("ben",)) for part in parts]


# --- without a question -------------------------------------------------------------------------------------------


def test_the_speaker_is_waited_for_while_the_assistant_listens() -> None:
    assert next_step(tracker(LISTENS), None, ()) == WaitForMessage()


def test_the_oldest_message_that_waits_is_asked_about() -> None:
    assert next_step(tracker(LISTENS), None, (), [FIRST, SECOND]) == Ask(FIRST)


@pytest.mark.parametrize("waiting", [[], [SECOND]])
def test_a_turn_that_is_not_over_is_asked_on_before_any_message(waiting: list[Message]) -> None:
    assert next_step(tracker(LISTENS, SPOKEN), None, (), waiting) == AskOn()
    assert next_step(tracker(LISTENS, SPOKEN, ActionExecuted("action_pay")), None, (), waiting) == AskOn()


def test_a_paused_conversation_takes_messages_but_plans_no_actions() -> None:
    paused = tracker(LISTENS, SPOKEN, ConversationPaused())
    assert next_step(paused, None, ()) == WaitForMessage()
    assert next_step(paused, None, (), [SECOND]) == Ask(SECOND)


@pytest.mark.parametrize("text", ["hello", ""], ids=["edited", "deleted"])
def test_a_turn_whose_message_changed_is_withdrawn(text: str) -> None:
    changed = replace(FIRST, text=text)
    assert next_step(tracker(LISTENS, SPOKEN), None, (), [changed, SECOND]) == Withdraw()
    asked = question(INTENT, ENTITIES, SAY, LISTEN)
    votes = [Vote("ben", RIGHT, 1)]
    assert next_step(tracker(LISTENS), asked, votes, [changed, SECOND]) == Withdraw()


# --- with a question ----------------------------------------------------------------------------------------------


def test_votes_are_waited_for_whatever_messages_come_meanwhile() -> None:
    asked = question(INTENT, ENTITIES, SAY, LISTEN, quorum=2)
    assert next_step(tracker(LISTENS), asked, [Vote("ben", RIGHT, 1)], [SECOND]) == WaitForVotes()


def test_all_parts_that_have_their_quorum_are_closed_at_once() -> None:
    asked = question(INTENT, ENTITIES, SAY, LISTEN)
    everything = tuple(Decision(index, answer, ("ben",)) for index, answer in enumerate(RIGHT))
    assert next_step(tracker(LISTENS), asked, [Vote("ben", RIGHT, 1)]) == Close(everything)


def test_nothing_is_closed_past_an_answer_that_is_not_the_suggested_one() -> None:
    """What was suggested after it was suggested on the strength of another answer."""
    asked = question(INTENT, ENTITIES, SAY, LISTEN)
    vote = Vote("ben", ("bye", *RIGHT[1:]), 1)
    assert next_step(tracker(LISTENS), asked, [vote]) == Close((Decision(0, "bye", ("ben",)),))


def test_nothing_is_closed_past_an_action_that_runs_elsewhere() -> None:
    asked = question(INTENT, ENTITIES, PAY, LISTEN)
    vote = Vote("ben", ("greet", "[]", "action_pay", "action_listen"), 1)
    step = next_step(tracker(LISTENS), asked, [vote])
    assert isinstance(step, Close)
    assert [decision.answer for decision in step.decisions] == ["greet", "[]", "action_pay"]


def test_a_decided_action_that_is_not_in_the_log_is_run_before_anything_else() -> None:
    asked = question(*decided(INTENT, ENTITIES, PAY), LISTEN, appended=2)
    assert next_step(tracker(LISTENS, SPOKEN), asked, [Vote("ben", RIGHT, 1)], [SECOND]) == Run(2)


def test_a_decided_action_that_failed_waits_for_somebody_to_say_what_to_do() -> None:
    asked = question(*decided(INTENT, ENTITIES, PAY), LISTEN, appended=2)
    failed = replace(asked, failure=Failure("action_pay", "no money"))
    assert next_step(tracker(LISTENS, SPOKEN), failed, [Vote("ben", RIGHT, 1)], [SECOND]) == WaitForRemedy()
    assert Question.from_dict(failed.as_dict()) == failed


def test_an_intent_that_waits_for_its_entities_is_not_run() -> None:
    asked = question(*decided(INTENT), ENTITIES, SAY, LISTEN)
    assert next_step(tracker(LISTENS), asked, []) == WaitForVotes()


# --- properties ---------------------------------------------------------------------------------------------------

ANSWERS = st.sampled_from(["a", "b"])
ACTIONS = st.builds(Part, st.just(PartKind.ACTION), ANSWERS, runs_elsewhere=st.booleans())


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question that may be open: some of its parts decided, and those in the log."""
    parts = draw(st.lists(ACTIONS, min_size=1, max_size=4))
    if draw(st.booleans()):
        parts = [Part(PartKind.INTENT, draw(ANSWERS)), Part(PartKind.ENTITIES, draw(ANSWERS)), *parts]
    known = draw(st.integers(0, len(parts) - 1))
    parts[:known] = [replace(part, decided=draw(ANSWERS), people=("z",)) for part in parts[:known]]
    appended = 0 if known == 1 and parts[0].kind is PartKind.INTENT else known
    return question(*parts, appended=appended, quorum=draw(st.integers(1, 3)))


@st.composite
def given_votes(draw: st.DrawFn) -> list[Vote]:
    people = draw(st.lists(st.sampled_from("uvwxyz"), unique=True))
    return [Vote(name, draw(st.lists(ANSWERS, max_size=6).map(tuple)), i) for i, name in enumerate(people, start=1)]


WAITING = st.lists(st.sampled_from([FIRST, SECOND, Message("1.3", "")]), unique=True, max_size=2)
TRACKERS = st.sampled_from([(LISTENS,), (LISTENS, SPOKEN), (LISTENS, SPOKEN, ConversationPaused())])


SKILLS = st.builds(Skill, st.integers(0, 20), st.integers(0, 20))
TERMS = st.none() | st.builds(
    Terms,
    st.sampled_from([Fixed(2), FirstTo(2, 3), Posterior(0.85, 2, 4)]),
    skills=st.dictionaries(
        st.sampled_from([*"uvwxyz", MODEL]), st.builds(Skill, st.integers(0, 20), st.integers(0, 20))
    ),
    excluded=st.frozensets(st.sampled_from("uvwxyz"), max_size=2),
    model_votes=st.booleans(),
)


@st.composite
def under_any_rule(draw: st.DrawFn) -> Question:
    """A question that is decided by one of the rules."""
    return replace(draw(questions()), terms=draw(TERMS))


@st.composite
def with_remarks(draw: st.DrawFn) -> list[Vote]:
    """Votes of which some say that their person is not sure, or flags the question."""
    votes = draw(given_votes())
    marks = [draw(st.sampled_from(Mark)) for _ in votes]
    empty = {Mark.UNSURE, Mark.SKIP}
    return [
        replace(vote, mark=mark, answers=() if mark in empty else vote.answers)
        for vote, mark in zip(votes, marks, strict=True)
    ]


@given(under_any_rule(), with_remarks(), st.data())
def test_under_any_rule_nobody_counts_twice_and_nobody_who_is_excluded(
    asked: Question, votes: list[Vote], data: st.DataObject
) -> None:
    """A vote that is there twice changes nothing, and one of somebody excluded might as well not be there."""
    step = next_step(tracker(LISTENS), asked, votes)
    again = [*votes, *data.draw(st.lists(st.sampled_from(votes), max_size=3))] if votes else votes
    assert next_step(tracker(LISTENS), asked, again) == step
    out = asked.terms.excluded if asked.terms else frozenset()
    assert next_step(tracker(LISTENS), asked, [vote for vote in votes if vote.person not in out]) == step
    for decision in step.decisions if isinstance(step, Close) else ():
        assert len(set(decision.people)) == len(decision.people)
        assert not out & set(decision.people)
        assert MODEL not in decision.people


@given(TRACKERS, st.none() | under_any_rule(), with_remarks(), WAITING, st.randoms())
def test_the_same_conversation_gets_the_same_step_and_stays_as_it_is(
    events: tuple[Event, ...], asked: Question | None, votes: list[Vote], waiting: list[Message], chance: Random
) -> None:
    one, other = tracker(*events), tracker(*events)
    as_they_were = list(votes), list(waiting), asked.as_dict() if asked else None
    step = next_step(one, asked, votes, waiting)
    assert (votes, waiting, asked.as_dict() if asked else None) == as_they_were
    assert one.current_state(EventVerbosity.ALL) == other.current_state(EventVerbosity.ALL)
    shuffled = list(votes)
    chance.shuffle(shuffled)
    assert next_step(other, asked, shuffled, waiting) == step
    assert next_step(one, asked, votes, waiting) == step


@given(questions(), given_votes())
def test_a_close_is_what_people_agreed_on_in_order_up_to_the_first_surprise(asked: Question, votes: list[Vote]) -> None:
    step = next_step(tracker(LISTENS), asked, votes)
    assert isinstance(step, Close | WaitForVotes)
    path = asked.decided
    found = step.decisions if isinstance(step, Close) else ()
    assert [decision.index for decision in found] == list(range(len(path), len(path) + len(found)))
    for decision in found:
        agreed = agreement(votes, path, asked.quorum)
        assert agreed is not None
        assert (decision.answer, decision.people) == (agreed.answer, agreed.people)
        assert len(set(decision.people)) >= asked.quorum
        path = (*path, decision.answer)
    surprises = [d for d in found if d.answer != asked.parts[d.index].suggested or asked.parts[d.index].runs_elsewhere]
    assert surprises in ([], list(found[-1:]))
    if not surprises and len(path) < len(asked.parts):
        assert agreement(votes, path, asked.quorum) is None
