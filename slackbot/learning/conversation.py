"""A conversation as the learning loop sees it: what the store holds, replayed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass

from slackbot.core.protocol import Additions
from slackbot.crowd.votes import Mark, Vote
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import Refused
from slackbot.learning.question import Message, Question, Remark
from slackbot.learning.session import Session, Status
from slackbot.store import Snapshot, Store

#: Conversations whose trackers are kept between steps, so that a step costs the same however long the log is.
KEPT_TRACKERS = 200


@dataclass(frozen=True)
class Conversation:
    """One moment of a conversation. Its tracker is live: use it before reading the same conversation again."""

    id: str
    tracker: Tracker
    session: Session
    question: Question | None
    votes: tuple[Vote, ...]
    #: The speaker's messages that no turn took up yet, oldest first. A deleted one has no text.
    waiting: tuple[Message, ...]
    snapshot: Snapshot

    @property
    def is_open(self) -> bool:
        """False once somebody pressed finish or abort."""
        return self.session.status is Status.OPEN

    def require_open(self) -> None:
        """Raises Refused once the session is over."""
        if not self.is_open:
            raise Refused(f"This session is {self.session.status.value}: nothing in it can be changed.")

    @property
    def is_paused(self) -> bool:
        """Whether people hold the session: no step is taken in it."""
        return self.session.paused_by is not None

    @property
    def open_card(self) -> str:
        """The name under which the open question is drawn; empty where none is open."""
        return f"card:{self.question.id}" if self.question else ""

    @property
    def remarks(self) -> dict[str, Remark]:
        """What people said of the open question beside answers."""
        return {vote.person: Remark(vote.mark, vote.comment) for vote in self.votes if vote.mark is not Mark.NONE}

    @property
    def version(self) -> int:
        """Grows with the log and with every question that is closed, not when one opens or is voted on.

        A button that carries it was drawn on the state it is pressed for. The length of the log alone would not tell:
        taking back a message that nobody has agreed on yet leaves the log as it is.
        """
        closed = self.snapshot.questions - (self.question is not None)
        return self.snapshot.version + closed


class Reader:
    """Reads conversations, and only what is new of the logs that it has read before."""

    def __init__(self, store: Store, domain: Callable[[], Domain]) -> None:
        """``domain`` gives the assistant's own, which a new model may replace."""
        self._store, self._domain = store, domain
        self._trackers: OrderedDict[str, tuple[Domain, Additions, Tracker]] = OrderedDict()

    async def read(self, conversation_id: str) -> Conversation | None:
        """The conversation as it is now; None if there is none. Raises StoreUnavailable."""
        *_, known = self._trackers.get(conversation_id, (None,))
        snapshot = await self._store.read(conversation_id, since=len(known.events) if known else 0)
        if snapshot is None:
            return None
        session = Session.from_dict(snapshot.session)
        tracker = self._replayed(snapshot, session.additions)
        if tracker is None:
            self._trackers.pop(conversation_id, None)
            return await self.read(conversation_id)
        return Conversation(
            id=conversation_id,
            tracker=tracker,
            session=session,
            question=Question.from_dict(snapshot.question) if snapshot.question else None,
            votes=tuple(Vote(**{**asdict(vote), "mark": Mark(vote.mark)}) for vote in snapshot.votes),
            waiting=tuple(Message(ts, data["text"] or "") for ts, data in snapshot.waiting.items()),
            snapshot=snapshot,
        )

    def _replayed(self, snapshot: Snapshot, additions: Additions) -> Tracker | None:
        """The kept tracker brought up to the snapshot; None if what is kept doesn't fit and all must be read."""
        kept, domain = self._trackers.get(snapshot.conversation_id), self._domain()
        if kept is None or kept[0] is not domain or kept[1] != additions:
            if snapshot.since:
                return None
            tracker = Tracker(snapshot.conversation_id, with_additions(domain, additions))
            kept = (domain, additions, tracker)
        tracker = kept[2]
        missing = len(tracker.events) - snapshot.since
        if missing < 0 or snapshot.since > snapshot.version:  # the latter where the store lost what had been read
            return None
        tracker.extend(event_from_dict(event) for event in snapshot.events[missing:])
        self._trackers[snapshot.conversation_id] = kept
        self._trackers.move_to_end(snapshot.conversation_id)
        if len(self._trackers) > KEPT_TRACKERS:
            self._trackers.popitem(last=False)
        return tracker


def with_additions(domain: Domain, additions: Additions) -> Domain:
    """The domain with what a session has added."""
    return domain.merged(
        intents=additions.intents,
        entities=additions.entities,
        actions=additions.actions,
        responses=additions.responses,
    )
