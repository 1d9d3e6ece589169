"""Asking back where a message was not understood, and mending the conversation once it is, as Rasa does both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from slackbot.core.builtin.responses import utterance
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    Restarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.tracker import Tracker

TWO_STAGE_FALLBACK = "action_two_stage_fallback"
NLU_FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"
_ASK_AFFIRMATION, _ASK_REPHRASE = "action_default_ask_affirmation", "action_default_ask_rephrase"

#: Runs a default action over a tracker: what it leads to.
Run = Callable[[Tracker, str], Iterable[Event]]


def ask_affirmation(tracker: Tracker) -> Iterator[Event]:
    """Asks whether the likeliest intent is meant; of a message that wasn't understood, the likeliest but that."""
    message = tracker.latest_message or UserUttered()
    intent = message.intent_name
    ranking = list(message.parse_data.get("intent_ranking") or [])
    if intent == NLU_FALLBACK and len(ranking) > 1:
        intent = ranking[1].get("name")
    buttons = [
        {"title": "Yes", "payload": f"/{intent}"},
        {"title": "No", "payload": f"/{OUT_OF_SCOPE}"},
    ]
    yield utterance({"text": f"Did you mean '{intent}'?", "buttons": buttons, "utter_action": _ASK_AFFIRMATION})


def revert_fallback(tracker: Tracker) -> Iterator[Event]:
    """Takes back what was asked, so that the message stands in the place of the one not understood."""
    message = tracker.latest_message
    own = [name for name in _actions(tracker) if name != ACTION_LISTEN]
    if message is None or not own or own[-1] not in {_ASK_AFFIRMATION, _ASK_REPHRASE}:
        return
    if own[-1] == _ASK_REPHRASE:
        yield from _reverting(3)
        yield message
        return
    yield from _reverting(2)
    if own[-2:-1] == [_ASK_REPHRASE]:
        yield from _reverting(3)
    yield _certain(message)


def two_stage_fallback(tracker: Tracker, run: Run) -> Iterator[Event]:
    """A turn of the loop that asks for affirmation, then for other words, then for affirmation again, and gives up."""
    starts = tracker.active_loop.get("name") != TWO_STAGE_FALLBACK
    if starts:
        yield ActiveLoop(TWO_STAGE_FALLBACK)
    if not _is_over(tracker):
        affirm = starts or _intents(tracker, 1) == [NLU_FALLBACK]
        yield from run(tracker, _ASK_AFFIRMATION if affirm else _ASK_REPHRASE)
        return
    yield ActiveLoop(None)
    if _has_failed(tracker):
        yield from run(tracker, "action_default_fallback")
    else:
        yield from _clarified(tracker)


def _clarified(tracker: Tracker) -> Iterator[Event]:
    """Takes back all messages of the fallback, and says the last one anew in their place."""
    message = tracker.latest_message
    about = _messages_of_fallback(tracker)
    left = tracker.with_events([ActionExecuted(TWO_STAGE_FALLBACK), ActiveLoop(None)])
    # How many it takes can't be counted: the loop's own turns have left the applied events already.
    while any(event is one for event in left.applied_events() for one in about):
        left.append(UserUtteranceReverted())
        yield UserUtteranceReverted()
    yield ActionExecuted(ACTION_LISTEN)
    if message is not None:
        yield _certain(message)


def _messages_of_fallback(tracker: Tracker) -> list[Event]:
    """Those since the loop began, and the one that it began with."""
    messages: list[Event] = []
    begun = False
    for event in reversed(tracker.events):
        begun = begun or (isinstance(event, ActiveLoop) and event.name == TWO_STAGE_FALLBACK)
        if isinstance(event, UserUttered):
            messages.append(event)
            if begun:
                break
    return messages


def _is_over(tracker: Tracker) -> bool:
    return _intents(tracker, 1) not in ([NLU_FALLBACK], [OUT_OF_SCOPE]) or _has_failed(tracker)


def _has_failed(tracker: Tracker) -> bool:
    """The other words were not understood either, or the second suggestion was denied too."""
    latest = _intents(tracker, 3)
    return latest[-2:] == [NLU_FALLBACK, NLU_FALLBACK] or latest == [OUT_OF_SCOPE, NLU_FALLBACK, OUT_OF_SCOPE]


def _intents(tracker: Tracker, count: int) -> Sequence[str | None]:
    """The intents of the latest messages since the last restart, oldest first; as in Rasa, reverted ones count."""
    intents: list[str | None] = []
    for event in reversed(tracker.events):
        if isinstance(event, Restarted) or len(intents) == count:
            break
        if isinstance(event, UserUttered):
            intents.append(event.intent_name)
    return intents[::-1]


def _actions(tracker: Tracker) -> list[str | None]:
    return [event.action_name for event in tracker.applied_events() if isinstance(event, ActionExecuted)]


def _reverting(messages: int) -> Iterator[Event]:
    yield from (UserUtteranceReverted() for _ in range(messages))
    yield ActionExecuted(ACTION_LISTEN)


def _certain(message: UserUttered) -> UserUttered:
    """The message again, its intent certain now, not stamped with a time."""
    intent = {**message.intent, "confidence": 1.0}
    return UserUttered(
        message.text,
        parse_data={**message.parse_data, "intent": intent},
        input_channel=message.input_channel,
        message_id=message.message_id,
        metadata=message.metadata,
    )
