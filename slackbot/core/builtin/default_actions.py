"""The actions that every assistant has: what each says and sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from slackbot.core.builtin.fallback_actions import ask_affirmation, revert_fallback, two_stage_fallback
from slackbot.core.builtin.responses import bot_message
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from slackbot.dialogue.slots import REQUESTED_SLOT
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.tracker import Tracker


def default_outcome(tracker: Tracker, action: str) -> Iterator[Event]:
    """What one of Rasa's default actions leads to, after its own ActionExecuted."""
    message = bot_message(tracker, _RESPONSES[action]) if action in _RESPONSES else None
    if message is not None:
        yield message
    if action in _OUTCOMES:
        yield from _OUTCOMES[action](tracker)


def _restart(_: Tracker) -> Iterator[Event]:
    yield Restarted()


def _session_start(tracker: Tracker) -> Iterator[Event]:
    yield SessionStarted()
    if tracker.domain.session_config.carry_over_slots_to_new_session:
        for event in tracker.applied_events():
            if isinstance(event, SlotSet):
                yield SlotSet(event.key, event.value, metadata=event.metadata)
    yield ActionExecuted(ACTION_LISTEN)


def _default_fallback(_: Tracker) -> Iterator[Event]:
    yield UserUtteranceReverted()


def _back(_: Tracker) -> Iterator[Event]:
    # Once for the message that asked to go back, once for the one before it.
    yield UserUtteranceReverted()
    yield UserUtteranceReverted()


def _deactivate_loop(_: Tracker) -> Iterator[Event]:
    yield ActiveLoop(None)
    yield SlotSet(REQUESTED_SLOT, None)


def _two_stage_fallback(tracker: Tracker) -> Iterator[Event]:
    yield from two_stage_fallback(tracker, default_outcome)


_OUTCOMES: Mapping[str, Callable[[Tracker], Iterator[Event]]] = {
    "action_restart": _restart,
    "action_session_start": _session_start,
    "action_default_fallback": _default_fallback,
    "action_back": _back,
    "action_deactivate_loop": _deactivate_loop,
    "action_default_ask_affirmation": ask_affirmation,
    "action_revert_fallback_events": revert_fallback,
    "action_two_stage_fallback": _two_stage_fallback,
}

#: The responses that default actions give, if the domain has them.
_RESPONSES: Mapping[str, str] = {
    "action_restart": "utter_restart",
    "action_default_fallback": "utter_default",
    "action_back": "utter_back",
    "action_default_ask_rephrase": "utter_ask_rephrase",
}
