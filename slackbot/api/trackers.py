"""Trackers that stay between requests, and drafts of what is to be added to them."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from slackbot import clock
from slackbot.api.errors import ApiError
from slackbot.api.written import Raw, WrittenLog, event_text, written
from slackbot.core.protocol import Additions
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event, event_from_dict
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.learning.conversation import with_additions
from slackbot.learning.session import Session
from slackbot.store.logs import Log, Logs

#: Conversations whose trackers are kept, so that a request costs the same however long the log is.
KEPT_TRACKERS = 200
#: Seconds that a request waits for another one to the same conversation.
PATIENCE = 60.0


@dataclass
class Kept:
    """A conversation as it was when it was last read or written, live."""

    tracker: Tracker
    replaced: int
    domain: Domain
    additions: Additions
    is_session: bool
    #: The JSON of the tracker's events, so that none is written twice.
    log: WrittenLog = field(default_factory=WrittenLog)

    @property
    def version(self) -> int:
        """The number of its events."""
        return len(self.tracker.events)

    def extend(self, since: int, events: Iterable[tuple[Event, str]]) -> None:
        """Takes the log's events from position ``since`` on, but for those that it has."""
        new = list(events)[self.version - since :]
        self.tracker.extend(event for event, _ in new)
        self.log.extend(text for _, text in new)

    def take(self, draft: Draft, texts: Iterable[str]) -> None:
        """Takes over a draft whose new events were stored. ``texts`` is what they are written in."""
        self.tracker = draft.tracker
        self.log.extend(texts)

    def draft(self, stamp: Mapping[str, Any]) -> Draft:
        """What Rasa would load, to be added to; this stays as it is."""
        return Draft(self.tracker.reloaded(), stamp, self.log, self.version)


@dataclass
class Draft:
    """A tracker with new events behind what is stored."""

    tracker: Tracker
    #: Metadata that every event gets which has no such already.
    stamp: Mapping[str, Any]
    #: What its first events are written in already, and how many of them.
    log: WrittenLog = field(default_factory=WrittenLog)
    stored: int = 0
    new: list[Event] = field(default_factory=list)

    def add(self, *events: Event) -> None:
        """Appends events, each with the time and the stamp unless it has them."""
        for event in events:
            metadata = {**event.metadata, **self.stamp, **event.metadata}  # its own first, as Rasa writes them
            timestamp = clock.now() if event.timestamp is None else event.timestamp
            is_stamped = timestamp == event.timestamp and metadata == event.metadata
            stamped = event if is_stamped else replace(event, timestamp=timestamp, metadata=metadata)
            self.tracker.append(stamped)
            self.new.append(stamped)

    def state(self, verbosity: EventVerbosity, *, followup: bool = True) -> Raw:
        """The tracker's state as JSON. What of the log was written once is not written again.

        Without its followup action where that is what was predicted: then Rasa no longer has it.
        """
        state: dict[str, Any] = self.tracker.current_state(EventVerbosity.NONE)
        if not followup:
            state["followup_action"] = None
        if verbosity is not EventVerbosity.NONE:
            state["events"] = Raw(b"[", *_with_commas(filter(None, self._shown(verbosity))), b"]")
        return written(state)

    def _shown(self, verbosity: EventVerbosity) -> Iterator[bytes]:
        events, shown = self.tracker.events, self.tracker.shown(verbosity)
        stored = min(self.stored, len(events))
        if verbosity is EventVerbosity.APPLIED:
            places = {id(event): place for place, event in enumerate(events[:stored])}
            for event in shown:
                place = places.get(id(event))
                yield event_text(event).encode() if place is None else self.log.cut(place, place + 1)
            return
        first = len(events) - len(shown)  # the others are the end of the log
        yield self.log.cut(first, stored)
        for event in events[max(first, stored) :]:
            yield event_text(event).encode()


def _with_commas(parts: Iterable[bytes]) -> Iterator[bytes]:
    for number, part in enumerate(parts):
        if number:
            yield b","
        yield part


class Trackers:
    """The conversations of one store."""

    def __init__(self, logs: Logs, domain: Callable[[], Domain]) -> None:
        """``domain`` gives the assistant's own, which a new model may replace."""
        self._logs, self._domain = logs, domain
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, conversation_id: str) -> AsyncIterator[None]:
        """No other request of this process that asks for it works on the conversation meanwhile.

        Raises ApiError where that takes too long.
        """
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE):
                await lock.acquire()
        except TimeoutError:
            problem = f"another request to it has taken more than {PATIENCE:.0f} seconds"
            raise ApiError(500, "ConversationError", f"An unexpected error occurred. Error: {problem}") from None
        try:
            yield
        finally:
            lock.release()

    def known(self, conversation_id: str) -> Kept | None:
        """The conversation as this process last read or wrote it, where it may still be so.

        Not one that is taught in Slack: what its session adds to the domain is only known when it is read.
        """
        kept = self._kept.get(conversation_id)
        return kept if kept and not kept.is_session and kept.domain is self._domain() else None

    async def read(self, conversation_id: str) -> Kept | None:
        """The conversation as it is now; None if there is none. Raises StoreUnavailable."""
        kept = self._kept.get(conversation_id)
        log = await self._logs.read(conversation_id, since=kept.version if kept else 0)
        if not log.exists:
            self._kept.pop(conversation_id, None)
            return None
        kept = self._kept.get(conversation_id)
        additions = Session.from_dict(log.session).additions if log.session else Additions()
        if kept is None or not self._fits(kept, log, additions):
            if log.since:
                self._kept.pop(conversation_id, None)
                return await self.read(conversation_id)
            kept = self._begun(conversation_id, log, additions)
        kept.extend(log.since, [(event_from_dict(json.loads(text)), text) for text in log.events])
        self._keep(conversation_id, kept)
        return kept

    def _fits(self, kept: Kept, log: Log, additions: Additions) -> bool:
        is_same = kept.replaced == log.replaced and kept.domain is self._domain() and kept.additions == additions
        return is_same and log.since <= kept.version and log.since <= log.version

    def _begun(self, conversation_id: str, log: Log, additions: Additions) -> Kept:
        domain = self._domain()
        merged = with_additions(domain, additions) if log.session else domain
        tracker = Tracker(conversation_id, merged)
        return Kept(tracker, log.replaced, domain, additions, log.session is not None)

    def _keep(self, conversation_id: str, kept: Kept) -> None:
        self._kept[conversation_id] = kept
        self._kept.move_to_end(conversation_id)
        if len(self._kept) > KEPT_TRACKERS:
            self._kept.popitem(last=False)

    def begun(self, conversation_id: str) -> Kept:
        """One that has no event yet."""
        return self._begun(conversation_id, Log(0, 0, (), 0, None), Additions())

    async def append(self, kept: Kept, draft: Draft) -> None:
        """Stores the draft's new events behind what was read. Nothing is to be added to the draft from then on.

        Raises Conflict, Refused, StoreUnavailable; then nothing is stored.
        """
        if not draft.new:
            return
        conversation_id, version = kept.tracker.conversation_id, kept.version
        texts = [event_text(event) for event in draft.new]
        await self._logs.append(conversation_id, version, kept.replaced, texts)
        if kept.version == version:  # else somebody has read them again meanwhile
            kept.take(draft, texts)
        self._keep(conversation_id, kept)

    async def replace(self, conversation_id: str, new: Sequence[Event]) -> None:
        """Stores events in the place of all others. Raises Refused, StoreUnavailable; then nothing is stored."""
        await self._logs.replace(conversation_id, [event_text(event) for event in new])
        self._kept.pop(conversation_id, None)
