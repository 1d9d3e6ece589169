"""Opening a closed question again: everything from it on is taken back, and its message is asked about anew."""

from __future__ import annotations

from dataclasses import replace

from slackbot.dialogue.events import Event, UserUttered, event_from_dict
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import Refused
from slackbot.learning.controls import undone, without_question
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import require_running
from slackbot.learning.question import ClosedQuestion, Outcome, PartKind
from slackbot.store import Commit

#: Steps back at most: no conversation is longer.
_MOST_STEPS = 1000


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
    if closed.outcome is not Outcome.DECIDED or not _counts(conversation.tracker, question.id):
        raise Refused("This was taken back already.")
    if conversation.question is not None:
        return _without_open(conversation, person)
    commit, moment = Commit(), conversation
    asks_meaning = any(_of(event, question.id, UserUttered) for event in moment.tracker.applied_events())
    for _ in range(_MOST_STEPS):
        if not _counts(moment.tracker, question.id):
            break
        step = undone(moment, person)
        events = [event_from_dict(row) for row in step.events]
        moment = replace(moment, tracker=moment.tracker.with_events(events))
        commit = replace(
            step,
            events=(*commit.events, *step.events),
            redraw=tuple(dict.fromkeys((*commit.redraw, *step.redraw))),
            judged={**commit.judged, **step.judged},
        )
    record = replace(closed, outcome=Outcome.REOPENED, by=person)
    back = {question.message.ts: {"text": question.message.text}} if asks_meaning else {}
    return replace(
        commit,
        closed=record.as_dict(),
        put_back=back,
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


def _counts(tracker: Tracker, question_id: str) -> bool:
    """Whether anything that the question decided is still part of the conversation."""
    return any(_of(event, question_id, Event) for event in tracker.applied_events())


def _of(event: Event, question_id: str, kind: type[Event]) -> bool:
    return isinstance(event, kind) and event.metadata.get("question") == question_id
