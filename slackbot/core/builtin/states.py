"""Conversation states as Rasa's policies see them: what is known each time the assistant decides on an action."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from slackbot.dialogue import state as dialogue
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    Event,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.slots import Slot
from slackbot.dialogue.state import ACTION_LISTEN

#: Stands for "no value" in rules, where leaving out a slot or loop means "any".
SHOULD_NOT_BE_SET = "should_not_be_set"

#: What the policies see of a slot: the numbers of its type's encoding, or SHOULD_NOT_BE_SET.
Feature = tuple[float, ...] | str


class State(NamedTuple):
    """What is known at one decision. The first of a conversation has no previous action."""

    previous: str | None = None
    #: Of the latest message, however long ago. Entities are featurised ones, sorted; ``city#from`` is a role or group.
    intent: str | None = None
    entities: tuple[str, ...] = ()
    #: By name, those with a feature only.
    slots: tuple[tuple[str, Feature], ...] = ()
    loop: str | None = None

    @property
    def answers_message(self) -> bool:
        """The user has just spoken; otherwise the assistant is at the start or in the middle of its turn."""
        return self.previous == ACTION_LISTEN

    def with_only(self, slots: Collection[str]) -> State:
        """The same without what other slots hold."""
        if not self.slots:
            return self
        kept = tuple(item for item in self.slots if item[0] in slots)
        return self if len(kept) == len(self.slots) else self._replace(slots=kept)


@dataclass(frozen=True)
class Decisions:
    """A stretch of conversation: ``actions[i]`` was taken in ``states[i]``; one more state, the last, is now."""

    states: tuple[State, ...]
    actions: tuple[str, ...]

    def __iter__(self) -> Iterator[tuple[tuple[State, ...], str]]:
        """Each action with all states up to the one that it was taken in."""
        for count, action in enumerate(self.actions, start=1):
            yield self.states[:count], action

    def with_only(self, slots: Collection[str]) -> Decisions:
        """The same without what other slots held."""
        return Decisions(tuple(state.with_only(slots) for state in self.states), self.actions)


def begun_at(states: Sequence[State], start: int) -> tuple[State, ...]:
    """The states as they would be if the conversation had begun with the action before ``states[start]``.

    What the user had said and what slots had held until then is forgotten; an active loop is not.
    """
    beginning, before = states[0], states[start - 1]
    forgotten = set(before.slots) - set(beginning.slots)
    begun = [State(slots=beginning.slots, loop=before.loop)]
    heard = False
    for state in states[start:]:
        heard = heard or state.answers_message
        slots = tuple(item for item in state.slots if item not in forgotten)
        intent, entities = (state.intent, state.entities) if heard else (None, ())
        begun.append(State(state.previous, intent, entities, slots, state.loop))
    return tuple(begun)


class Featurizer:
    """Turns events into states by the settings of one domain."""

    def __init__(self, domain: Domain) -> None:
        self.slots = {name: slot for name, slot in domain.slots.items() if slot.influence_conversation}
        self._intents = domain.intent_properties
        self._entities = domain.entity_properties

    def decisions(self, events: Iterable[Event], *, initial_slots: bool = True) -> Decisions:
        """Replay applied events. Without initial slots the states have only slots that an event has set."""
        replay = _Replay(self, initial_slots)
        for event in events:
            replay.take(event)
        return Decisions((*replay.states, replay.state), tuple(replay.actions))

    def now(self, tracker: dialogue.State, known: tuple[dialogue.State, State] | None = None) -> State:
        """What the policies see in a state that replaying applied events leads to.

        ``known``: another such state, and what they see in it. Where the slots are those, they are not looked at again.
        """
        message, loop = tracker.latest_message, tracker.active_loop
        return State(
            previous=tracker.latest_action_name,
            intent=message.intent_name if message is not None else None,
            entities=self.entities(message) if message is not None else (),
            slots=known[1].slots if known and known[0].slots is tracker.slots else self._slots_seen(tracker.slots),
            loop=loop.name if loop is not None else None,
        )

    def _slots_seen(self, values: Mapping[str, Any]) -> tuple[tuple[str, Feature], ...]:
        features = ((name, slot_feature(slot, values[name])) for name, slot in self.slots.items())
        return tuple(sorted((name, feature) for name, feature in features if feature is not None))

    def entities(self, message: UserUttered) -> tuple[str, ...]:
        """The names that the policies see, with roles and groups beside them, by name."""
        if not message.entities:  # most have none, and a prediction looks at dozens
            return ()
        names: set[str] = set()
        for entity in message.entities:
            name = entity.get("entity")
            if name is not None and self._is_seen(name, message.intent_name):
                names.add(name)
                names.update(f"{name}#{entity[key]}" for key in ("role", "group") if entity.get(key) is not None)
        return tuple(sorted(names))

    def _is_seen(self, entity: str, intent: str | None) -> bool:
        if entity in self._entities and not self._entities[entity].influence_conversation:
            return False
        known = self._intents.get(intent or "")
        return known is None or entity in known.used_entities


@dataclass
class _Replay:
    featurizer: Featurizer
    initial_slots: bool
    state: State = field(default_factory=State)
    states: list[State] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    _features: dict[str, Feature] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reset_slots()

    def take(self, event: Event) -> None:
        match event:
            case UserUttered():
                entities = self.featurizer.entities(event)
                self.state = self.state._replace(intent=event.intent_name, entities=entities)
            case ActionExecuted():
                self.states.append(self.state)
                self.actions.append(event.action_name or event.action_text or "")
                self.state = self.state._replace(previous=self.actions[-1])
            case SlotSet():
                self._set_slot(event.key, event.value)
            case AllSlotsReset():
                self._reset_slots()
            case ActiveLoop():
                self.state = self.state._replace(loop=event.name)

    def _set_slot(self, name: str, value: Any) -> None:
        slot = self.featurizer.slots.get(name)
        feature = None if slot is None else slot_feature(slot, value)
        if feature is None:
            self._features.pop(name, None)
        else:
            self._features[name] = feature
        self.state = self.state._replace(slots=tuple(sorted(self._features.items())))

    def _reset_slots(self) -> None:
        self._features.clear()
        self.state = self.state._replace(slots=())
        if self.initial_slots:
            for name, slot in self.featurizer.slots.items():
                self._set_slot(name, slot.start_value)


def slot_feature(slot: Slot, value: Any) -> Feature | None:
    """What the policies see of a value, in Rasa's encoding of the slot's type; None if they see nothing."""
    if value is None:
        return None
    if value == SHOULD_NOT_BE_SET:
        return SHOULD_NOT_BE_SET
    match slot.type:
        case "text":
            return (1.0,)
        case "bool":
            return (1.0, float(_as_bool(value)))
        case "list":
            return (1.0,) if value else None
        case "categorical":
            return _category(slot, value)
        case "float":
            return _in_range(slot, value)
    return None


def _as_bool(value: Any) -> bool:
    return value.strip().lower() in {"true", "1", "1.0"} if isinstance(value, str) else bool(value)


def _category(slot: Slot, value: Any) -> Feature:
    """One position for each value that the domain lists, and a last one for all others."""
    listed = [str(known).lower() for known in slot.values]
    position = listed.index(str(value).lower()) if str(value).lower() in listed else len(listed)
    return tuple(float(index == position) for index in range(len(listed) + 1))


def _in_range(slot: Slot, value: Any) -> Feature | None:
    try:
        capped = min(max(float(value), slot.min_value), slot.max_value)
    except (TypeError, ValueError):
        return None
    return (1.0, (capped - slot.min_value) / ((slot.max_value - slot.min_value) or 1.0))
