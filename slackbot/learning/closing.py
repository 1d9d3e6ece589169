"""What every commit does that ends an open question before it is decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slackbot.dialogue.events import Event
from slackbot.learning.conversation import Conversation
from slackbot.learning.question import ClosedQuestion, Outcome
from slackbot.store import Commit


def rows(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events as JSON."""
    return [event.as_dict() for event in events]


def without_question(conversation: Conversation, outcome: Outcome, person: str | None) -> Commit:
    """Ends the open question, if there is one, and the turn; of the log nothing is changed."""
    question = conversation.question
    if question is None:
        return Commit(question=None, turn="none", redraw=("parent",))
    votes = {vote.person: vote.answers for vote in conversation.votes}
    closed = ClosedQuestion(question, outcome, votes, person, conversation.remarks)
    return Commit(
        input_revision=conversation.snapshot.input_revision,  # so that no vote is missing in the record
        question="none",
        closed=closed.as_dict(),
        turn="none",
        redraw=(f"card:{question.id}", "parent"),
        redraw_later=(f"ruling:{question.id}",),
    )
