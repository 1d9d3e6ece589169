"""Writes conversations as Rasa's stories: what still counts of them, one story for each part between restarts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from slackbot.dialogue.annotations import annotate_readably
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.history import told
from slackbot.dialogue.story import Checkpoint, Story
from slackbot.dialogue.story_alternatives import Alternatives, alternatives
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import FORMAT_VERSION, Block, Exact, Quoted, to_yaml

Steps = list[dict[str, Any]]

_LISTEN = "action_listen"
# Implied in a story, or no decision of the dialogue.
_UNWRITTEN_ACTIONS = {_LISTEN, "action_session_start", "action_unlikely_intent", "..."}


def story_steps(events: Iterable[Event], *, as_test: bool = False, as_rule: bool = False) -> Steps:
    """The steps of one story in Rasa's form, in order; events that no step stands for are left out, and messages
    without text and intent.

    The events are applied ones (or those of a Story). A message becomes its intent (a retrieval intent with its
    full name) and entities with role and group; it becomes ``user:`` with marked text where it has no intent or was
    featurized as text. Entities of the types "role" and "group" can't be told from roles and groups and are left out.

    ``as_test`` writes Rasa's test stories (end-to-end): every message that has a text is ``user:`` with its marked
    text beside its intent, and no list of entities. ``as_rule`` keeps ``action_listen``, which a rule can predict.
    """
    found = _story_events(events, keeps_listening=as_rule)
    return [step for event in found if (step := _step(event, as_test=as_test))]


def stories_of(events: Iterable[Event], name: str, domain: Domain | None = None) -> list[Story]:
    """The stories that one conversation teaches: what still applies of each part between restarts.

    A new session begins a new story too, since it forgets what was before like a restart does. Parts without a
    message of the user are left out; the others are named NAME, NAME_2, NAME_3. The events are as in a story that
    was read: without ``action_listen`` and without markers.
    """
    parts = [tuple(_story_events(part)) for part in _applied_parts(events, domain or Domain.from_dict({}))]
    taught = [part for part in parts if any(isinstance(event, UserUttered) for event in part)]
    return [
        Story(name if number == 1 else f"{name}_{number}", "story", part) for number, part in enumerate(taught, start=1)
    ]


def stories_yaml(stories: Sequence[Story], *, as_test: bool = False) -> str:
    """A complete file of stories, then rules, each with its checkpoints. Empty text if no story has a step.

    Stories that were read from the alternatives of one ``or`` are written as that ``or`` again. For ``as_test`` see
    ``story_steps``.
    """
    groups = alternatives(stories)
    items = {
        "stories": [_story_item(first, steps) for first, steps in _written(groups, "story", as_test=as_test)],
        "rules": [_rule_item(first, steps) for first, steps in _written(groups, "rule", as_test=as_test)],
    }
    written = {key: [item for item in found if item["steps"]] for key, found in items.items()}
    if not any(written.values()):
        return ""
    return to_yaml({"version": Quoted(FORMAT_VERSION)} | {key: found for key, found in written.items() if found})


def _applied_parts(events: Iterable[Event], domain: Domain) -> Iterator[list[Event]]:
    tracker = Tracker("", domain)
    for event in told(events):
        if isinstance(event, Restarted | SessionStarted):
            yield tracker.applied_events()
        tracker.append(event)
    yield tracker.applied_events()


def _story_events(events: Iterable[Event], *, keeps_listening: bool = False) -> list[Event]:
    """The events that have steps; what later events say about a message is worked into it."""
    found: list[Event] = []
    as_text: dict[int, bool] = {}
    message: int | None = None
    action: str | None = None
    for event in events:
        if isinstance(event, EntitiesAdded | DefinePrevUserUtteredFeaturization):
            if message is None or action != _LISTEN:
                continue
            if isinstance(event, EntitiesAdded):
                found[message] = _with_entities(found[message], event)
            else:
                as_text[message] = bool(event.use_text_for_featurization)  # the last one counts
            continue
        if isinstance(event, UserUttered):
            message = len(found)
        elif isinstance(event, ActionExecuted):
            action = event.action_name or event.action_text
        if _is_written(event) or (keeps_listening and action == _LISTEN and isinstance(event, ActionExecuted)):
            found.append(event)
    return [_without_intent(event) if as_text.get(index) else event for index, event in enumerate(found)]


def _is_written(event: Event) -> bool:
    if isinstance(event, ActionExecuted):
        return event.action_name not in _UNWRITTEN_ACTIONS
    return isinstance(event, UserUttered | SlotSet | ActiveLoop)


def _with_entities(message: Event, event: EntitiesAdded) -> UserUttered:
    """The message with the entities that it lacks."""
    assert isinstance(message, UserUttered)  # noqa: S101  the caller keeps the index of a message
    new = [dict(entity) for entity in event.entities if dict(entity) not in message.entities]
    return _changed(message, entities=message.entities + new)


def _without_intent(message: Event) -> Event:
    """A message as it is where it was featurized as text."""
    if not isinstance(message, UserUttered) or not message.text:
        return message
    return _changed(message, intent={"name": "", "confidence": 1.0})


def _changed(message: UserUttered, **understood: Any) -> UserUttered:
    return UserUttered(
        message.text,
        parse_data={**message.parse_data, **understood},
        timestamp=message.timestamp,
        input_channel=message.input_channel,
        message_id=message.message_id,
        metadata=message.metadata,
    )


def _step(event: Event, *, as_test: bool) -> dict[str, Any]:
    if isinstance(event, UserUttered):
        return _test_step(event) if as_test else _user_step(event)
    if isinstance(event, ActionExecuted):
        return {"action": event.action_name} if event.action_name else {"bot": event.action_text}
    if isinstance(event, SlotSet):
        return {"slot_was_set": [{event.key: event.value}]}
    assert isinstance(event, ActiveLoop)  # noqa: S101  _story_events keeps no other event
    return {"active_loop": event.name}


def _user_step(event: UserUttered) -> dict[str, Any]:
    name = event.intent_name and (event.intent.get("full_retrieval_intent_name") or event.intent_name)
    step: dict[str, Any] = {"intent": name} if name else {}
    entities = [_entity(entity) for entity in event.entities if entity.get("entity") not in ("role", "group")]
    if entities:
        step["entities"] = entities
    if not name and event.text:
        step["user"] = _message(annotate_readably(event.text, event.entities))
    return step


def _test_step(event: UserUttered) -> dict[str, Any]:
    step = _user_step(event)
    if event.text:
        step.pop("entities", None)
        step["user"] = _message(annotate_readably(event.text, event.entities))
    return step


def _message(text: str) -> str:
    # Rasa and we strip unquoted text.
    return Block(text) if text == text.strip() else Exact(text)


def _entity(entity: Mapping[str, Any]) -> str | dict[str, Any]:
    """``{type: value}`` with role and group; the bare type where there is no value."""
    name = str(entity["entity"])
    if "value" not in entity:
        return name
    parts = {key: entity[key] for key in ("role", "group") if entity.get(key)}
    return {name: entity["value"], **parts}


def _written(groups: Iterable[Alternatives], kind: str, *, as_test: bool) -> Iterator[tuple[Story, Steps]]:
    """The stories of a kind, each with its steps; alternatives of the same step stand in an ``or``."""
    for first, choices in groups:
        if first.kind != kind:
            continue
        write = partial(story_steps, as_test=as_test, as_rule=kind == "rule")
        if all(len(events) == 1 for events in choices):
            yield first, write(first.events)
        else:
            steps = [write(events) for events in choices]
            yield first, [{"or": found} if len(found) > 1 else found[0] for found in steps if found]


def _story_item(story: Story, steps: Steps) -> dict[str, Any]:
    before = [_checkpoint(checkpoint) for checkpoint in story.start]
    after = [_checkpoint(checkpoint) for checkpoint in story.end]
    return {"story": story.name, "steps": [*before, *steps, *after] if steps else []}


def _rule_item(rule: Story, steps: Steps) -> dict[str, Any]:
    item: dict[str, Any] = {"rule": rule.name}
    if rule.conversation_start:
        item["conversation_start"] = True
    if rule.condition:
        item["condition"] = story_steps(rule.condition)
    item["steps"] = steps
    if not rule.wait_for_user_input:
        item["wait_for_user_input"] = False
    return item


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    step: dict[str, Any] = {"checkpoint": checkpoint.name}
    if checkpoint.conditions:
        step["slot_was_set"] = [{name: value} for name, value in checkpoint.conditions.items()]
    return step
