"""The tests that a project brings along: stories in ``tests`` with the messages' texts and what they mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from slackbot.dialogue.environment import Environment, expanded
from slackbot.dialogue.project import Project
from slackbot.dialogue.stories import Story, stories_from
from slackbot.dialogue.yamlfile import read_yaml


def own_tests(project: Project, environment: Environment = os.environ) -> list[Story]:
    """The test stories of all YAML files at any depth of the project's folder ``tests``, ordered by path.

    Files without stories are passed over. Messages mean what the tests say; their texts are not understood anew.
    Raises FileError for a file that can't be read.
    """
    return [story for path in _files(project.path / "tests") for story in _stories(path, project, environment)]


def _files(folder: Path) -> list[Path]:
    paths = (path for suffix in ("*.yml", "*.yaml") for path in folder.rglob(suffix))
    return sorted(path for path in paths if path.is_file() and not path.name.startswith("."))


def _stories(path: Path, project: Project, environment: Environment) -> Iterator[Story]:
    data = read_yaml(path)
    if isinstance(data, dict) and data.get("stories"):
        yield from stories_from(expanded(data, path, environment), path, project.domain)
