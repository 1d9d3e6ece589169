"""Environment variables in Rasa's files: text without quotes that holds ``${NAME}`` is read with their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slackbot.dialogue.yamlfile import Variable, YamlMapping, YamlSequence, line_of
from slackbot.errors import FileError

#: The variables to expand; None leaves everything as it is written.
Environment = Mapping[str, str] | None

_NAME = re.compile(r"\$(?:(\w+)|\{([^}]*)\})", re.ASCII)


def expanded(data: Any, path: Path, environment: Environment) -> Any:
    """The data of a file as Rasa reads it in an environment; the same object where there is nothing to expand.

    Only texts that ``parse_yaml`` gave as Variable are touched, in keys too; what comes in their place is always
    text. Raises FileError with the line where Rasa refuses to read: a word that begins with ``$`` whose variable
    isn't set. As in Rasa, an unset one further inside a word stays as it is written.
    """
    return data if environment is None else _Expander(path, environment).expand(data, None)


class _Expander:
    """Expands the data of one file. A node that aliases repeat is expanded once and shared."""

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._environment = environment
        self._done: dict[int, Any] = {}

    def expand(self, node: Any, line: int | None) -> Any:
        if isinstance(node, Variable):
            return self._text(node, line)
        if not isinstance(node, dict | list):
            return node
        if id(node) not in self._done:
            self._done[id(node)] = node  # for aliases to itself
            self._done[id(node)] = self._mapping(node) if isinstance(node, dict) else self._sequence(node)
        return self._done[id(node)]

    def _mapping(self, node: dict[Any, Any]) -> dict[Any, Any]:
        lines = {key: line_of(node, key) for key in node}
        keys = [self.expand(key, line) for key, line in lines.items()]
        values = [self.expand(node[key], line) for key, line in lines.items()]
        if _same(keys, node) and _same(values, node.values()):
            return node
        if not isinstance(node, YamlMapping):
            return dict(zip(keys, values, strict=True))
        read = YamlMapping(node.line)
        read.update(zip(keys, values, strict=True))
        read.lines = dict(zip(keys, node.lines.values(), strict=True))
        return read

    def _sequence(self, node: list[Any]) -> list[Any]:
        items = [self.expand(item, line_of(node, index)) for index, item in enumerate(node)]
        if _same(items, node):
            return node
        if not isinstance(node, YamlSequence):
            return items
        read = YamlSequence(node.line)
        read.extend(items)
        read.lines = node.lines
        return read

    def _text(self, text: Variable, line: int | None) -> str:
        found = _NAME.sub(lambda match: self._environment.get(match[1] or match[2], match[0]), text)
        unset = next((word for word in found.split() if word.startswith("$") and word in text), None)
        if unset is not None:
            problem = f"the environment has no value for {unset!r:.60}"
            raise FileError(self._path, line, problem, "set the variable, or put the text in quotes if it is meant so")
        return found if found != text else text


def _same(new: Iterable[Any], old: Iterable[Any]) -> bool:
    return all(one is other for one, other in zip(new, old, strict=True))
