"""Entities found by their surroundings and by what training spelled out: phrases, lookup tables and regexes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.core.builtin.archive import State
from slackbot.core.builtin.patterns import TOKEN, Patterns, phrase_of, runs_of
from slackbot.core.builtin.sequence_tagger import SequenceTagger, can_learn_from
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData

#: What the extractors are called in an entity's ``extractor``. The last two are Rasa's own names for the same things.
ANNOTATIONS = "AnnotationExtractor"
PATTERNS = "RegexEntityExtractor"
SURROUNDINGS = "CRFEntityExtractor"

#: How often a phrase was which entity in messages of which intent. No entity: it stood there without annotation.
_Sightings = Counter[tuple[str | None, str | None]]


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    entity: str
    extractor: str
    #: Its role and group; None: nothing is said about them.
    labels: Mapping[str, str] | None = None


class EntityExtractor:
    """Finds the entities of a message as the annotations, lookups and regexes of one project teach it."""

    def __init__(self, data: NLUData, domain: Domain, *, state: State = None) -> None:
        """With the ``state`` of an extractor that learned the same data, only what takes no time is learned anew."""
        self._annotated = _Phrases(_annotated_phrases(data.examples))
        self._patterns = Patterns(data)
        self._entities = frozenset(domain.entities) | {
            str(entity["entity"]) for example in data.examples for entity in example.entities
        }
        self._tagger = _tagger(data, self._patterns, state)
        self._labels = _Labels(data.examples)
        self._canonical = {written.casefold(): value for written, value in data.synonyms.items()}

    def state(self) -> State:
        """What took time to learn, for an archive."""
        return {"tagger": self._tagger.model if self._tagger else None}

    def extract(self, text: str, intent: str | None, without: Collection[str] = ()) -> list[dict[str, Any]]:
        """Entity dicts as in Rasa's parse data, by position, none overlapping, and none of the types ``without``.

        Where finds overlap, the longest wins; of equally long ones what the surroundings say, before annotations
        elsewhere, before lookups, before regexes.
        """
        chosen: list[_Found] = []
        candidates = (found for found in self._candidates(text, intent) if found.entity not in without)
        for found in sorted(candidates, key=lambda found: found.start - found.end):
            if all(found.end <= other.start or other.end <= found.start for other in chosen):
                chosen.append(found)
        return [self._as_dict(text, found) for found in sorted(chosen, key=lambda found: found.start)]

    def _candidates(self, text: str, intent: str | None) -> Iterator[_Found]:
        for start, end, label in self._tagger.find(text, intent) if self._tagger else ():
            labels = {key: value for key, value in label.items() if key != "entity"}
            yield _Found(start, end, label["entity"], SURROUNDINGS, labels)
        for start, end, entity in self._annotated.find(text, intent):
            yield _Found(start, end, entity, ANNOTATIONS)
        for start, end, name in self._patterns.find(text):
            if name in self._entities:  # a pattern of another name only helps to tell entities from other words
                yield _Found(start, end, name, PATTERNS)

    def _as_dict(self, text: str, found: _Found) -> dict[str, Any]:
        written = text[found.start : found.end]
        labels = found.labels
        if labels is None:
            labels = self._labels.of(found.entity, written, _word_before(text, found.start))
        return {
            "entity": found.entity,
            "start": found.start,
            "end": found.end,
            "value": self._canonical.get(written.casefold(), written),
            "extractor": found.extractor,
            **labels,
        }


def _tagger(data: NLUData, patterns: Patterns, state: State) -> SequenceTagger | None:
    if not can_learn_from(data.examples):
        return None
    if state is None:
        return SequenceTagger.learned(data.examples, patterns.find)
    return SequenceTagger(state["tagger"], patterns.find)


class _Phrases:
    """Phrases of whole words that may be entities."""

    def __init__(self, sightings: Mapping[str, _Sightings]) -> None:
        self._sightings = sightings
        self._longest = max((len(phrase.split()) for phrase in sightings), default=0)

    def find(self, text: str, intent: str | None) -> Iterator[tuple[int, int, str]]:
        for start, end in runs_of(text, self._longest):
            sightings = self._sightings.get(phrase_of(text[start:end]))
            entity = _likeliest(sightings, intent) if sightings else None
            if entity is not None:
                yield start, end, entity


def _likeliest(sightings: _Sightings, intent: str | None) -> str | None:
    """What the phrase mostly was in messages of this intent, or anywhere if it was in none; None: no entity."""
    counts: Counter[str | None] = Counter()
    for (entity, of_intent), count in sightings.items():
        counts[entity] += count if of_intent == intent else 0
    if not counts.total():
        for (entity, _), count in sightings.items():
            counts[entity] += count
    return min(counts, key=lambda entity: (-counts[entity], entity is None, entity or ""))


def _annotated_phrases(examples: Sequence[Example]) -> dict[str, _Sightings]:
    """Every phrase that is annotated somewhere, with all its appearances but those inside longer annotations."""
    marked = [(example, _annotations(example)) for example in examples]
    phrases = {phrase_of(example.text[start:end]) for example, spans in marked for start, end in spans}
    longest = max((len(phrase.split()) for phrase in phrases), default=0)
    sightings: dict[str, _Sightings] = defaultdict(Counter)
    for example, spans in marked:
        for start, end in runs_of(example.text, longest):
            phrase = phrase_of(example.text[start:end])
            entity = spans.get((start, end))
            inside = any(first <= start and end <= last for first, last in spans)
            if phrase in phrases and (entity or not inside):
                sightings[phrase][str(entity["entity"]) if entity else None, example.intent.split("/")[0]] += 1
    return sightings


def _annotations(example: Example) -> dict[tuple[int, int], Mapping[str, Any]]:
    return {(int(entity["start"]), int(entity["end"])): entity for entity in example.entities}


class _Labels:
    """Roles and groups, told from the word before an entity or else from the phrase itself.

    Both speak only if training never contradicts itself on them.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        self._by_word_before: dict[tuple[str, str], set[tuple[tuple[str, str], ...]]] = defaultdict(set)
        self._by_phrase: dict[tuple[str, str], set[tuple[tuple[str, str], ...]]] = defaultdict(set)
        for example in examples:
            for entity in example.entities:
                name, start = str(entity["entity"]), int(entity["start"])
                label = tuple((key, str(entity[key])) for key in ("role", "group") if entity.get(key) is not None)
                self._by_word_before[name, _word_before(example.text, start)].add(label)
                self._by_phrase[name, phrase_of(example.text[start : entity["end"]])].add(label)

    def of(self, entity: str, written: str, word_before: str) -> dict[str, str]:
        by_word_before = self._by_word_before.get((entity, word_before), set())
        by_phrase = self._by_phrase.get((entity, phrase_of(written)), set())
        for labels in (by_word_before, by_phrase):
            if len(labels) == 1:
                return dict(next(iter(labels)))
        return {}


def _word_before(text: str, position: int) -> str:
    words = TOKEN.findall(text[:position].casefold())
    return words[-1] if words else ""
