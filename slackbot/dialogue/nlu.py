"""Rasa's NLU data: labelled messages, synonyms, regular expressions and lookup tables."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slackbot.dialogue.annotations import annotate_readably, parse_annotated
from slackbot.dialogue.events import DefinePrevUserUtteredFeaturization, Event, UserUttered
from slackbot.dialogue.history import told
from slackbot.dialogue.story_reader import is_readable
from slackbot.dialogue.story_writer import stories_of
from slackbot.dialogue.yamlfile import (
    FORMAT_VERSION,
    Block,
    Exact,
    Quoted,
    can_be_block,
    line_of,
    read_yaml,
    to_yaml,
)
from slackbot.errors import FileError

logger = logging.getLogger(__name__)

_ENTITY_KEYS = ("start", "end", "value", "entity", "role", "group")
# What these find by themselves needs no training.
_PRETRAINED_EXTRACTORS = {"DucklingEntityExtractor", "DucklingHTTPExtractor", "SpacyEntityExtractor"}
_SECTIONS = {
    "intent": {"intent", "examples", "metadata"},
    "synonym": {"synonym", "examples"},
    "regex": {"regex", "examples"},
    "lookup": {"lookup", "examples"},
}


@dataclass(frozen=True)
class Example:
    """A message and what it means. A retrieval intent has its full name: ``faq/ask_name``."""

    text: str
    intent: str
    #: Each with start, end, value, entity, and role and group if it has them.
    entities: tuple[Mapping[str, Any], ...] = ()
    #: ``{"intent": ..., "example": ...}``: what the file says beside the intent and beside the message.
    metadata: Any = None
    path: Path | None = None
    line: int | None = None


@dataclass(frozen=True)
class NLUData:
    """The content of one or more NLU files, in their order."""

    examples: tuple[Example, ...] = ()
    #: Text as written to the value that it stands for (a number, where an annotation says so).
    synonyms: Mapping[str, Any] = field(default_factory=dict)
    #: Each ``{"name", "pattern"}``.
    regexes: tuple[Mapping[str, Any], ...] = ()
    #: Each ``{"name", "elements"}``.
    lookups: tuple[Mapping[str, Any], ...] = ()


def read_nlu(path: Path) -> NLUData:
    """The NLU data of a file; see ``nlu_from``."""
    return nlu_from(read_yaml(path), path)


def nlu_from(data: Any, path: Path) -> NLUData:
    """The NLU data in the data of a file, as Rasa reads it: the same example twice counts once, and an entity whose
    value is not its text makes a synonym. Sections without a name or examples are left out.

    Outer spaces are stripped as in Rasa, unless the file says that they are meant (see Exact). Raises FileError.
    """
    if not is_readable(data, path):
        return NLUData()
    reader = _NLUReader(path)
    sections = [] if data.get("nlu") is None else data["nlu"]
    if not isinstance(sections, list):
        raise FileError(path, line_of(data, "nlu"), "'nlu' must be a list", "begin each section with '- intent: NAME'")
    for index, section in enumerate(sections):
        reader.read(section, line_of(sections, index))
    return reader.data()


def merged_nlu(parts: Iterable[NLUData]) -> NLUData:
    """Several files' data as one."""
    found = list(parts)
    return NLUData(
        examples=tuple(_once(example for part in found for example in part.examples)),
        synonyms={text: value for part in found for text, value in part.synonyms.items()},
        regexes=tuple(regex for part in found for regex in part.regexes),
        lookups=tuple(_merged_lookups(lookup for part in found for lookup in part.lookups)),
    )


def examples_of(events: Iterable[Event]) -> list[Example]:
    """What one conversation teaches: each message that still applies, of every part between restarts, once.

    Messages without an intent, commands (``/greet``) and triggered intents (``EXTERNAL: ...``) are left out, and so
    are entities without a place in the text and those that a pretrained extractor found.
    """
    # A story takes a message that was featurized as text without its intent; here it teaches its intent all the same.
    kept = [event for event in told(events) if not isinstance(event, DefinePrevUserUtteredFeaturization)]
    messages = (event for story in stories_of(kept, "") for event in story.events if isinstance(event, UserUttered))
    return _once(example for message in messages if (example := _example_of(message)) is not None)


def nlu_yaml(data: NLUData) -> str:
    """A complete NLU file: intents in the order of their first example, then synonyms, regular expressions, lookups.

    Empty text if there is nothing to write. Messages that a line can't carry (with newlines, outer spaces, control
    characters) are written as a list of texts. Rasa's format can't escape square brackets: where a message's own
    would be read as an annotation, they are written as round ones (see ``annotate_readably``). Messages without text
    are left out.
    """
    sections = [
        *_intent_sections(data.examples),
        *_value_sections("synonym", _inverted(data.synonyms)),
        *_value_sections("regex", _patterns(data.regexes)),
        *_value_sections("lookup", {lookup["name"]: list(lookup["elements"]) for lookup in data.lookups}),
    ]
    return to_yaml({"version": Quoted(FORMAT_VERSION), "nlu": sections}) if sections else ""


class _NLUReader:
    """Collects the sections of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._examples: list[Example] = []
        self._synonyms: dict[str, Any] = {}
        self._regexes: list[Mapping[str, Any]] = []
        self._lookups: list[Mapping[str, Any]] = []

    def data(self) -> NLUData:
        return NLUData(
            tuple(_once(self._examples)), self._synonyms, tuple(self._regexes), tuple(_merged_lookups(self._lookups))
        )

    def read(self, section: Any, line: int | None) -> None:
        kind = self._kind(section, line)
        name = section.get(kind)
        if not name or not section.get("examples"):
            logger.warning("%s:%s: a section without a name or examples is left out", self._path, line)
            return
        if not isinstance(name, str):
            raise FileError(self._path, line, f"the {kind} {name!r:.40} is not text", "put it in quotes")
        if kind == "intent":
            self._check_intent(name, line_of(section, kind))
            self._examples += self._intent(name.strip(), section)
            return
        texts = [text for text, _ in self._lines(section)]
        if kind == "synonym":
            self._synonyms |= dict.fromkeys(texts, name)
        elif kind == "regex":
            self._regexes += [{"name": name, "pattern": text} for text in texts]
        elif texts:
            self._lookups += [{"name": name, "elements": texts}]

    def _kind(self, section: Any, line: int | None) -> str:
        remedy = "begin a section with intent, synonym, regex or lookup, and give it examples"
        kinds = [kind for kind in _SECTIONS if isinstance(section, dict) and kind in section]
        # Examples of nothing are left out, as by Rasa.
        is_nameless = isinstance(section, dict) and section.keys() <= _SECTIONS["intent"]
        if not kinds and not is_nameless:
            raise FileError(self._path, line, "this is no section of 'nlu'", remedy)
        kind = kinds[0] if kinds else "intent"
        unknown = next((key for key in section if key not in _SECTIONS[kind]), None)
        if unknown is not None:
            problem = f"a section of 'nlu' that begins with {kind} can't have the key {unknown!r}"
            raise FileError(self._path, line_of(section, unknown), problem, remedy)
        return kind

    def _check_intent(self, name: str, line: int | None) -> None:
        if name.count("/") > 1:
            problem = f"the intent {name!r:.60} has more than one '/'"
            raise FileError(self._path, line, problem, "write a retrieval intent like 'faq/ask_name'")

    def _intent(self, name: str, section: dict[str, Any]) -> Iterator[Example]:
        examples, beside_intent = section["examples"], section.get("metadata")
        if isinstance(examples, str):
            for text, line in self._lines(section):
                yield self._example(text, name, _metadata(beside_intent, None), line)
            return
        for index, item in enumerate(self._list(section)):
            line = line_of(examples, index)
            if not isinstance(item, dict) or not isinstance(item.get("text"), str):
                raise FileError(self._path, line, "an example has no text", "write it like '- text: hello'")
            if unknown := item.keys() - {"text", "metadata"}:
                problem = f"an example can't have the key {min(map(str, unknown))!r}"
                raise FileError(self._path, line, problem, "put it below 'metadata'")
            metadata = _metadata(beside_intent, item.get("metadata"))
            yield self._example(_stripped(item["text"]), name, metadata, line)

    def _example(self, annotated: str, intent: str, metadata: Any, line: int | None) -> Example:
        try:
            text, entities = parse_annotated(annotated)
        except ValueError as error:
            raise FileError(self._path, line, str(error), "mend the annotation") from error
        for entity in entities:
            span = text[entity["start"] : entity["end"]]
            if entity["value"] != span:
                self._synonyms[span] = entity["value"]
        return Example(text, intent, tuple(entities), metadata, self._path, line)

    def _list(self, section: dict[str, Any]) -> list[Any]:
        examples = section["examples"]
        if not isinstance(examples, list):
            line = line_of(section, "examples")
            raise FileError(self._path, line, "the examples are no list", "write 'examples: |' and '- text' lines")
        return examples

    def _lines(self, section: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
        """The texts of a block of ``- text`` lines and the line of each. Lines without the dash are left out."""
        examples, first = section["examples"], line_of(section, "examples")
        if not isinstance(examples, str):
            raise FileError(self._path, first, "the examples are no text", "write 'examples: |' and '- text' lines")
        for number, text in enumerate(examples.splitlines(), start=1):
            line = first + number if first is not None else None
            if text.startswith("-"):
                yield text[1:].strip("\n\r "), line
            elif text.strip():
                logger.warning("%s:%s: an example must begin with '- ', it is left out", self._path, line)


def _metadata(beside_intent: Any, beside_example: Any) -> Any:
    given = {"intent": beside_intent, "example": beside_example}
    return {key: value for key, value in given.items() if value is not None} or None


def _stripped(text: str) -> str:
    return str(text) if isinstance(text, Exact) else text.strip("\n\r ")


def _example_of(message: UserUttered) -> Example | None:
    text = message.text or ""
    intent = message.intent_name and (message.intent.get("full_retrieval_intent_name") or message.intent_name)
    if not intent or not text.strip() or text.startswith(("/", "EXTERNAL:")):
        return None
    entities = [entity for entity in message.entities if entity.get("extractor") not in _PRETRAINED_EXTRACTORS]
    return Example(text, intent, tuple(_bare(entity) for entity in entities if "start" in entity and "end" in entity))


def _bare(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entity[key] for key in _ENTITY_KEYS if entity.get(key) is not None}


def _once(examples: Iterable[Example]) -> list[Example]:
    """Each text with the same intent, entities and metadata once, where it stood first."""
    found: dict[str, Example] = {}
    for example in examples:
        found.setdefault(_fingerprint([example.text, example.intent, example.entities, example.metadata]), example)
    return list(found.values())


def _fingerprint(data: Any) -> str:
    """The same text for equal data, whatever the order of its keys."""
    if isinstance(data, Mapping):
        return f"{{{sorted((repr(key), _fingerprint(value)) for key, value in data.items())}}}"
    if isinstance(data, list | tuple):
        return f"[{','.join(map(_fingerprint, data))}]"
    return repr(data)


def _merged_lookups(lookups: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    elements: dict[str, list[Any]] = {}
    for lookup in lookups:
        elements.setdefault(lookup["name"], []).extend(lookup["elements"])
    return [{"name": name, "elements": found} for name, found in elements.items()]


def _inverted(synonyms: Mapping[str, Any]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for text, value in synonyms.items():
        if isinstance(value, str):  # a number can't be a synonym's name; an annotation brings it in again
            values.setdefault(value, []).append(text)
    return values


def _patterns(regexes: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    patterns: dict[str, list[str]] = {}
    for regex in regexes:
        patterns.setdefault(regex["name"], []).append(regex["pattern"])
    return patterns


def _intent_sections(examples: Iterable[Example]) -> Iterator[dict[str, Any]]:
    """A section for each intent, and for each metadata that some of its examples have."""
    grouped: dict[str, list[Example]] = {}
    for example in examples:
        beside_intent = (example.metadata or {}).get("intent")
        if example.text:
            grouped.setdefault(_fingerprint([example.intent, beside_intent]), []).append(example)
    for group in grouped.values():
        section: dict[str, Any] = {"intent": group[0].intent}
        beside_intent = (group[0].metadata or {}).get("intent")
        if beside_intent is not None:
            section["metadata"] = beside_intent
        yield section | {"examples": _examples(group)}


def _examples(group: list[Example]) -> Block | list[dict[str, Any]]:
    texts = [annotate_readably(example.text, example.entities) for example in group]
    metadata = [(example.metadata or {}).get("example") for example in group]
    if all(_fits_line(text) for text in texts) and not any(beside is not None for beside in metadata):
        return _block(texts)
    return [
        {"text": Block(text) if _stripped(text) == text else Exact(text)}
        | ({"metadata": beside} if beside is not None else {})
        for text, beside in zip(texts, metadata, strict=True)
    ]


def _fits_line(text: str) -> bool:
    return len(text.splitlines()) == 1 and _stripped(text) == text and can_be_block(f"- {text}")


def _block(texts: Iterable[str]) -> Block:
    return Block("".join(f"- {text}\n" for text in texts))


def _value_sections(kind: str, values: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
    """Sections of plain texts, whose only form is lines: texts that don't fit a line are left out."""
    for name, texts in values.items():
        fitting = [text for text in texts if isinstance(text, str) and _fits_line(text)]
        if fitting:
            yield {kind: name, "examples": _block(fitting)}
