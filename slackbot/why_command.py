"""``storythread why stories.yml:42``: which conversation, question, votes and rule stand behind a line."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event, UserUttered
from slackbot.dialogue.merge.stories import fingerprint
from slackbot.dialogue.nlu import Example, nlu_from
from slackbot.dialogue.stories import Story, stories_from, stories_of
from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import FileError, PersonError
from slackbot.learning.provenance import Provenance, Taught
from slackbot.store import Store
from slackbot.store.server import connect
from slackbot.why_words import account, meaning

#: Conversations that say the same and are shown, at most.
MOST_SHOWN = 5
_NUMBER = re.compile(r"_\d+$")


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    path: Path
    line: int

    @classmethod
    def of(cls, text: str) -> Place:
        """From ``stories.yml:42``. Raises PersonError."""
        path, _, line = text.rpartition(":")
        if not path or not line.isascii() or not line.isdigit() or not int(line):
            raise PersonError(f"'{text}' names no line; write a file and a line, such as stories.yml:42")
        return cls(Path(path), int(line))


async def why(url: str, place: Place, domain: Domain, *, names: bool) -> list[str]:
    """What to say about a line. Raises FileError where it is no line of a story or example, and StoreUnavailable.

    Slack user ids of voters are only in it with ``names``.
    """
    data = read_yaml(place.path)
    _check_line(place)
    found = _step_at(data, place, domain) or _example_at(data, place)
    if found is None:
        remedy = "name a line of a story's step, or of an example"
        raise FileError(place.path, place.line, "there is no agreed step or example", remedy)
    redis = connect(url)
    try:
        search = _Search(Store(redis), domain, names=names)
        lines = [line async for line in search.lines(found)]
    finally:
        await redis.aclose()
    return [f"{place.path}:{place.line}: {_what(found)}", *lines]


def _check_line(place: Place) -> None:
    """Raises FileError for a line after the file's last."""
    last = len(place.path.read_bytes().splitlines())
    if place.line > last:
        raise FileError(place.path, place.line, f"the file ends at line {last}", "name an earlier line")


@dataclass(frozen=True)
class _Step:
    """A step of a story in a file."""

    story: Story
    index: int

    @property
    def event(self) -> Event:
        return self.story.events[self.index]


def _step_at(data: Any, place: Place, domain: Domain) -> _Step | None:
    """The step on the line, or the one above it whose lines go on there."""
    if not isinstance(data, dict) or not {"stories", "rules"} & set(data):
        return None
    found: _Step | None = None
    best = 0
    for story in stories_from(data, place.path, domain):
        for index, line in enumerate(story.event_lines):
            if best < (line or 0) <= place.line:
                found, best = _Step(story, index), line or 0
        if best < (story.line or 0) <= place.line:  # the name of a story, before its first step
            found, best = None, story.line or 0
    return found


def _example_at(data: Any, place: Place) -> Example | None:
    if not isinstance(data, dict) or "nlu" not in data:
        return None
    return next((one for one in nlu_from(data, place.path).examples if one.line == place.line), None)


class _Search:
    """Looks for what is behind a step or an example among the conversations of a store."""

    def __init__(self, store: Store, domain: Domain, *, names: bool) -> None:
        self._store, self._domain, self._names = store, domain, names
        self._provenance = Provenance(store)

    async def lines(self, found: _Step | Example) -> AsyncIterator[str]:
        """What to say."""
        ids = await self._store.conversations(limit=10**9)
        matches = self._behind_step(found, ids) if isinstance(found, _Step) else self._behind_example(found, ids)
        shown = 0
        async for taught, event in matches:
            origin = await self._provenance.origin(taught, event, [other for other in ids if other != taught.id])
            shown += 1
            if shown <= MOST_SHOWN:
                for line in account(taught, origin, names=self._names):
                    yield line
        if shown > MOST_SHOWN:
            yield f"  and {shown - MOST_SHOWN} more conversations in which the same was agreed"
        if not shown:
            yield f"  {self._nothing(found, ids)}"

    async def _behind_step(self, step: _Step, ids: Sequence[str]) -> AsyncIterator[tuple[Taught, Event]]:
        conversation = _conversation_of(step.story.name, ids)
        taught = await self._provenance.taught(conversation) if conversation else None
        if taught is not None:
            event = _same_step(step, stories_of(taught.events, "", self._domain))
            if event is not None:
                yield taught, _of_log(taught.events, event)

    async def _behind_example(self, example: Example, ids: Sequence[str]) -> AsyncIterator[tuple[Taught, Event]]:
        for conversation in ids:
            taught = await self._provenance.taught(conversation)
            stories = stories_of(taught.events, "", self._domain) if taught else []
            said = (event for story in stories for event in story.events if _says(event, example))
            event = next(said, None)
            if taught is not None and event is not None:
                yield taught, _of_log(taught.events, event)

    def _nothing(self, found: _Step | Example, ids: Sequence[str]) -> str:
        if isinstance(found, Example):
            return "no conversation in this store taught this example: it was written by hand, or taught elsewhere"
        if _conversation_of(found.story.name, ids):
            return "the conversation is in this store, but does not have this step: the file was changed by hand"
        return f"no conversation in this store has taught the story {found.story.name!r}"


def _conversation_of(story: str, ids: Sequence[str]) -> str | None:
    """The conversation that a story is named after: ``slack_ID``, ``slack_ID_2``."""
    known = set(ids)
    name = story.partition("_")[2] or story
    while name not in known and _NUMBER.search(name):
        name = _NUMBER.sub("", name)
    return name if name in known else None


def _same_step(step: _Step, stories: Sequence[Story]) -> Event | None:
    """The event of the conversation's stories that the step of the file stands for; None if it was changed since."""
    mine = [_comparable(step.story, event) for event in step.story.events]
    best: tuple[float, Event | None] = (0.0, None)
    for story in stories:
        theirs = [_comparable(story, event) for event in story.events]
        matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
        for block in matcher.get_matching_blocks():
            if block.a <= step.index < block.a + block.size and matcher.ratio() > best[0]:
                best = (matcher.ratio(), story.events[block.b + step.index - block.a])
    return best[1]


def _comparable(story: Story, event: Event) -> str:
    return fingerprint(replace(story, events=(event,)))


def _of_log(events: Sequence[Event], event: Event) -> Event:
    """The event as it is in the log, where a story has worked more into it."""
    same = (each for each in events if each is event)
    alike = (each for each in events if type(each) is type(event) and each.timestamp == event.timestamp)
    return next(same, None) or next(alike, event)


def _says(event: Event, example: Example) -> bool:
    return isinstance(event, UserUttered) and event.text == example.text and event.intent_name == example.intent


def _what(found: _Step | Example) -> str:
    return f"“{found.text}” means {found.intent}" if isinstance(found, Example) else meaning(found.event)
