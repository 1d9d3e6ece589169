"""Where a project's lookup tables and regular expressions fit in a text."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slackbot.dialogue.nlu import NLUData

_log = logging.getLogger(__name__)

TOKEN = re.compile(r"\w+|[^\w\s]")


class Patterns:
    """The lookup tables and regexes of one project. Case doesn't matter, as in Rasa."""

    def __init__(self, data: NLUData) -> None:
        """A lookup table that is still the name of a file has no entries; a broken regex is left out with a warning."""
        self._names_of = _lookup_phrases(data.lookups)
        self._longest = max((len(phrase.split()) for phrase in self._names_of), default=0)
        self._regexes = [*_regexes(data.regexes)]

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and name of each fit: entries of tables, which are whole words, then regexes."""
        for start, end in runs_of(text, self._longest):
            for name in self._names_of.get(phrase_of(text[start:end]), ()):
                yield start, end, name
        for name, regex in self._regexes:
            for match in regex.finditer(text):
                if match.end() > match.start():
                    yield match.start(), match.end(), name


def runs_of(text: str, longest: int) -> Iterator[tuple[int, int]]:
    """The places of all runs of up to ``longest`` tokens."""
    tokens = [match.span() for match in TOKEN.finditer(text)]
    for first, (start, _) in enumerate(tokens):
        for _, end in tokens[first : first + longest]:
            yield start, end


def phrase_of(text: str) -> str:
    """The text's tokens in lower case, with a space between any two."""
    return " ".join(TOKEN.findall(text.casefold()))


def _lookup_phrases(lookups: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The names of the tables that each phrase is in, in order."""
    found: dict[str, set[str]] = defaultdict(set)
    for lookup in lookups:
        elements = lookup["elements"]
        for element in elements if isinstance(elements, list | tuple) else ():
            phrase = phrase_of(str(element))
            if phrase:
                found[phrase].add(str(lookup["name"]))
    return {phrase: sorted(names) for phrase, names in found.items()}


def _regexes(regexes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for regex in regexes:
        try:
            yield str(regex["name"]), re.compile(str(regex["pattern"]), re.IGNORECASE)
        except re.error as error:
            _log.warning("The regex %r for %s is left out: %s", regex["pattern"], regex["name"], error)
