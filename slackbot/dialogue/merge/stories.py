"""Which stories are new to a project: told otherwise than any that is there, and told in full by the format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from slackbot.dialogue.events import UserUttered
from slackbot.dialogue.merge.quiet import quiet
from slackbot.dialogue.stories import Story, stories_from, stories_yaml, story_steps
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError


class StoryBook:
    """The stories of a project and those that are new."""

    def __init__(self, known: Iterable[Story]) -> None:
        stories = [story for story in known if story.kind == "story"]
        self._names = {story.name for story in stories}
        self._told = {fingerprint(story) for story in stories if not story.start and not story.end}
        self.new: list[Story] = []
        self.notes: list[str] = []

    def is_known(self, story: Story) -> bool:
        """Whether a story with the same steps is there."""
        return fingerprint(story) in self._told

    def offer(self, story: Story) -> bool:
        """Take the story, which isn't known, under a name that no other has; if it can't be written, note that."""
        if not is_expressible(story):
            problem = "holds what a story's steps can't say (brackets in a text, an action named like an event)"
            self.notes.append(f"story {story.name!r}: it {problem}; it was not added")
            return False
        named = replace(story, name=self._free_name(story.name))
        self._names.add(named.name)
        self._told.add(fingerprint(story))
        self.new.append(named)
        return True

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._names:
            number += 1
            name = f"{wanted}_{number}"
        return name


def is_expressible(story: Story) -> bool:
    """Whether the story that will be read from a file has the same steps and texts."""
    path = Path("stories.yml")
    try:
        with quiet():
            read = stories_from(parse_yaml(stories_yaml([story]), path), path)
    except FileError:
        return False
    return [(fingerprint(each), _texts(each)) for each in read] == [(fingerprint(story), _texts(story))]


def fingerprint(story: Story) -> str:
    """The same text for stories with the same steps."""
    return json.dumps([_comparable(step) for step in story_steps(story.events)], sort_keys=True, default=str)


def _texts(story: Story) -> list[str | None]:
    """The messages that are told by their text, since they have no intent."""
    messages = (event for event in story.events if isinstance(event, UserUttered))
    return [message.text for message in messages if not message.intent_name]


def _comparable(step: Mapping[str, Any]) -> dict[str, Any]:
    """The step with each entity written out: without a value it is read as one with empty text."""
    entities = [
        {entity: ""}
        if isinstance(entity, str)
        else {key: "" if value is None else value for key, value in entity.items()}
        for entity in step.get("entities", ())
    ]
    return {**step, "entities": entities} if entities else dict(step)
