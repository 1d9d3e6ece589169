"""What a session's buttons do: undo, redo, restart, abort, finish, pause. Each is worked out as one commit."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from slackbot.dialogue.events import (
    ActionExecuted,
    Restarted,
    UserUttered,
)
from slackbot.learning.closing import rows, without_question
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import pause, require_running, resume
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import Outcome
from slackbot.learning.session import Status
from slackbot.learning.turns import turns_of
from slackbot.learning.undoing import BY_CONTROL, last_step, redo, taken_back_for_good, undo
from slackbot.store import Commit


class Control(StrEnum):
    """What a session's buttons do."""

    UNDO = "undo"
    REDO = "redo"
    RESTART = "restart"
    ABORT = "abort"
    FINISH = "finish"
    PAUSE = "pause"
    RESUME = "resume"


def commit_of(control: Control, conversation: Conversation, person: str) -> tuple[Commit, str]:
    """What a control comes to, and words that say so. Raises Refused when there is nothing to do."""
    conversation.require_open()
    if control in {Control.UNDO, Control.REDO, Control.RESTART}:
        require_running(conversation.session)
    match control:
        case Control.UNDO:
            return undo(conversation, person)
        case Control.REDO:
            return redo(conversation, person)
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


def undoable(conversation: Conversation) -> str | None:
    """What undo would take back, in words; None when there is nothing."""
    step = last_step(conversation)
    return f"taken back: {step.words}" if step is not None else None


def _restart(conversation: Conversation, person: str) -> tuple[Commit, str]:
    commit = replace(
        without_question(conversation, Outcome.RESTARTED, person),
        events=rows([Restarted(metadata={BY_CONTROL: True}), ActionExecuted(ACTION_LISTEN)]),
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
    turn = next(reversed(turns_of(conversation.tracker)), None)
    deleted = any(message.ts == ts and not message.text for message in conversation.waiting)
    if turn is not None and turn.message.message_id == ts and not conversation.tracker.is_listening:
        commit = taken_back_for_good(conversation, turn.position, None, Outcome.MESSAGE_CHANGED)
    else:
        commit = without_question(conversation, Outcome.MESSAGE_CHANGED, None)
    return replace(commit, taken=(ts,) if deleted else ())
