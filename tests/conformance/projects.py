"""Exports records' conversations into Rasa projects on disk and reads what the files say then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.merge import Conversation, plan
from slackbot.dialogue.nlu import NLUData, merged_nlu, read_nlu
from slackbot.dialogue.stories import Story, read_stories
from slackbot.dialogue.yamlfile import to_yaml

CONVERSATION = "interactive_story"


@dataclass(frozen=True)
class Exported:
    """What a project says after a conversation was added to it."""

    domain: Domain
    nlu: NLUData
    #: Those of the conversation.
    stories: list[Story]
    #: What people are told was not added.
    notes: Sequence[str]


def exported(
    folder: Path,
    domain: str,
    files: Mapping[str, str | None],
    events: Sequence[Event],
    responses: Mapping[str, str] | None = None,
) -> Exported:
    """Write a project into a new folder, add a conversation to it and read it again.

    ``files`` are those below ``data``; None: there is no such file. Raises FileError where the project can't be read.
    """
    (folder / "data").mkdir(parents=True)
    (folder / "domain.yml").write_text(domain, encoding="utf-8")
    for name, text in files.items():
        if text is not None:
            (folder / "data" / name).write_text(text, encoding="utf-8", newline="")
    planned = plan(folder, [Conversation(CONVERSATION, events, responses or {})])
    planned.write()
    read = Domain.load(folder / "domain.yml")
    data = sorted((folder / "data").iterdir())
    stories = [story for path in data for story in read_stories(path, read) if story.name.startswith(CONVERSATION)]
    return Exported(read, merged_nlu(map(read_nlu, data)), stories, [*planned.notes, *map(str, planned.conflicts)])


def names_only(domain: Domain) -> str:
    """A domain file with the names of another, which takes less time to read."""
    mappings = [{"type": "custom"}]
    return to_yaml(
        {
            "version": "3.1",
            "intents": list(domain.intents),
            "entities": [_with_parts(name, domain) for name in domain.entities],
            "slots": {
                name: {"type": slot["type"], "mappings": mappings} for name, slot in domain.data["slots"].items()
            },
            "responses": {name: [{"text": "..."}] for name in domain.responses},
            "forms": {name: {"required_slots": list(domain.required_slots(name))} for name in domain.forms},
            "actions": list(domain.custom_actions),
        }
    )


def _with_parts(name: str, domain: Domain) -> Any:
    entity = domain.entity_properties[name]
    parts = {"roles": list(entity.roles), "groups": list(entity.groups)}
    return {name: {key: names for key, names in parts.items() if names}} if any(parts.values()) else name
