"""A Rasa project on disk: its domain, stories, rules, NLU data and configuration, read and checked together."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.domain_sections import SectionReader
from slackbot.dialogue.environment import Environment, expanded
from slackbot.dialogue.events import ActionExecuted, Event, UserUttered
from slackbot.dialogue.nlu import NLUData, merged_nlu, nlu_from
from slackbot.dialogue.stories import Story, stories_from
from slackbot.dialogue.unread import unread_sections
from slackbot.dialogue.yamlfile import line_of, read_yaml
from slackbot.errors import FileError

logger = logging.getLogger(__name__)

# Rasa knows these without the domain naming them.
DEFAULT_INTENTS = {"restart", "back", "out_of_scope", "session_start", "nlu_fallback"}
_YAML_SUFFIXES = {".yml", ".yaml"}


@dataclass(frozen=True)
class Project:
    """What a project says. Stories are in the order of their files' paths, each file's stories before its rules."""

    path: Path
    #: With the responses that data files hold (those of retrieval intents).
    domain: Domain
    stories: tuple[Story, ...]
    nlu: NLUData
    config: dict[str, Any]


def load_project(folder: Path, environment: Environment = os.environ) -> Project:
    """The project in a folder: ``domain.yml`` (or ``domain.yaml``, or a folder ``domain``), all YAML files at any
    depth of ``data``, whatever kinds of training data each of them holds, and ``config.yml`` if there is one.

    Environment variables are expanded in all of them, as Rasa does it; None leaves ``${NAME}`` as it stands.
    Raises FileError with file, line and remedy for a missing folder or domain, for broken files, and for an intent
    or action in a story that the domain lacks. An intent that only NLU examples have is no error, as in Rasa.
    """
    _require_folder(folder)
    domain = Domain.load(_domain_path(folder), environment)
    files = [_File(path, read_yaml(path), environment) for path in _data_files(folder / "data")]
    domain = domain.with_responses({name: response for file in files for name, response in file.responses().items()})
    stories = tuple(story for file in files for story in stories_from(file.data, file.path, domain))
    _check(stories, domain)
    nlu = merged_nlu(nlu_from(file.data, file.path) for file in files)
    return Project(folder, domain, stories, nlu, _config(folder, environment))


def project_files(folder: Path) -> list[Path]:
    """The files that ``load_project`` reads, in order of their paths: of a folder ``domain`` all that it may read.

    Raises FileError where there is no project.
    """
    _require_folder(folder)
    domain = _domain_path(folder)
    config = _config_path(folder)
    parts = _data_files(domain) if domain.is_dir() else [domain]
    return sorted({*parts, *_data_files(folder / "data"), *([config] if config else ())})


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        problem = "this is a file, and no folder" if folder.exists() else "there is no such folder"
        raise FileError(folder, None, problem, "name the folder that holds domain.yml and data")


class _File:
    """A file of training data."""

    def __init__(self, path: Path, written: Any, environment: Environment) -> None:
        _refuse_bare_list(path, written)
        self.path = path
        self.written: dict[str, Any] = written if isinstance(written, dict) else {}
        for name in unread_sections(path.read_bytes().decode("utf-8"), self.written):
            problem = "quotes, a space before the colon or a byte order mark hide it"
            logger.warning("%s:%s: Rasa doesn't read %r: %s", path, line_of(written, name), name, problem)
        self.data = expanded(self.written, path, environment)

    def responses(self) -> dict[str, Any]:
        """The responses as they are written, if they can be read."""
        SectionReader(self.path).responses(self.data)
        return self.written.get("responses") or {}


def _domain_path(folder: Path) -> Path:
    for name in ("domain.yml", "domain.yaml", "domain"):
        if (folder / name).exists():
            return folder / name
    raise FileError(folder, None, "the folder holds no domain", "add a domain.yml, or name the project's own folder")


def _data_files(data: Path) -> list[Path]:
    """All YAML files below the folder, without hidden ones, ordered by path."""
    return sorted(
        Path(parent, name)
        for parent, _, names in os.walk(data, followlinks=True)
        for name in names
        if Path(name).suffix in _YAML_SUFFIXES and not name.startswith(".")
    )


def _config(folder: Path, environment: Environment) -> dict[str, Any]:
    path = _config_path(folder)
    if path is None:
        return {}
    config = expanded(read_yaml(path), path, environment)
    if config is not None and not isinstance(config, dict):
        raise FileError(path, 1, "the configuration is not a mapping", "write it like 'pipeline:'")
    for section in ("pipeline", "policies"):
        _require_components(path, config or {}, section)
    return config or {}


def _require_components(path: Path, config: dict[str, Any], section: str) -> None:
    listed = [] if config.get(section) is None else config[section]
    if not isinstance(listed, list) or not all(isinstance(one, str) or _has_name(one) for one in listed):
        problem = f"'{section}' is no list of components"
        raise FileError(path, line_of(config, section), problem, "write each as '- name: NAME' below it")


def _has_name(component: Any) -> bool:
    return isinstance(component, dict) and isinstance(component.get("name"), str)


def _config_path(folder: Path) -> Path | None:
    return next((folder / name for name in ("config.yml", "config.yaml") if (folder / name).exists()), None)


def _refuse_bare_list(path: Path, data: Any) -> None:
    """Rasa reads nothing from a list without a key above it, and says nothing."""
    kinds = {"story": "stories", "rule": "rules", "intent": "nlu", "synonym": "nlu", "regex": "nlu", "lookup": "nlu"}
    for index, item in enumerate(data if isinstance(data, list) else ()):
        kind = next((kind for kind in kinds if isinstance(item, dict) and kind in item), None)
        if kind is not None:
            raise FileError(
                path,
                line_of(data, index),
                "a list with nothing above it is read by nobody",
                f"put '{kinds[kind]}:' above",
            )


def _check(stories: Iterable[Story], domain: Domain) -> None:
    """Raises FileError for the first intent or action of a story that the domain lacks."""
    intents = {*domain.intents, *DEFAULT_INTENTS}
    actions = {*domain.actions, *(name.split("/")[0] for name in domain.responses)}
    for story in stories:
        for event, line in zip(story.events, story.event_lines, strict=True):
            for kind, name, known in _named(event, intents, actions):
                if name not in known:
                    remedy = _remedy(kind, name, known)
                    raise FileError(story.path or "", line, f"the domain has no {kind} {name!r}", remedy)


def _named(event: Event, intents: set[str], actions: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    if isinstance(event, UserUttered) and event.intent_name:
        yield "intent", event.intent_name, intents
    elif isinstance(event, ActionExecuted) and event.action_name:
        yield "action", event.action_name, actions


def _remedy(kind: str, name: str, known: Iterable[str]) -> str:
    where = "responses" if name.startswith("utter_") else f"{kind}s"
    close = difflib.get_close_matches(name, known, n=1)
    return f"add it to the domain's {where}" + (f", or write {close[0]!r}" if close else ", or correct the name")
