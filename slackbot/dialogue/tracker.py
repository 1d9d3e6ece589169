"""A tracker: the log of one conversation and what it leads to, with the semantics of Rasa's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from enum import Enum
from functools import partial
from types import MappingProxyType
from typing import Any

from slackbot.dialogue.applied import AppliedEvents
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event, Restarted, UserUttered
from slackbot.dialogue.shared_list import SharedList
from slackbot.dialogue.state import State, initial_state, next_state


class EventVerbosity(Enum):
    """Which events a tracker's state shows."""

    #: None at all.
    NONE = "NONE"
    #: Those that still count.
    APPLIED = "APPLIED"
    #: All since the last restart, reverted ones too.
    AFTER_RESTART = "AFTER_RESTART"
    #: The whole log.
    ALL = "ALL"


class Tracker:
    """One conversation. Events are ordered by their position in the log; no clock is ever looked at."""

    def __init__(self, conversation_id: str, domain: Domain, events: Iterable[Event] = ()) -> None:
        self.conversation_id = conversation_id
        self.domain = domain
        self._events: SharedList[Event] = SharedList()
        self._after_restart = 0
        self._input_channel: str | None = None
        self._state = initial_state(domain.slots)
        self._applied = AppliedEvents(self._state, partial(next_state, slots=domain.slots), self._state)
        self.extend(events)

    @property
    def events(self) -> Sequence[Event]:
        """The log. To be read only."""
        return self._events

    def append(self, event: Event) -> None:
        """Take the next event. Costs the same however long the log is; reverting costs what is reverted."""
        self._state = self._applied.append(event, self._state)
        self._events.append(event)
        if isinstance(event, UserUttered):
            self._input_channel = event.input_channel
        elif isinstance(event, Restarted):
            self._after_restart = len(self._events)

    def extend(self, events: Iterable[Event]) -> None:
        """Append each."""
        for event in events:
            self.append(event)

    def with_events(self, events: Iterable[Event]) -> Tracker:
        """A tracker with the log of this one and these events; this one is untouched."""
        other = self._copy(self._state)
        other.extend(events)
        return other

    def reloaded(self) -> Tracker:
        """The tracker that Rasa would load from a store: its state comes from the applied events alone.

        It differs in the followup action behind a restart, and in the latest message where a form has run: form
        turns are no longer among the applied events.
        """
        return self._copy(self._applied.state)

    def _copy(self, state: State) -> Tracker:
        other = copy(self)
        vars(other).update(_state=state, _events=self._events.copy(), _applied=self._applied.copy())
        return other

    def applied_events(self) -> list[Event]:
        """The events that still count: since the last restart or session start, without what was reverted.

        Of a form's happy path only the first run is kept, with the slots and bot messages of the others.
        """
        return list(self._applied.events)

    def states_before_actions(self) -> Iterator[State]:
        """What replaying the applied events leads to: now, then before each action that counts, the latest first.

        Looking at the first few costs the same however long the log is.
        """
        return self._applied.states_before_actions()

    @property
    def slots(self) -> Mapping[str, Any]:
        """The value of every slot of the domain."""
        return MappingProxyType(self._state.slots)

    @property
    def latest_message(self) -> UserUttered | None:
        """The user message that counts, with the entities that were added to it."""
        return _with_added_entities(self._state)

    @property
    def latest_action_name(self) -> str | None:
        """The latest action; after an end-to-end prediction the text that was predicted."""
        return self._state.latest_action_name

    @property
    def followup_action(self) -> str | None:
        """The action that is to run next, whatever the policies say."""
        return self._state.followup_action

    @property
    def paused(self) -> bool:
        return self._state.paused

    @property
    def active_loop(self) -> Mapping[str, Any]:
        """``{}``, or name, is_interrupted, rejected and trigger_message."""
        return self._state.active_loop.as_dict() if self._state.active_loop is not None else {}

    @property
    def is_listening(self) -> bool:
        """Whether it's the user's turn: the last action that counts is ``action_listen``, with no message after it."""
        return self._applied.is_listening

    def current_state(self, verbosity: EventVerbosity = EventVerbosity.APPLIED) -> dict[str, Any]:
        """The tracker as ``GET /conversations/{id}/tracker`` answers it."""
        return {
            "sender_id": self.conversation_id,
            "slots": dict(self._state.slots),
            "latest_message": self._latest_message_state(),
            "latest_event_time": self._events[-1].timestamp if self._events else None,
            "followup_action": self.followup_action,
            "paused": self.paused,
            "events": self._shown(verbosity),
            "latest_input_channel": self._input_channel,
            "active_loop": dict(self.active_loop),
            "latest_action": dict(self._state.latest_action),
            "latest_action_name": self.latest_action_name,
        }

    def _shown(self, verbosity: EventVerbosity) -> list[dict[str, Any]] | None:
        return None if verbosity is EventVerbosity.NONE else [event.as_dict() for event in self.shown(verbosity)]

    def shown(self, verbosity: EventVerbosity) -> Sequence[Event]:
        """The events that a verbosity shows. To be read only."""
        if verbosity is EventVerbosity.NONE:
            return []
        if verbosity is EventVerbosity.APPLIED:
            return self._applied.events
        return self._events[self._after_restart :] if verbosity is EventVerbosity.AFTER_RESTART else self._events

    def _latest_message_state(self) -> dict[str, Any]:
        message = self.latest_message or UserUttered()
        return {**message.parse_data, "entities": message.entities}


def _with_added_entities(state: State) -> UserUttered | None:
    message = state.latest_message
    if message is None or not state.added_entities:
        return message
    entities = [*message.entities, *state.added_entities]
    return UserUttered(
        message.text,
        parse_data={**message.parse_data, "entities": entities},
        timestamp=message.timestamp,
        input_channel=message.input_channel,
        message_id=message.message_id,
        metadata=message.metadata,
        extra=message.extra,
    )
