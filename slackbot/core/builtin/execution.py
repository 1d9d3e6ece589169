"""Running an action: the events that Rasa's own actions and responses lead to. None is stamped with a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from slackbot.core.builtin.extraction import slot_events
from slackbot.core.builtin.responses import bot_message
from slackbot.dialogue.domain import DEFAULT_ACTIONS, Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from slackbot.dialogue.slots import REQUESTED_SLOT
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.tracker import Tracker

EXTRACT_SLOTS = "action_extract_slots"


def is_known_beforehand(action: str, domain: Domain) -> bool:
    """Whether the action is a response (an end-to-end one too) or one of Rasa's default actions."""
    if action in domain.forms:
        return False
    responses = (*domain.responses, *domain.e2e_actions)
    return action in responses or action in DEFAULT_ACTIONS or action.startswith("utter_")


def execute(tracker: Tracker, action: str, *, policy: str | None, confidence: float | None) -> list[Event]:
    """The action's own ActionExecuted and what it said and set.

    As in Rasa, a choice without a confidence (a person's) is written down with 0.0. ``action_extract_slots`` gives
    slot events only.
    """
    if action == EXTRACT_SLOTS:
        return slot_events(tracker)
    certainty = confidence if confidence is not None else 0.0
    if action in tracker.domain.e2e_actions:
        return [ActionExecuted(None, policy, certainty, action_text=action), BotUttered(action)]
    return [ActionExecuted(action, policy, certainty), *_outcome(tracker, action)]


def _outcome(tracker: Tracker, action: str) -> Iterator[Event]:
    message = bot_message(tracker, _RESPONSES.get(action, action))
    if message is not None:
        yield message
    if action in _DEFAULT_OUTCOMES:
        yield from _DEFAULT_OUTCOMES[action](tracker)
    elif action in tracker.domain.forms and tracker.active_loop.get("name") != action:
        yield ActiveLoop(action)


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


_DEFAULT_OUTCOMES: Mapping[str, Callable[[Tracker], Iterator[Event]]] = {
    "action_restart": _restart,
    "action_session_start": _session_start,
    "action_default_fallback": _default_fallback,
    "action_back": _back,
    "action_deactivate_loop": _deactivate_loop,
}

#: The responses that default actions give, if the domain has them.
_RESPONSES: Mapping[str, str] = {
    "action_restart": "utter_restart",
    "action_default_fallback": "utter_default",
    "action_back": "utter_back",
    "action_default_ask_rephrase": "utter_ask_rephrase",
}
