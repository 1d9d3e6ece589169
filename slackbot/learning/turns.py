"""The turns of a conversation, and a new conversation that branches off before one of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from slackbot.dialogue.events import ActionExecuted, ActiveLoop, Event, Restarted, SessionStarted, UserUttered
from slackbot.dialogue.history import history
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.conversation import Conversation
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.session import Status
from slackbot.store import Store


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


async def fork(store: Store, conversation: Conversation, turn: Turn, new_id: str) -> bool:
    """Opens a conversation that is as this one was before that turn. This one stays as it is.

    The new one has the same session, with what was added to the assistant. False, and nothing changed, if there is a
    conversation of that id. Raises StoreUnavailable.
    """
    session = replace(conversation.session, started_at=time.time(), status=Status.OPEN, trouble=None, ended_by=None)
    prefix = [event.as_dict() for event in conversation.tracker.events[: turn.position]]
    return await store.create(new_id, session.as_dict(), prefix, "parent")
