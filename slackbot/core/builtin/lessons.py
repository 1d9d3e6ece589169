"""Stories and rules as sequences of decisions, with the steps that their files leave unsaid."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from slackbot.core.builtin.states import SHOULD_NOT_BE_SET, Decisions, Featurizer
from slackbot.core.protocol import Precedent
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
    #: What all ways through the same story have in common: where it stands, or else its name.
    origin: tuple[str, int | None]
    #: What it says at each of them, and where.
    precedents: tuple[Precedent, ...]


def story_lesson(story: Story, domain: Domain, featurizer: Featurizer, folder: Path | None = None) -> Lesson:
    """A story as decisions, from the start of a conversation to listening again. ``folder`` is the project's."""
    steps = whole_steps(story, domain)
    return _lesson(story, featurizer.decisions(steps), steps, folder)


def whole_steps(story: Story, domain: Domain) -> list[Event]:
    """The events of a conversation that goes like the story, until the assistant listens again."""
    return _waiting(spelled_out(story.events, domain))


def rule_lesson(rule: Story, domain: Domain, featurizer: Featurizer, folder: Path | None = None) -> Lesson:
    """A rule as decisions. Unless it holds at the start of a conversation only, the first is ANYTHING.

    A slot or loop that it sets to null is SHOULD_NOT_BE_SET from there on. ``folder`` is the project's.
    """
    before = () if rule.conversation_start else (ActionExecuted(ANYTHING),)
    steps = spelled_out(rule.events, domain)
    steps = _waiting(steps) if rule.wait_for_user_input else [*steps, ActionExecuted(ANYTHING)]
    events = [_with_explicit_null(event) for event in (*rule.condition, *before, *steps)]
    return _lesson(rule, featurizer.decisions(events, initial_slots=False), [*before, *steps], folder)


def _lesson(story: Story, decisions: Decisions, steps: Iterable[Event], folder: Path | None) -> Lesson:
    precedents = tuple(
        Precedent(action, story.kind, story.name, _shown(path, folder), line)
        for action, (path, line) in zip(decisions.actions, places_of_actions(story, steps), strict=True)
    )
    origin = (story.name, None) if story.line is None else (str(story.path), story.line)
    return Lesson(f"{story.kind} '{story.name}'", decisions, origin, precedents)


def places_of_actions(story: Story, steps: Iterable[Event]) -> Iterator[tuple[Path | None, int | None]]:
    """Where each action among the steps stands. One that the story leaves unsaid stands with the step before it."""
    paths = story.event_paths or (story.path,) * len(story.events)
    lines = story.event_lines or (story.line,) * len(story.events)
    written = deque(zip(story.events, paths, lines, strict=True))
    path, line = story.path, story.line
    for step in steps:
        if written and step is written[0][0]:
            _, path, line = written.popleft()
        if isinstance(step, ActionExecuted):
            yield path, line


def _shown(path: Path | None, folder: Path | None) -> str:
    if path is None:
        return ""
    return (path.relative_to(folder) if folder and path.is_relative_to(folder) else path).as_posix()


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
