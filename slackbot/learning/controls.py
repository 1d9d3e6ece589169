"""The buttons of a session: undo, restart, abort, finish. Each is a commit worked out from the conversation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    BotUttered,
    Event,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import pause, require_running, resume
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import ClosedQuestion, Outcome, PartKind
from slackbot.learning.session import Status
from slackbot.store import Commit


class Control(StrEnum):
    """What a session's buttons do."""

    UNDO = "undo"
    RESTART = "restart"
    ABORT = "abort"
    FINISH = "finish"
    PAUSE = "pause"
    RESUME = "resume"


def commit_of(control: Control, conversation: Conversation, person: str) -> tuple[Commit, str]:
    """What a control comes to, and words that say so. Raises Refused when there is nothing to do."""
    if not conversation.is_open:
        raise Refused(f"This session is {conversation.session.status.value}: nothing in it can be changed.")
    if control in {Control.UNDO, Control.RESTART}:
        require_running(conversation.session)
    if control in {Control.UNDO, Control.RESTART}:
        require_running(conversation.session)
    match control:
        case Control.UNDO:
            return _undo(conversation, person)
        case Control.RESTART:
            return _restart(conversation, person)
        case Control.ABORT:
            return _end(conversation, person, Status.ABORTED), "The session is aborted. Nothing is exported."
        case Control.FINISH:
            return _end(conversation, person, Status.FINISHING), "The session is finished. The files are on their way."
        case Control.PAUSE:
            return pause(conversation, person), "The session is paused: nothing is decided until it is resumed."
        case Control.RESUME:
            return resume(conversation), "The session goes on."


def undone(conversation: Conversation, person: str) -> Commit:
    """Takes back what undo takes back. Raises Refused when there is nothing."""
    return _undo(conversation, person)[0]


def undoable(conversation: Conversation) -> str | None:
    """What undo would take back, in words; None when there is nothing."""
    try:
        return _undo(conversation, "")[1]
    except Refused:
        return None


def _undo(conversation: Conversation, person: str) -> tuple[Commit, str]:
    question = conversation.question
    if question is not None and question.parts[0].kind is PartKind.INTENT and not question.appended:
        return without_question(conversation, Outcome.UNDONE, person), f"taken back: “{question.message.text}”"
    tail = _turn(conversation.tracker)
    actions = [event for event in tail if isinstance(event, ActionExecuted)]
    if not tail or not isinstance(tail[0], UserUttered):
        raise Refused("There is nothing to undo.")
    if not actions:
        commit = _reverting(conversation, Outcome.UNDONE, person, _message_reverted(conversation.tracker))
        return commit, f"taken back: “{tail[0].text}”"
    last = actions[-1].metadata.get("question")
    undone = [event for event in actions if event.metadata.get("question") == last]
    commit = _reverting(conversation, Outcome.UNDONE, person, [ActionReverted()] * len(undone))
    names = ", ".join(str(event.action_name) for event in undone if event.action_name != ACTION_LISTEN)
    return replace(commit, turn=tail[0].message_id), f"taken back: {names or 'waiting for a message'}"


def _turn(tracker: Tracker) -> list[Event]:
    """The applied events from the latest user message on."""
    applied = tracker.applied_events()
    return applied[_start_of_turn(applied) :]


def _start_of_turn(applied: Sequence[Event]) -> int:
    """The index of the latest user message; the end where there is none."""
    return next((i for i in reversed(range(len(applied))) if isinstance(applied[i], UserUttered)), len(applied))


def _message_reverted(tracker: Tracker) -> list[Event]:
    """Events that take back the latest user message and listen again, as Rasa's interactive learning does.

    The listening before the message goes with it. The new one stands for it and is counted to the same question, so
    that another undo takes back the turn before as a whole.
    """
    applied = tracker.applied_events()
    before = applied[: _start_of_turn(applied)]
    listening = next((event for event in reversed(before) if isinstance(event, ActionExecuted)), None)
    metadata = listening.metadata if listening is not None else {}
    return [UserUtteranceReverted(), ActionExecuted(ACTION_LISTEN, metadata=metadata)]


def _restart(conversation: Conversation, person: str) -> tuple[Commit, str]:
    commit = replace(
        without_question(conversation, Outcome.RESTARTED, person),
        events=rows([Restarted(), ActionExecuted(ACTION_LISTEN)]),
    )
    return commit, "The conversation starts anew. What came before is kept as a story of its own."


def ended_by_itself(conversation: Conversation) -> Commit:
    """Finishes a session that was abandoned, unless a vote, a message or an event comes meanwhile."""
    return replace(
        _end(conversation, None, Status.FINISHING),
        version=conversation.snapshot.version,
        question_revision=conversation.snapshot.question_revision,
        input_revision=conversation.snapshot.input_revision,
        session_revision=conversation.snapshot.session_revision,
    )


def _end(conversation: Conversation, person: str | None, status: Status) -> Commit:
    commit = replace(
        without_question(conversation, Outcome.ENDED, person),
        session=conversation.session.ended(status, person).as_dict(),
        over=status is Status.ABORTED,
    )
    if status is not Status.ABORTED:
        return commit
    questions = {str(number): None for number in range(1, conversation.snapshot.questions + 1)}
    taught = any(isinstance(event, UserUttered) for event in conversation.tracker.events)
    return replace(commit, judged=questions, corrected=taught)


def withdrawal(conversation: Conversation) -> Commit:
    """Takes the open turn back because its message was edited or deleted; an edited one waits for its turn again."""
    ts = conversation.snapshot.turn
    assert ts is not None  # noqa: S101  Withdraw is for an open turn only
    turn = _turn(conversation.tracker)
    in_log = bool(turn) and isinstance(turn[0], UserUttered) and turn[0].message_id == ts
    deleted = any(message.ts == ts and not message.text for message in conversation.waiting)
    if in_log and not conversation.tracker.is_listening:
        commit = _reverting(conversation, Outcome.MESSAGE_CHANGED, None, _message_reverted(conversation.tracker))
    else:
        commit = without_question(conversation, Outcome.MESSAGE_CHANGED, None)
    return replace(commit, taken=(ts,) if deleted else ())


def _reverting(conversation: Conversation, outcome: Outcome, person: str | None, events: Sequence[Event]) -> Commit:
    """Appends events that take something back; what the bot had said of it is drawn anew."""
    commit = without_question(conversation, outcome, person)
    gone = taken_back(conversation.tracker, conversation.tracker.with_events(events))
    texts = (f"bot:{position}" for position, event in gone.items() if isinstance(event, BotUttered))
    questions = (event.metadata.get("question") for event in gone.values())
    return replace(
        commit,
        events=rows(events),
        redraw=(*commit.redraw, *texts),
        corrected=outcome is Outcome.UNDONE,
        judged={str(question): None for question in questions if question},
    )


def taken_back(before: Tracker, after: Tracker) -> dict[int, Event]:
    """What counted before and doesn't count any more, by its position in the log."""
    applied = {id(event) for event in before.applied_events()} - {id(event) for event in after.applied_events()}
    return {position: event for position, event in enumerate(before.events) if id(event) in applied}


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
