"""Where an agreed event comes from: its conversation, the question that decided it, the votes and the rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from slackbot.dialogue.events import ActionExecuted, Event, UserUttered, events_from_dicts
from slackbot.dialogue.history import told
from slackbot.learning.question import ClosedQuestion, PartKind
from slackbot.learning.session import Session
from slackbot.learning.voted import voted
from slackbot.store import Store


@dataclass(frozen=True)
class Taught:
    """A conversation in the store."""

    id: str
    session: Session
    #: ts of the Slack thread; None where it has none.
    thread_ts: str | None
    #: What counts as said of the log, the earlier stories too.
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Origin:
    """What stands behind one event."""

    #: The conversation in which it was decided: the one that this one was forked from, where that was before.
    conversation: str
    closed: ClosedQuestion
    #: The places, among the question's parts, of those that decided it: intent and entities, or an action.
    places: tuple[int, ...]

    def tally(self, place: int) -> list[tuple[str, tuple[str, ...]]]:
        """The answers to a part (see ``plain_answer``) and who gave them: the agreed one first, then by votes."""
        one = next((one for one in voted(self.conversation, self.closed) if one.index == place), None)
        if one is None:
            return []
        counts = Counter(one.answers.values())
        answers = sorted(counts, key=lambda answer: (answer != one.agreed, -counts[answer], answer))
        return [(answer, tuple(name for name, given in one.answers.items() if given == answer)) for answer in answers]


class Provenance:
    """Finds origins. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def taught(self, conversation_id: str) -> Taught | None:
        """The conversation of that id; None if there is none."""
        snapshot = await self._store.read(conversation_id)
        if snapshot is None:
            return None
        events = tuple(told(events_from_dicts(snapshot.events)))
        return Taught(conversation_id, Session.from_dict(snapshot.session), snapshot.thread_ts, events)

    async def origin(self, taught: Taught, event: Event, others: Collection[str]) -> Origin | None:
        """What decided an event of the log; None where nothing did, or its question is not closed yet.

        ``others`` are the ids of conversations that this one may be forked from.
        """
        question_id = str(event.metadata.get("question") or "")
        message = _message_of(taught.events, event)
        if not question_id:
            return None
        for conversation_id in (taught.id, *others):
            record = await self._store.closed_question(conversation_id, question_id)
            closed = ClosedQuestion.from_dict(record) if record else None
            if closed is not None and closed.question.message.ts == message:
                places = _places(closed, taught.events, event)
                return Origin(conversation_id, closed, places) if places else None
        return None


def _message_of(events: Sequence[Event], event: Event) -> str:
    """The ts of the message in whose turn the event is."""
    ts = ""
    for each in events:
        if isinstance(each, UserUttered):
            ts = each.message_id or ""
        if each is event:
            break
    return ts


def _places(closed: ClosedQuestion, events: Sequence[Event], event: Event) -> tuple[int, ...]:
    parts = closed.question.parts
    action = _behind(events, event)
    if isinstance(action, UserUttered):
        meaning = {PartKind.INTENT, PartKind.ENTITIES}
        return tuple(place for place, part in enumerate(parts) if part.kind in meaning)
    if action is None:
        return ()
    same = [
        each
        for each in events
        if isinstance(each, ActionExecuted)
        and each.action_name == action.action_name
        and each.metadata.get("question") == action.metadata.get("question")
    ]
    decided = [
        place for place, part in enumerate(parts) if part.kind is PartKind.ACTION and part.decided == action.action_name
    ]
    which = next(number for number, each in enumerate(same) if each is action)
    return (decided[min(which, len(decided) - 1)],) if decided else ()


def _behind(events: Sequence[Event], event: Event) -> ActionExecuted | UserUttered | None:
    """The message or action that the event is, or that brought it about."""
    cause = None
    for each in events:
        if isinstance(each, ActionExecuted | UserUttered):
            cause = each
        if each is event:
            break
    return cause
