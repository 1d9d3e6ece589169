"""What a session's buttons do: undo, redo, restart, abort, finish, pause. Each is worked out as one commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from slackbot.dialogue.events import (
    ActionExecuted,
    BotUttered,
    Event,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.history import MARK
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.closing import rows, without_question
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import pause, require_running, resume
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import Outcome
from slackbot.learning.session import Status
from slackbot.learning.undoing import BY_CONTROL, changes, last_step, redo, undo
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
    metadata = dict(listening.metadata) if listening is not None else {}
    metadata.pop(MARK, None)
    return [UserUtteranceReverted(), ActionExecuted(ACTION_LISTEN, metadata=metadata)]


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
    turn = _turn(conversation.tracker)
    in_log = bool(turn) and isinstance(turn[0], UserUttered) and turn[0].message_id == ts
    deleted = any(message.ts == ts and not message.text for message in conversation.waiting)
    if in_log and not conversation.tracker.is_listening:
        commit = _without_message(conversation)
    else:
        commit = without_question(conversation, Outcome.MESSAGE_CHANGED, None)
    return replace(commit, taken=(ts,) if deleted else ())


def _without_message(conversation: Conversation) -> Commit:
    """Takes the turn back; what the bot had said in it is drawn anew. No redo brings back what was edited."""
    commit = without_question(conversation, Outcome.MESSAGE_CHANGED, None)
    events = _message_reverted(conversation.tracker)
    gone = changes(conversation.tracker, conversation.tracker.with_events(events))
    texts = (f"bot:{position}" for position, event in gone.items() if isinstance(event, BotUttered))
    questions = (event.metadata.get("question") for event in gone.values())
    return replace(
        commit,
        events=rows(events),
        redraw=(*commit.redraw, *texts),
        judged={str(question): None for question in questions if question},
    )
