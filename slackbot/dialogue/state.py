"""What is true at one point of a conversation, and how each event changes it. Pure: a state is never altered.

The two reverting events are not here: what they leave is known only to who has the log (see ``applied``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.slots import Slot

ACTION_LISTEN = "action_listen"
ACTION_SESSION_START = "action_session_start"
#: Rasa's name for whatever comes before a rule, or after it; it does nothing.
RULE_SNIPPET = "..."

Slots = Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class Loop:
    """The active loop, a form for most."""

    name: str
    trigger_message: Mapping[str, Any]
    is_interrupted: bool = False
    rejected: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Rasa's JSON."""
        return {
            "name": self.name,
            "is_interrupted": self.is_interrupted,
            "rejected": self.rejected,
            "trigger_message": dict(self.trigger_message),
        }


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a tracker tells beside its events."""

    #: Never altered, but copied.
    slots: dict[str, Any]
    latest_message: UserUttered | None = None
    #: Entities that were found in the latest message after it had been parsed.
    added_entities: tuple[Mapping[str, Any], ...] = ()
    #: ``{}``, ``{"action_name": ...}``, or ``{"action_text": ...}`` after an end-to-end prediction.
    latest_action: Mapping[str, str | None] = field(default_factory=dict)
    followup_action: str | None = ACTION_LISTEN
    paused: bool = False
    active_loop: Loop | None = None

    @property
    def latest_action_name(self) -> str | None:
        """The latest action; after an end-to-end prediction the text that was predicted."""
        return self.latest_action.get("action_name") or self.latest_action.get("action_text")


def initial_state(slots: Slots) -> State:
    """The state before anything was said."""
    return State({name: slot.start_value for name, slot in slots.items()})


def next_state(state: State, event: Event, slots: Slots) -> State:
    """The state after the event; the same object where the event changes nothing."""
    effect = _EFFECTS.get(type(event))
    return effect(state, event, slots) if effect is not None else state


def _user(state: State, event: UserUttered, _: Slots) -> State:
    return replace(state, latest_message=event, added_entities=(), followup_action=None)


def _action(state: State, event: ActionExecuted, _: Slots) -> State:
    named = {"action_name": event.action_name} if event.action_name else {"action_text": event.action_text}
    loop = _loop_after(state.active_loop, event)
    return replace(state, latest_action=named, followup_action=None, active_loop=loop)


def _loop_after(loop: Loop | None, event: ActionExecuted) -> Loop | None:
    if loop is None:
        return None
    rejected = loop.rejected and event.action_name != loop.name
    if rejected == loop.rejected and not loop.is_interrupted:
        return loop
    return replace(loop, is_interrupted=False, rejected=rejected)


def _slot(state: State, event: SlotSet, slots: Slots) -> State:
    slot = slots.get(event.key)
    if slot is None:
        return state
    return replace(state, slots={**state.slots, event.key: slot.coerced(event.value)})


def _reset_slots(state: State, _: AllSlotsReset, slots: Slots) -> State:
    return replace(state, slots=initial_state(slots).slots)


def _restart(_: State, __: Restarted, slots: Slots) -> State:
    return replace(initial_state(slots), followup_action=ACTION_SESSION_START)


def _session(_: State, __: SessionStarted, slots: Slots) -> State:
    return initial_state(slots)


def _pause(state: State, _: ConversationPaused, __: Slots) -> State:
    return replace(state, paused=True)


def _resume(state: State, _: ConversationResumed, __: Slots) -> State:
    return replace(state, paused=False)


def _followup(state: State, event: FollowupAction, _: Slots) -> State:
    return replace(state, followup_action=event.name)


def _active_loop(state: State, event: ActiveLoop, _: Slots) -> State:
    if event.name is None:
        return replace(state, active_loop=None)
    message = state.latest_message or UserUttered()
    return replace(state, active_loop=Loop(event.name, message.parse_data))


def _interrupted(state: State, event: LoopInterrupted, _: Slots) -> State:
    if state.active_loop is None:
        return state
    return replace(state, active_loop=replace(state.active_loop, is_interrupted=event.is_interrupted))


def _rejected(state: State, event: ActionExecutionRejected, _: Slots) -> State:
    if state.active_loop is None or state.active_loop.name != event.action_name:
        return state
    return replace(state, active_loop=replace(state.active_loop, rejected=True))


def _entities(state: State, event: EntitiesAdded, _: Slots) -> State:
    if state.latest_action_name != ACTION_LISTEN:
        return state
    message = state.latest_message or UserUttered()
    known = [*message.entities, *state.added_entities]
    new: list[Mapping[str, Any]] = []
    for entity in event.entities:
        if entity not in known and entity not in new:
            new.append(entity)
    return replace(state, latest_message=message, added_entities=(*state.added_entities, *new))


_EFFECTS: Mapping[type[Event], Callable[[State, Any, Slots], State]] = {
    UserUttered: _user,
    ActionExecuted: _action,
    SlotSet: _slot,
    AllSlotsReset: _reset_slots,
    Restarted: _restart,
    SessionStarted: _session,
    ConversationPaused: _pause,
    ConversationResumed: _resume,
    FollowupAction: _followup,
    ActiveLoop: _active_loop,
    LoopInterrupted: _interrupted,
    ActionExecutionRejected: _rejected,
    EntitiesAdded: _entities,
}
