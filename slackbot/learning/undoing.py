"""Undo and redo: a conversation is taken back to an earlier point of its log, and forth again.

The log only grows. What is appended leads Rasa's own replay to the state of the earlier point, and is marked so that
stories, examples and reminders are those of that point too (``dialogue/history.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
    event_from_dict,
)
from slackbot.dialogue.history import MARK, Jump, history, undone
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.errors import Refused
from slackbot.learning.closing import rows, without_question
from slackbot.learning.conversation import Conversation
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import Message, Outcome, PartKind
from slackbot.learning.turns import standing
from slackbot.store import Commit

#: In the metadata of a restart that people pressed, and no action led to.
BY_CONTROL = "control"


@dataclass(frozen=True)
class Step:
    """A point to go back to: how long the log was there, and what is taken back then, in words."""

    position: int
    words: str


def last_step(conversation: Conversation) -> Step | None:
    """What one undo takes back: an undecided message, what the latest question decided, a message, a restart."""
    undecided = undecided_message(conversation)
    if undecided is not None:
        return Step(len(conversation.tracker.events), f"“{undecided.text}”")
    log = history(conversation.tracker.events)
    restarts = [index for index, (_, event) in enumerate(log) if isinstance(event, Restarted)]
    start = log[restarts[-1]][0] if restarts else -1
    said = [(position, event) for _, position, event in standing(conversation.tracker) if position > start]
    messages = [index for index, (_, event) in enumerate(said) if isinstance(event, UserUttered)]
    if messages:
        return _last_of_turn(said[messages[-1] :])
    return restart_step(log, restarts[-1]) if restarts else None


def undecided_message(conversation: Conversation) -> Message | None:
    """The message that is asked about and not in the log yet."""
    question = conversation.question
    if question is None or question.parts[0].kind is not PartKind.INTENT or question.appended:
        return None
    return question.message


def _last_of_turn(turn: Sequence[tuple[int, Event]]) -> Step:
    actions = [(position, event) for position, event in turn if isinstance(event, ActionExecuted)]
    position, message = turn[0]
    if not actions:
        return Step(position, f"“{message.text}”" if isinstance(message, UserUttered) else "")
    return _decided_together(actions)


def _decided_together(actions: Sequence[tuple[int, ActionExecuted]]) -> Step:
    """The actions that the question of the last of them decided."""
    question = actions[-1][1].metadata.get("question")
    together = [(position, event) for position, event in actions if event.metadata.get("question") == question]
    names = ", ".join(str(event.action_name) for _, event in together if event.action_name != ACTION_LISTEN)
    return Step(together[0][0], names or "waiting for a message")


def restart_step(log: Sequence[tuple[int, Event]], index: int) -> Step:
    """A restart that people pressed; what led to one goes with it."""
    position, restart = log[index]
    question = restart.metadata.get("question")
    turn = log[:index]
    messages = [place for place, (_, event) in enumerate(turn) if isinstance(event, UserUttered)]
    actions = [
        (place, event) for place, event in turn[messages[-1] if messages else 0 :] if isinstance(event, ActionExecuted)
    ]
    led_to = bool(actions) and question is not None and actions[-1][1].metadata.get("question") == question
    return (
        _decided_together(actions) if led_to and BY_CONTROL not in restart.metadata else Step(position, "the restart")
    )


def undo(conversation: Conversation, person: str) -> tuple[Commit, str]:
    """One step back. Raises Refused when there is nothing to undo."""
    step = last_step(conversation)
    if step is None:
        raise Refused("There is nothing to undo.")
    return taken_back_to(conversation, step.position, person), f"taken back: {step.words}"


def redo(conversation: Conversation, person: str) -> tuple[Commit, str]:
    """Takes back the latest undo that was not taken back yet. Raises Refused when there is none.

    A message that is asked about meanwhile waits again.
    """
    jumps = undone(conversation.tracker.events)
    if not jumps:
        raise Refused("There is nothing to redo: nothing was undone, or something new was taught since.")
    latest, waiting = jumps[-1], undecided_message(conversation)
    jump = Jump(latest.start, len(conversation.tracker.events), redo=True)
    commit = _going(conversation, jump, Outcome.REDONE, person)
    back = dict[str, dict[str, Any]]()
    if waiting is not None:
        back[waiting.ts] = {"text": waiting.text}
    if latest.message is not None:
        back[str(latest.message["ts"])] = {"text": str(latest.message["text"])}
    return replace(commit, put_back=back), f"done again: {_words_of(conversation, latest)}"


def _words_of(conversation: Conversation, jump: Jump) -> str:
    """What a jump had taken back, in words."""
    log = conversation.tracker.events
    before, kept = history(log[: jump.start]), {position for position, _ in history(log[: jump.to])}
    gone = [event for position, event in before if position not in kept]
    said = [f"“{event.text}”" for event in gone if isinstance(event, UserUttered)]
    said += [f"“{jump.message['text']}”"] if jump.message is not None else []
    if said:
        return said[0] if len(said) == 1 else f"{said[0]} and {len(said) - 1} more"
    if any(isinstance(event, Restarted) for event in gone):
        return "the restart"
    actions = [str(event.action_name) for event in gone if isinstance(event, ActionExecuted)]
    return ", ".join(name for name in actions if name != ACTION_LISTEN) or "waiting for a message"


def taken_back_to(conversation: Conversation, position: int, person: str) -> Commit:
    """Goes back to where the log had that length. It can be taken back again."""
    undecided = undecided_message(conversation)
    message = {"ts": undecided.ts, "text": undecided.text} if undecided is not None else None
    jump = Jump(position, len(conversation.tracker.events), message=message)
    return _going(conversation, jump, Outcome.UNDONE, person)


def taken_back_for_good(
    conversation: Conversation, position: int, person: str | None, outcome: Outcome = Outcome.UNDONE
) -> Commit:
    """Goes back to where the log had that length, and no redo leads forth again."""
    jump = Jump(position, len(conversation.tracker.events), final=True)
    return _going(conversation, jump, outcome, person)


def _going(conversation: Conversation, jump: Jump, outcome: Outcome, person: str | None) -> Commit:
    """Leads the conversation to an earlier point; what the thread had shown of what changes is drawn anew."""
    tracker = conversation.tracker
    new = [jump.mark(row) for row in rows(way_to(tracker, jump.to))]
    after = tracker.with_events(map(event_from_dict, new))
    changed = changes(tracker, after)
    questions = dict.fromkeys(
        str(event.metadata["question"]) for event in changed.values() if event.metadata.get("question")
    )
    texts = (f"bot:{position}" for position, event in changed.items() if isinstance(event, BotUttered))
    commit = without_question(conversation, outcome, person)
    spoken = after.latest_message
    over = after.is_listening or after.paused or spoken is None
    return replace(
        commit,
        events=new,
        turn="none" if over or spoken is None else spoken.message_id,
        # The parent last: who presses its fresh Undo must have been able to see what the one before took back.
        redraw=(*(name for name in commit.redraw if name != "parent"), *texts, "parent"),
        redraw_later=(*commit.redraw_later, *(f"card:{question}" for question in questions)),
        corrected=bool(changed),
        judged=dict.fromkeys(questions),
    )


def changes(before: Tracker, after: Tracker) -> dict[int, Event]:
    """What counts in one of two states of a conversation and not in the other, by its position in the log."""
    then, now = ({position: event for _, position, event in standing(tracker)} for tracker in (before, after))
    return {position: {**then, **now}[position] for position in sorted(then.keys() ^ now.keys())}


def way_to(tracker: Tracker, position: int) -> list[Event]:
    """Events, at least one, behind which Rasa's replay of the log stands where it stood at an earlier length.

    As few as take back what came since, if that leads there. Otherwise the conversation is told again from its last
    beginning: a restart or a form's turns, of which a replay keeps only the first, can't be taken back by events.
    """
    target = Tracker(tracker.conversation_id, tracker.domain, tracker.events[:position])
    short = _taken_back(tracker, target)
    if short is not None and is_as(tracker.with_events(short), target):
        return short
    return _told_anew(tracker.events[:position])


def _taken_back(tracker: Tracker, target: Tracker) -> list[Event] | None:
    """What takes back the last actions and messages that ``target`` doesn't have, then what went too far."""
    wanted = target.applied_events()
    shared = _shared(tracker.applied_events(), wanted)
    moment, events = tracker.with_events(()), list[Event]()
    while not events or len(moment.applied_events()) > shared:
        applied = moment.applied_events()
        last = next((event for event in reversed(applied) if isinstance(event, ActionExecuted | UserUttered)), None)
        if last is None:
            return None
        events.append(UserUtteranceReverted() if isinstance(last, UserUttered) else ActionReverted())
        moment.append(events[-1])
    return [*events, *map(_again, wanted[len(moment.applied_events()) :])]


def _told_anew(log: Sequence[Event]) -> list[Event]:
    """The history of a log from its last restart or session start on."""
    said = [event for _, event in history(log)]
    starts = [index for index, event in enumerate(said) if isinstance(event, Restarted | SessionStarted)]
    if not starts:
        return [SessionStarted(), *map(_again, said)]
    start = starts[-1]
    before = said[start - 1] if start else None
    if isinstance(before, ActionExecuted) and before.action_name == "action_session_start":
        start -= 1
    return [_again(event) for event in said[start:]]


def _shared(ours: Sequence[Event], theirs: Sequence[Event]) -> int:
    """How many events both begin with."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((index for index, (a, b) in pairs if not _is_alike(a, b)), min(len(ours), len(theirs)))


def is_as(one: Tracker, other: Tracker) -> bool:
    """Whether two trackers are in the same state, but for when it was reached and by which channel."""
    ours, theirs = one.applied_events(), other.applied_events()
    if len(ours) != len(theirs) or not all(map(_is_alike, ours, theirs)):
        return False
    states = [
        {**tracker.current_state(EventVerbosity.NONE), "latest_event_time": None, "latest_input_channel": None}
        for tracker in (one, other)
    ]
    return states[0] == states[1]


def _is_alike(one: Event, other: Event) -> bool:
    return one is other or content(one) == content(other)


def content(event: Event) -> dict[str, Any]:
    """An event's JSON without its time and without marks."""
    row = event.as_dict()
    row.pop("timestamp", None)
    row["metadata"] = {key: value for key, value in (row.get("metadata") or {}).items() if key != MARK}
    return row


def _again(event: Event) -> Event:
    return event_from_dict(content(event))
