"""Finds the files of a domain, and joins their contents where they are several."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import FileError

#: A YAML file that has none of these is no domain file.
_SECTIONS = frozenset(
    ("intents", "entities", "slots", "responses", "forms", "actions", "e2e_actions", "session_config")
)


def read_domain_files(path: Path) -> list[tuple[Path, Any]]:
    """The domain's files with their content, in the order of their paths: one file, or those of a folder.

    A folder with training data (``data/`` or ``config.yml``) is a project, whose domain is ``domain.yml``,
    ``domain.yaml`` or the folder ``domain``. In any other folder each YAML file at any depth belongs to the domain,
    if it has a domain's sections and isn't hidden. Raises FileError.
    """
    place = _of_project(path) if path.is_dir() else path
    if not place.is_dir():
        return [(place, read_yaml(place))]
    contents = [(file, read_yaml(file)) for file in sorted(place.rglob("*")) if _may_be_read(file.relative_to(place))]
    found = [(file, data) for file, data in contents if isinstance(data, dict) and not _SECTIONS.isdisjoint(data)]
    if not found:
        raise FileError(place, None, "there is no domain file in this folder", "add a domain.yml")
    return found


def _may_be_read(file: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.parts)
    return file.suffix in {".yml", ".yaml"} and not hidden


def _of_project(folder: Path) -> Path:
    if not (folder / "data").is_dir() and not (folder / "config.yml").is_file():
        return folder
    places = (folder / name for name in ("domain.yml", "domain.yaml", "domain"))
    return next((place for place in places if place.exists()), folder)


def merge(contents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One domain's content from several: lists and mappings are joined; of what is defined twice the first counts."""
    merged: dict[str, Any] = {}
    for data in contents:
        for key, value in data.items():
            merged[key] = _joined(merged.get(key), deepcopy(value))
    return merged


def _joined(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {**first, **{key: value for key, value in second.items() if key not in first}}
    if isinstance(first, list) and isinstance(second, list):
        known = {_name(item) for item in first}
        return [*first, *(item for item in second if _name(item) not in known)]
    return second if first is None else first


def _name(item: Any) -> str:
    """What a list's item is known by: ``- greet`` and ``- greet: {...}`` are the same one."""
    return str(next(iter(item), None) if isinstance(item, dict) else item)
