"""Which file of a project takes what: the one that holds its kind already."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain_files import read_domain_files
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.project import Project
from slackbot.errors import FileError

_YAML_SUFFIXES = (".yml", ".yaml")
_DOMAIN_SECTIONS = ("intents", "entities", "responses", "actions")
#: Takes what can't be put into the file that holds its kind.
OVERFLOW = "storythread.yml"


class ProjectFiles:
    """The files of a project that was loaded without fault.

    ``new_file`` takes all examples and stories, wherever others of their kind are; it need not exist. Raises FileError
    where Rasa would not read it as training data.
    """

    def __init__(self, project: Project, new_file: Path | None = None) -> None:
        self._project, self.folder = project, project.path
        self._data = self.folder / "data"
        self._new_file = self._accepted(self.folder / new_file) if new_file is not None else None
        places = (self.folder / name for name in ("domain.yml", "domain.yaml", "domain"))
        self._domain_place = next(place for place in places if place.exists())

    def batches(self, additions: Batch) -> dict[Path, Batch]:
        """The additions by file: first those to the domain, since what the others hold needs them."""
        batches: dict[Path, Batch] = {}
        for path, batch in self._parts(additions):
            batches[path] = batches.get(path, Batch()) + batch
        return batches

    def overflow(self, path: Path) -> Path | None:
        """The file to turn to where nothing can be added to this one; None where there is none."""
        if not self.is_data(path) and not self._domain_place.is_dir():
            return None
        other = (self._data if self.is_data(path) else self._domain_place) / OVERFLOW
        return other if path not in (other, self._new_file) else None

    def is_data(self, path: Path) -> bool:
        """Whether it holds training data, and not the domain."""
        return path.is_relative_to(self._data)

    @cached_property
    def _domain(self) -> list[tuple[Path, Any]]:
        return read_domain_files(self._domain_place)

    def _parts(self, additions: Batch) -> Iterator[tuple[Path, Batch]]:
        for section in ("intents", "entities", "actions"):
            batch = replace(Batch(), **{section: getattr(additions, section)})
            if batch:
                yield self._domain_file(section), batch
        for name, text in additions.responses.items():
            yield self._response_file(name), Batch(responses={name: text})
        for intent in dict.fromkeys(example.intent for example in additions.examples):
            own = tuple(example for example in additions.examples if example.intent == intent)
            yield self._example_file(intent), Batch(examples=own)
        if additions.stories:
            yield self._story_file(), Batch(stories=additions.stories)

    def _domain_file(self, section: str) -> Path:
        """The file with the section; else the one with most sections of the kinds that are added."""
        holders = [path for path, data in self._domain if data.get(section) is not None]
        if holders:
            return holders[0]
        return max(self._domain, key=lambda item: len(set(_DOMAIN_SECTIONS) & set(item[1])))[0]

    def _response_file(self, name: str) -> Path:
        in_domain = any(data.get("responses") for _, data in self._domain)
        in_data = self._with_section("responses") if not in_domain or "/" in name else None
        return in_data or self._domain_file("responses")

    def _example_file(self, intent: str) -> Path:
        known = [each for each in self._project.nlu.examples if each.path is not None]
        base = intent.partition("/")[0]
        same = (each for each in known if each.intent == intent)
        near = (each for each in known if each.intent.partition("/")[0] == base)
        return self._new_file or _fullest(same) or _fullest(near) or self._file("nlu", known)

    def _story_file(self) -> Path:
        known = [each for each in self._project.stories if each.kind == "story" and each.path is not None]
        return self._new_file or self._file("stories", known)

    def _file(self, section: str, items: list[Any]) -> Path:
        """Of the files with such items the one with Rasa's own name for it, or the fullest; else a new one."""
        named = (item for item in items if item.path.stem == section)
        return _fullest(named) or _fullest(items) or self._with_section(section) or self._data / f"{section}.yml"

    def _with_section(self, section: str) -> Path | None:
        """The first file that has the section, if only its name."""
        pattern = re.compile(rf"^{section}[ ]*:", re.MULTILINE)
        return next((path for path in self._data_files() if pattern.search(path.read_text("utf-8-sig"))), None)

    def _data_files(self) -> list[Path]:
        return sorted(
            Path(parent, name)
            for parent, _, names in os.walk(self._data, followlinks=True)
            for name in names
            if name.endswith(_YAML_SUFFIXES) and not name.startswith(".")
        )

    def _accepted(self, path: Path) -> Path:
        place = os.path.relpath(path, self.folder)
        is_read = Path(place).suffix in _YAML_SUFFIXES and not Path(place).name.startswith(".")
        if Path(place).parts[0] != self._data.name or not is_read:
            remedy = f"name one like {self._data / 'taught.yml'}"
            raise FileError(path, None, "this is no file that Rasa would read as training data", remedy)
        return self.folder / place


def _fullest(items: Iterable[Any]) -> Path | None:
    """The file in which most of the items are; of several the first by its path."""
    counts = Counter(item.path for item in items)
    return min(counts, key=lambda path: (-counts[path], path), default=None)
