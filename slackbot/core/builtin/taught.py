"""What people have agreed on in conversations, which a core learns beside the project's files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import UserUttered, events_from_dicts
from slackbot.dialogue.nlu import Example, NLUData, merged_nlu
from slackbot.dialogue.project import Project
from slackbot.dialogue.stories import Story


@dataclass(frozen=True)
class Taught:
    """Examples and stories, the latest conversation first: where two say different things, that counts."""

    examples: tuple[Example, ...] = ()
    stories: tuple[Story, ...] = ()

    def nlu_with(self, data: NLUData) -> NLUData:
        """These examples and the synonyms that they bring, before the data of the files."""
        synonyms = {
            example.text[entity["start"] : entity["end"]]: entity["value"]
            for example in reversed(self.examples)
            for entity in example.entities
            if entity.get("value") is not None
        }
        brought = {written: value for written, value in synonyms.items() if written != value}
        # The last synonym of a text counts, the first example of it does.
        return merged_nlu([NLUData(examples=self.examples), data, NLUData(synonyms=brought)])

    def names_beyond(self, project: Project) -> frozenset[str]:
        """The intents and entities that the project doesn't have: those that sessions have added."""
        known = {*_names(project.nlu.examples), *project.domain.intents, *project.domain.entities}
        messages = (event for story in self.stories for event in story.events if isinstance(event, UserUttered))
        told = {str(name) for message in messages for name in (message.intent_name,) if name}
        return frozenset({*_names(self.examples), *told} - known)

    def as_dict(self) -> dict[str, Any]:
        """JSON."""
        return {
            "examples": [
                [item.text, item.intent, [dict(entity) for entity in item.entities]] for item in self.examples
            ],
            "stories": [[story.name, [event.as_dict() for event in story.events]] for story in self.stories],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Taught:
        """The other way."""
        return cls(
            tuple(Example(text, intent, tuple(entities)) for text, intent, entities in data["examples"]),
            tuple(Story(name, "story", tuple(events_from_dicts(events))) for name, events in data["stories"]),
        )


def _names(examples: Iterable[Example]) -> set[str]:
    """The base intents and the entities of examples."""
    found = {example.intent.partition("/")[0] for example in examples}
    return found | {str(entity["entity"]) for example in examples for entity in example.entities}


def unknown_to(domain: Domain, names: frozenset[str]) -> frozenset[str]:
    """Those of the names that are neither intents nor entities of the domain."""
    return names - {*domain.intents, *domain.entities} if names else names
