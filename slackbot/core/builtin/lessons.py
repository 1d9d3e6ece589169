"""Stories and rules as sequences of decisions, with the steps that their files leave unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from slackbot.core.builtin.states import SHOULD_NOT_BE_SET, Decisions, Featurizer
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.stories import Story

#: Stands for all that may have happened before a rule, and after one that doesn't wait for the user.
ANYTHING = "..."


@dataclass(frozen=True)
class Lesson:
    """One story or rule."""

    #: What people are told it is: ``story 'happy path'``.
    title: str
    decisions: Decisions


def story_lesson(story: Story, domain: Domain, featurizer: Featurizer) -> Lesson:
    """A story as decisions, from the start of a conversation to listening again."""
    return Lesson(f"story '{story.name}'", featurizer.decisions(_waiting(spelled_out(story.events, domain))))


def rule_lesson(rule: Story, domain: Domain, featurizer: Featurizer) -> Lesson:
    """A rule as decisions. Unless it holds at the start of a conversation only, the first is ANYTHING.

    A slot or loop that it sets to null is SHOULD_NOT_BE_SET from there on.
    """
    before = () if rule.conversation_start else (ActionExecuted(ANYTHING),)
    steps = spelled_out(rule.events, domain)
    steps = _waiting(steps) if rule.wait_for_user_input else [*steps, ActionExecuted(ANYTHING)]
    events = [_with_explicit_null(event) for event in (*rule.condition, *before, *steps)]
    return Lesson(f"rule '{rule.name}'", featurizer.decisions(events, initial_slots=False))


def spelled_out(events: Iterable[Event], domain: Domain) -> list[Event]:
    """The steps with what a real conversation has beside them: listening before each message, slots set by entities."""
    told: list[Event] = []
    for event in events:
        if isinstance(event, UserUttered):
            if not _is_listening(told):
                told.append(ActionExecuted(ACTION_LISTEN))
            told += [event, *_slots_of_entities(event, domain)]
        else:
            told.append(event)
    return told


def _waiting(events: list[Event]) -> list[Event]:
    """The events with listening at the end, but for a story that breaks off at a message: it teaches no answer."""
    last = _last_turn(events)
    ends_turn = isinstance(last, ActionExecuted) and last.action_name != ACTION_LISTEN
    return [*events, ActionExecuted(ACTION_LISTEN)] if ends_turn else events


def _is_listening(events: list[Event]) -> bool:
    last = _last_turn(events)
    return isinstance(last, ActionExecuted) and last.action_name == ACTION_LISTEN


def _last_turn(events: list[Event]) -> ActionExecuted | UserUttered | None:
    turns = (event for event in reversed(events) if isinstance(event, ActionExecuted | UserUttered))
    return next(turns, None)


def _with_explicit_null(event: Event) -> Event:
    match event:
        case SlotSet(value=None):
            return SlotSet(event.key, SHOULD_NOT_BE_SET)
        case ActiveLoop(name=None):
            return ActiveLoop(SHOULD_NOT_BE_SET)
    return event


def _slots_of_entities(message: UserUttered, domain: Domain) -> Iterator[SlotSet]:
    """What Rasa sets in a story without being told: slots that are mapped from an entity on no condition."""
    for slot in domain.slots.values():
        values = [
            entity.get("value")
            for mapping in slot.mappings
            if mapping.get("type") == "from_entity" and not mapping.get("conditions")
            for entity in message.entities
            if all(entity.get(key) == mapping.get(key) for key in ("entity", "role", "group"))
        ]
        if values:
            yield SlotSet(slot.name, values if slot.type == "list" else values[-1])
