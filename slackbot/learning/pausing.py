"""A session that people pause: nothing is asked, decided or fired in it until they resume it."""

from __future__ import annotations

from dataclasses import replace

from slackbot.dialogue.events import ConversationPaused, ConversationResumed, Event
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.session import Session
from slackbot.store import Commit

#: In the metadata of the events with which a session is paused and resumed. A custom action may pause a conversation
#: too, which is part of what is taught, and resuming the session leaves that as it is.
BY_SESSION = "session"


def require_running(session: Session) -> None:
    """Raises Refused while the session is paused."""
    if session.paused_by is not None:
        raise Refused("This session is paused: nothing is decided in it until it is resumed, in its first message.")


def pause(conversation: Conversation, person: str) -> Commit:
    """Holds the session, and tells the tracker so unless it is paused already. Raises Refused."""
    if conversation.is_paused:
        raise Refused("This session is paused already.")
    events = () if conversation.tracker.paused else (ConversationPaused(metadata={BY_SESSION: True}),)
    return _switched(conversation, replace(conversation.session, paused_by=person), events)


def resume(conversation: Conversation) -> Commit:
    """Lets the session go on. Raises Refused."""
    if not conversation.is_paused:
        raise Refused("This session is not paused.")
    session = replace(conversation.session, paused_by=None, trouble=None)
    ours = _is_paused_by_session(conversation.tracker)
    return _switched(conversation, session, (ConversationResumed(metadata={BY_SESSION: True}),) if ours else ())


def _is_paused_by_session(tracker: Tracker) -> bool:
    pauses = (event for event in reversed(tracker.applied_events()) if isinstance(event, ConversationPaused))
    latest = next(pauses, None)
    return tracker.paused and latest is not None and bool(latest.metadata.get(BY_SESSION))


def _switched(conversation: Conversation, session: Session, events: tuple[Event, ...]) -> Commit:
    card = (conversation.open_card,) if conversation.open_card else ()
    return Commit(
        session=session.as_dict(), events=tuple(event.as_dict() for event in events), redraw=("parent", *card)
    )
