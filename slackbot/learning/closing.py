"""What a commit does that ends an open question: before it is decided, or with votes that came after that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from slackbot.crowd.votes import counting
from slackbot.dialogue.events import Event
from slackbot.learning.conversation import Conversation
from slackbot.learning.question import ClosedQuestion, Outcome
from slackbot.store import Commit


def rows(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events as JSON."""
    return [event.as_dict() for event in events]


def votes_of(conversation: Conversation) -> dict[str, tuple[str, ...]]:
    """Each person's answers to the open question."""
    return {vote.person: vote.answers for vote in conversation.votes}


def without_question(conversation: Conversation, outcome: Outcome, person: str | None) -> Commit:
    """Ends the open question, if there is one, and the turn; of the log nothing is changed."""
    question = conversation.question
    if question is None:
        return Commit(question=None, turn="none", redraw=("parent",))
    closed = ClosedQuestion(question, outcome, votes_of(conversation), person, conversation.remarks)
    return Commit(
        input_revision=conversation.snapshot.input_revision,  # so that no vote is missing in the record
        question="none",
        closed=closed.as_dict(),
        turn="none",
        redraw=(f"card:{question.id}", "parent"),
        redraw_later=(f"ruling:{question.id}",),
    )


def with_late_votes(commit: Commit, conversation: Conversation) -> Commit:
    """The commit, and in the record of the question that it closes the votes as they are now.

    For a question whose last action was decided before it ran. Who voted since has no say in what was decided, and is
    not named among those who decided it. But to that action they have given an answer, which the statistics and
    skills count; to the parts before it they have not, so they make nothing gold. Who had answered already has
    answered that, whatever they vote later.
    """
    if commit.closed is None:
        return commit
    closed = ClosedQuestion.from_dict(commit.closed)
    question = closed.question
    *before, ran = question.parts
    voters = counting(conversation.votes, question.decided[: len(before)])
    late = {vote.person: vote.answers[len(before)] for vote in voters if vote.person not in ran.given}
    question = replace(question, parts=(*before, replace(ran, given={**ran.given, **late})))
    closed = replace(closed, question=question, votes=votes_of(conversation), remarks=conversation.remarks)
    return replace(commit, closed=closed.as_dict(), input_revision=conversation.snapshot.input_revision)
