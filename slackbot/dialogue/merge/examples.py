"""Which examples are new to a project, which are there already, and which say something else than one that is there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from slackbot.dialogue.annotations import annotate_readably, parse_annotated
from slackbot.dialogue.nlu import Example, NLUData


@dataclass(frozen=True)
class ConflictingExample:
    """A message that the project, or an earlier conversation, has under another intent. It is not written."""

    text: str
    intent: str
    other: Example

    def __str__(self) -> str:
        place = f"{self.other.path}:{self.other.line}: " if self.other.path else ""
        problem = f"{shown(self.text)} is an example of {self.other.intent!r} already"
        return f"{place}{problem}; it was not added to {self.intent!r}"


@dataclass(frozen=True)
class ConflictingSynonym:
    """An example with an entity whose text stands for another value already. It is not written."""

    text: str
    word: str
    value: Any
    other: Any

    def __str__(self) -> str:
        problem = f"{self.word!r} stands for {self.other!r} already, not for {self.value!r}"
        return f"{shown(self.text)}: {problem}; the example was not added"


Conflict = ConflictingExample | ConflictingSynonym


class ExampleBook:
    """The examples of a project and those that are new."""

    def __init__(self, known: NLUData) -> None:
        self._known: dict[str, list[Example]] = {}
        self._synonyms = dict(known.synonyms)
        #: New examples, as they will be read from the files.
        self.new: list[Example] = []
        self.conflicts: list[Conflict] = []
        self.notes: list[str] = []
        for example in known.examples:
            self._known.setdefault(normalised(example.text), []).append(example)

    def offer(self, example: Example) -> bool:
        """Take the example if it is new, can be written and conflicts with nothing; else note why not."""
        written = as_written(example)
        if written is None:
            self.notes.append(f"{shown(example.text)}: its brackets would be read as an annotation; it was not added")
            return False
        same_text = self._known.setdefault(normalised(written.text), [])
        if any(_is_same(known, written) for known in same_text):
            return False
        conflict = self._conflict(written, same_text)
        if conflict is not None:
            if conflict not in self.conflicts:
                self.conflicts.append(conflict)
            return False
        self._note_lost_entities(example, written)
        self._synonyms |= synonyms_of(written)
        same_text.append(written)
        self.new.append(written)
        return True

    def _conflict(self, example: Example, same_text: Iterable[Example]) -> Conflict | None:
        for known in same_text:
            if _base(known.intent) != _base(example.intent):
                return ConflictingExample(example.text, example.intent, known)
        for word, value in synonyms_of(example).items():
            if self._synonyms.get(word, value) != value:
                return ConflictingSynonym(example.text, word, value, self._synonyms[word])
        return None

    def _note_lost_entities(self, example: Example, written: Example) -> None:
        kept = [(entity["entity"], entity["start"]) for entity in written.entities]
        for entity in example.entities:
            if (entity.get("entity"), entity["start"]) not in kept:
                problem = f"its entity {entity.get('entity')!r} overlaps another one, or has no place in it"
                self.notes.append(f"{shown(example.text)}: {problem}; the example was added without it")


def as_written(example: Example) -> Example | None:
    """The example as it will be read from a file; None if the format can't express its text."""
    try:
        text, entities = parse_annotated(annotate_readably(example.text, example.entities))
    except ValueError:
        return None
    return replace(example, entities=tuple(entities)) if text == example.text else None


def synonyms_of(example: Example) -> dict[str, Any]:
    """The synonyms that Rasa makes of an example's entities: text to value, where they differ."""
    spans = ((example.text[entity["start"] : entity["end"]], entity["value"]) for entity in example.entities)
    return {span: value for span, value in spans if span != value}


def normalised(text: str) -> str:
    """The text without what makes no difference between two examples: case, kinds and numbers of spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def shown(text: str) -> str:
    """The text as a message may quote it: in one line, cut where it is long."""
    written = repr(text)
    return written if len(written) <= 60 else f"{written[:56]}...{written[-1]}"


def _is_same(known: Example, new: Example) -> bool:
    """Whether the known example (of the same text) says all that the new one does."""
    if known.intent.startswith(f"{new.intent}/"):
        return True
    return known.intent == new.intent and _meaning(known) == _meaning(new)


def _meaning(example: Example) -> list[tuple[str, ...]]:
    return sorted(
        (
            str(entity["entity"]),
            str(entity.get("role") or ""),
            str(entity.get("group") or ""),
            normalised(example.text[entity["start"] : entity["end"]]),
            normalised(str(entity["value"])),
        )
        for entity in example.entities
    )


def _base(intent: str) -> str:
    return intent.partition("/")[0]
