"""What the domain must have for new stories and examples, and what can't be added to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActiveLoop, BotUttered, Event, UserUttered
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.project import DEFAULT_INTENTS
from slackbot.dialogue.stories import Story

_RESPONSE_PREFIX = "utter_"
_PARTS = {"role": "roles", "group": "groups"}


class DomainNeeds:
    """Collects what the domain lacks, in the order in which it is first needed. ``grows``: it may be added to."""

    def __init__(self, domain: Domain, *, grows: bool) -> None:
        self._domain, self._grows = domain, grows
        self._known_intents = {*domain.intents, *DEFAULT_INTENTS}
        self._intents: dict[str, None] = {}
        self._actions: dict[str, None] = {}
        self._responses: dict[str, str] = {}
        self._entities = _EntityNeeds(domain)

    def problem(self, story: Story, texts: Mapping[str, str]) -> str | None:
        """Why the domain can't have what the story needs. ``texts`` are those that responses are known to have."""
        for form in _loops(story):
            if form not in self._domain.forms:
                return f"the domain has no form {form!r}"
        actions = self._lacking_actions(story)
        for action in actions:
            if _is_response(action) and action not in texts and action not in self._responses:
                return f"the domain has no response {action!r}, and nobody said its text"
        lacking = [f"action {name!r}" for name in actions]
        lacking += [f"intent {name!r}" for name in self._lacking_intents(story)]
        return f"the domain, which is left as it is, has no {lacking[0]}" if lacking and not self._grows else None

    def add_story(self, story: Story, texts: Mapping[str, str]) -> None:
        """Note all that the story needs; the story must have no ``problem``."""
        self._intents |= dict.fromkeys(self._lacking_intents(story))
        for action in self._lacking_actions(story):
            if _is_response(action):
                self._add_response(action, texts)
            else:
                self._actions.setdefault(action)
        for event in story.events:
            if isinstance(event, UserUttered):
                self._entities.add(event.entities)

    def add_example(self, example: Example) -> None:
        """Note what the example needs. Where the domain can't grow it may lack that: Rasa only warns then."""
        intent = example.intent.partition("/")[0]
        if intent not in self._known_intents:
            self._intents.setdefault(intent)
        self._entities.add(example.entities)

    def batch(self) -> Batch:
        """What to add to the domain; nothing where it can't grow."""
        if not self._grows:
            return Batch()
        return Batch(tuple(self._intents), self._entities.items(), self._responses, tuple(self._actions))

    def notes(self) -> list[str]:
        """What people must add to the domain by hand."""
        lacking: dict[str, Iterable[str]] = {"intent": self._intents, "entity": self._entities.names}
        return self._entities.notes + [
            f"the domain, which is left as it is, has no {kind} {name!r}; add it there"
            for kind, names in lacking.items()
            if not self._grows
            for name in names
        ]

    def _add_response(self, action: str, texts: Mapping[str, str]) -> None:
        """The response, or those of a retrieval intent's action (``utter_faq/...``)."""
        for name, text in texts.items():
            is_own = name == action or name.startswith(f"{action}/")
            if is_own and name not in self._domain.responses:
                self._responses.setdefault(name, text)

    def _lacking_intents(self, story: Story) -> list[str]:
        names = [event.intent_name for event in story.events if isinstance(event, UserUttered)]
        bases = dict.fromkeys(name.partition("/")[0] for name in names if name)
        return [name for name in bases if name not in self._known_intents]

    def _lacking_actions(self, story: Story) -> list[str]:
        names = dict.fromkeys(event.action_name for event in story.events if isinstance(event, ActionExecuted))
        return [name for name in names if name and name not in self._domain.actions]


class _EntityNeeds:
    """Collects entities that the domain lacks, with their roles and groups."""

    def __init__(self, domain: Domain) -> None:
        self._known = domain.entity_properties
        self._new: dict[str, dict[str, dict[str, None]]] = {}
        #: Roles and groups that an entity of the domain lacks: its own line would have to change.
        self.notes: list[str] = []

    @property
    def names(self) -> Iterable[str]:
        return self._new

    def add(self, entities: Iterable[Mapping[str, Any]]) -> None:
        for entity in entities:
            name = entity.get("entity")
            if isinstance(name, str) and name and name not in _PARTS:
                self._add(name, entity)

    def items(self) -> tuple[Any, ...]:
        """The new ones as they stand in a domain."""
        found = ((name, {part: list(of) for part, of in parts.items() if of}) for name, parts in self._new.items())
        return tuple({name: parts} if parts else name for name, parts in found)

    def _add(self, name: str, entity: Mapping[str, Any]) -> None:
        known = self._known.get(name)
        parts = {} if known else self._new.setdefault(name, {part: {} for part in _PARTS.values()})
        for key, part in _PARTS.items():
            value = entity.get(key)
            if value and known is None:
                parts[part].setdefault(str(value))
            elif value and value not in getattr(known, part):
                note = f"the entity {name!r} has no {key} {value!r} in the domain; add it there"
                self.notes += [note] if note not in self.notes else []


def texts_said(events: Iterable[Event]) -> dict[str, str]:
    """The first text that the bot said by each response, by the response's name."""
    texts: dict[str, str] = {}
    action: str | None = None
    for event in events:
        if isinstance(event, ActionExecuted):
            action = event.action_name
        elif isinstance(event, BotUttered) and event.text:
            name = event.metadata.get("utter_action") or action
            if isinstance(name, str) and _is_response(name):
                texts.setdefault(name, event.text)
    return texts


def _is_response(action: str) -> bool:
    return action.startswith(_RESPONSE_PREFIX)


def _loops(story: Story) -> Iterator[str]:
    return (event.name for event in story.events if isinstance(event, ActiveLoop) and event.name)
