"""The turns of a conversation, and a new conversation that branches off before one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    ReminderCancelled,
    Restarted,
    SessionStarted,
    UserUttered,
)
from slackbot.dialogue.history import history
from slackbot.dialogue.reminders import due_at, pending
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.conversation import Conversation
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.session import Forked, Status
from slackbot.store import Store

#: What is no answer to a message.
_SILENT = {ACTION_LISTEN, "action_session_start"}


@dataclass(frozen=True)
class Turn:
    """A message of the user that was not taken back."""

    #: Its index in the log.
    position: int
    message: UserUttered
    #: How many restarts came before it.
    part: int


def first_events(now: float) -> list[dict[str, Any]]:
    """How every conversation begins: a session, and the assistant listening. ``now`` in Unix seconds."""
    events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted(ACTION_LISTEN)]
    return [{"timestamp": now, **event.as_dict()} for event in events]


def standing(tracker: Tracker) -> Iterator[tuple[int, int, Event]]:
    """Every event of the log that was not taken back: its part between restarts, its index, itself.

    Unlike the applied events these hold earlier parts, and every turn of a form.
    """
    part, start, log = 0, 0, history(tracker.events)
    for end in [*(index for index, (_, event) in enumerate(log) if isinstance(event, Restarted)), len(log)]:
        # Without loops no turn is pruned from a replay as a form's happy path.
        events = [event for _, event in log[start:end] if not isinstance(event, ActiveLoop)]
        kept = {id(event) for event in Tracker(tracker.conversation_id, tracker.domain, events).applied_events()}
        yield from ((part, position, event) for position, event in log[start:end] if id(event) in kept)
        part, start = part + 1, end + 1


def turns_of(tracker: Tracker) -> list[Turn]:
    """The turns, oldest first, those before a restart too."""
    return [Turn(index, event, part) for part, index, event in standing(tracker) if isinstance(event, UserUttered)]


@dataclass(frozen=True)
class Told:
    """A turn in short; a restart has no text."""

    #: From 1, over all parts.
    number: int
    text: str | None
    actions: tuple[str, ...] = ()


def so_far(tracker: Tracker, position: int) -> list[Told]:
    """The turns that counted when the log had that length, and the restarts between them."""
    told, part_before = list[Told](), 0
    for part, _, event in standing(Tracker(tracker.conversation_id, tracker.domain, tracker.events[:position])):
        number = told[-1].number if told else 0
        if part != part_before and told:
            told.append(Told(number, None))
        part_before = part
        if isinstance(event, UserUttered):
            told.append(Told(number + 1, event.text or ""))
        elif isinstance(event, ActionExecuted) and told and told[-1].text is not None:
            name = event.action_name or event.action_text or ""
            if name not in _SILENT:
                told[-1] = replace(told[-1], actions=(*told[-1].actions, name))
    return told


async def fork(
    store: Store, conversation: Conversation, turn: Turn, new_id: str, *, owner: str | None = None, now: float
) -> bool:
    """Opens a conversation that is as this one was before that turn. This one stays as it is.

    The new one has the same session, with what was added to the assistant, and ``owner`` or the same owner. Reminders
    that would have fired before ``now`` (Unix seconds) are cancelled in it. Its questions are numbered on, so that none
    has the number of one that is decided in both. False, and nothing changed, if there is a conversation of that id.
    Raises StoreUnavailable.
    """
    numbers = [each.position for each in turns_of(conversation.tracker)]
    session = replace(
        conversation.session,
        owner=owner or conversation.session.owner,
        started_at=now,
        status=Status.OPEN,
        trouble=None,
        ended_by=None,
        paused_by=None,
        forked=Forked(conversation.id, numbers.index(turn.position) + 1, turn.position),
        branches=(),
    )
    shared = conversation.tracker.events[: turn.position]
    events = [*shared, *_cancelled(Tracker(new_id, conversation.tracker.domain, shared), now)]
    rows = [event.as_dict() for event in events]
    return await store.create(new_id, session.as_dict(), rows, "parent", questions=conversation.snapshot.questions)


def _cancelled(tracker: Tracker, now: float) -> list[Event]:
    overdue = [reminder for reminder in pending(tracker) if due_at(reminder) <= now]
    return [ReminderCancelled(one.name, one.intent, one.entities, timestamp=now) for one in overdue]
