"""What the assistant would do next, worked out ahead so that one card can ask about a whole turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slackbot.core.protocol import Core
from slackbot.dialogue.events import BotUttered, Event, UserUttered
from slackbot.dialogue.reminders import REMINDER
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.intents import intent_named, suggested_intent
from slackbot.learning.question import (
    How,
    Message,
    Part,
    PartKind,
    Question,
    answered_entities,
    entities_answer,
)

ACTION_LISTEN = "action_listen"
ACTION_EXTRACT_SLOTS = "action_extract_slots"
MODEL_VERSION = "model_version"
UNASKED = "unasked"
#: A plan that hasn't come to listening by then is asked about as far as it goes.
LONGEST_PLAN = 10


def understanding(parse_data: Mapping[str, Any]) -> tuple[Part, Part]:
    """The parts that ask what a message means."""
    intent, version = parse_data.get("intent") or {}, parse_data.get("model_version")
    return (
        Part(PartKind.INTENT, suggested_intent(parse_data), confidence=intent.get("confidence"), model_version=version),
        Part(PartKind.ENTITIES, entities_answer(parse_data.get("entities") or ()), model_version=version),
    )


async def plan(core: Core, tracker: Tracker) -> tuple[Part, ...]:
    """The actions up to listening, or up to the first whose outcome only running it tells.

    Raises CoreFailed. The tracker is left as it is.
    """
    parts: list[Part] = []
    while not tracker.paused and len(parts) < LONGEST_PLAN:
        prediction = await core.predict(tracker)
        elsewhere = core.runs_elsewhere(prediction.action, tracker)
        events: Sequence[Event] = ()
        if not elsewhere:
            events = await core.execute(tracker, prediction.action)
            tracker = tracker.with_events(events)
        parts.append(
            Part(
                PartKind.ACTION,
                prediction.action,
                confidence=prediction.confidence,
                policy=prediction.policy,
                reason=prediction.reason,
                says=said(events),
                runs_elsewhere=elsewhere,
                precedents=prediction.precedents,
                model_version=prediction.model_version,
            )
        )
        if elsewhere or prediction.action == ACTION_LISTEN or tracker.is_listening:  # so ends a session's start too
            break
    return tuple(parts)


async def understood(core: Core, tracker: Tracker, question: Question) -> list[Event]:
    """The events that the understanding parts come to, decided or as suggested: the message, then slots from it."""
    user = user_event(question)
    slots = await core.execute(tracker.with_events([user]), ACTION_EXTRACT_SLOTS)
    return [user, *slots]


def user_event(question: Question) -> UserUttered:
    """The message with the intent and entities that the question's parts say."""
    intent, entities = question.parts[:2]
    found = question.parse_data.get("entities") or ()
    parse_data = {key: value for key, value in question.parse_data.items() if key != MODEL_VERSION}
    if intent.answer != intent.suggested or entities.answer != entities.suggested:
        # A correction replaces what the core said of the whole message, as Rasa's interactive learning has it.
        parse_data = {
            "text": question.message.text,
            "intent": intent_named(intent.answer),
            "entities": answered_entities(entities.answer, found),
        }
    return UserUttered(
        text=question.message.text,
        parse_data=parse_data,
        input_channel="slack",
        message_id=question.message.ts,
        metadata=noted(intent, entities),
    )


def noted(*parts: Part) -> dict[str, Any]:
    """The metadata of an event that these parts decided: which model was asked, whatever people answered.

    ``unasked`` where one of them was decided without people.
    """
    version = parts[0].model_version
    unasked = {UNASKED: True} if any(part.how is How.UNASKED for part in parts) else {}
    return ({} if version is None else {MODEL_VERSION: version}) | unasked


def said(events: Iterable[Event]) -> tuple[str, ...]:
    """The texts of what the bot says in these events."""
    return tuple(event.text for event in events if isinstance(event, BotUttered) and event.text)


def message_of(tracker: Tracker) -> Message:
    """The message of the turn that the tracker is in."""
    spoken = tracker.latest_message
    if spoken is None:
        return Message("", "")
    return Message(spoken.message_id or "", spoken.text or "", spoken.metadata.get(REMINDER))
