"""Opening a closed question again: everything from it on is taken back, and its message is asked about anew."""

from __future__ import annotations

from dataclasses import replace

from slackbot.dialogue.events import UserUttered
from slackbot.errors import Refused
from slackbot.learning.closing import without_question
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import require_running
from slackbot.learning.question import ClosedQuestion, Outcome, PartKind
from slackbot.learning.turns import standing
from slackbot.learning.undoing import taken_back_for_good
from slackbot.store import Commit


def reopened(conversation: Conversation, closed: ClosedQuestion, person: str) -> Commit:
    """The commit that takes back everything from the question on, its votes kept as a record.

    A message whose meaning was decided by the question waits for its turn again. The messages of later turns are
    taken back with them, but one that is being asked about just now waits again too. Where a question is open, the
    commit ends only that, and closes no record: ask again for the rest. Raises Refused.
    """
    question = closed.question
    if not conversation.is_open:
        raise Refused("This session is over: nothing in it can be decided anew.")
    require_running(conversation.session)
    found = [
        (at, event) for _, at, event in standing(conversation.tracker) if event.metadata.get("question") == question.id
    ]
    if closed.outcome is not Outcome.DECIDED or not found:
        raise Refused("This was taken back already.")
    if conversation.question is not None:
        return _without_open(conversation, person)
    commit = taken_back_for_good(conversation, found[0][0], person)
    record = replace(closed, outcome=Outcome.REOPENED, by=person)
    asks_meaning = any(isinstance(event, UserUttered) for _, event in found)
    return replace(
        commit,
        closed=record.as_dict(),
        put_back={question.message.ts: {"text": question.message.text}} if asks_meaning else {},
        redraw=(f"card:{question.id}", *commit.redraw),
        judged={**commit.judged, question.id: None},
    )


def _without_open(conversation: Conversation, person: str) -> Commit:
    """Ends the question that is open; its message waits again, if nothing of it is in the log."""
    question = conversation.question
    assert question is not None  # noqa: S101  asked for an open question only
    commit = without_question(conversation, Outcome.UNDONE, person)
    if question.appended or question.parts[0].kind is PartKind.ACTION:
        return replace(commit, turn=None)
    return replace(commit, put_back={question.message.ts: {"text": question.message.text}})
