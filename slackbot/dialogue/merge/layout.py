"""How a file indents its lists and mappings, and new parts of it written in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from slackbot.dialogue.merge.outline import Node, Outline, nodes_below
from slackbot.dialogue.yamlfile import Quoted, to_yaml

# A key that isn't ASCII: to_yaml adds no comment then against Rasa's decoding of backslashes.
_KEY = "é"
_PLAIN_IN_FLOW = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")


@dataclass(frozen=True)
class Layout:
    """Distances in columns."""

    #: From a key to the dashes of the list below it.
    list_offset: int = 0
    #: From a key to those of the mapping below it.
    mapping_offset: int = 2
    #: From a key to the text of the literal block below it.
    literal_offset: int = 2
    #: From a dash to what follows it.
    dash_width: int = 2


def layout_of(outline: Outline, *nodes: Node | None) -> Layout:
    """Each distance as it is first found in the nodes, of which the first are asked first."""
    found: dict[str, int] = {}
    for node in nodes:
        for name, distance in _distances(outline, node) if node is not None else ():
            found.setdefault(name, distance)
            if len(found) == len(fields(Layout)):
                break
    return Layout(**found)


def _distances(outline: Outline, top: Node) -> Iterator[tuple[str, int]]:
    for node in nodes_below(top):
        if node.is_block_list and outline.starts_with_dash(node):
            width = dash_width(outline, node)
            if width is not None:
                yield "dash_width", width
        elif not node.flow:
            for key, value in node.entries:
                column = outline.column(key.start)
                yield from ((name, place - column) for name, place in _place_below(outline, key, value))


def _place_below(outline: Outline, key: Node, value: Node) -> Iterator[tuple[str, int]]:
    """The name of the distance and the column of what stands in the lines below a key."""
    if value.is_literal:
        indentation = outline.indentation(value)
        if indentation is not None:
            yield "literal_offset", indentation
    elif value.flow or outline.line(value.start) == outline.line(key.start):
        return
    elif value.kind == "sequence":
        yield "list_offset", outline.column(value.start)
    elif value.kind == "mapping":
        yield "mapping_offset", outline.column(value.start)


def dash_width(outline: Outline, sequence: Node) -> int | None:
    """From the first dash of a list to what follows it; None if that stands in another line."""
    first = sequence.children[0]
    in_same_line = outline.line(first.start) == outline.line(sequence.start)
    return first.start - sequence.start if in_same_line and not first.is_empty else None


def block_lines(data: Mapping[str, Any] | Sequence[Any], column: int, layout: Layout) -> list[str]:
    """The lines of a mapping or a list, which isn't empty, indented to the column."""
    if isinstance(data, Mapping):
        return [line for key, value in data.items() for line in _entry(key, value, column, layout)]
    return [line for item in data for line in _item(item, column, layout)]


def flow_text(data: Any) -> str:
    """The data in one line, in square brackets and braces where it is a list or a mapping."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{flow_text(key)}: {flow_text(value)}" for key, value in data.items()) + "}"
    if isinstance(data, str):
        plain = _scalar(data)[0]
        return plain if plain == data and _PLAIN_IN_FLOW.fullmatch(data) else _scalar(Quoted(data))[0]
    if isinstance(data, Sequence):
        return "[" + ", ".join(map(flow_text, data)) + "]"
    return _scalar(data)[0]


def _entry(key: str, value: Any, column: int, layout: Layout) -> list[str]:
    head = " " * column + _scalar(Quoted(key) if "\n" in key else key)[0] + ":"
    if value and isinstance(value, Mapping):
        return [head, *block_lines(value, column + layout.mapping_offset, layout)]
    if value and isinstance(value, list | tuple):
        return [head, *block_lines(value, column + layout.list_offset, layout)]
    first, *rest = _scalar(value)
    return [f"{head} {first}", *_indented(rest, column + layout.literal_offset)]


def _item(item: Any, column: int, layout: Layout) -> list[str]:
    dash = " " * column + "-".ljust(layout.dash_width)
    if item and isinstance(item, Mapping):
        first, *rest = block_lines(item, column + layout.dash_width, layout)
        return [dash + first[len(dash) :], *rest]
    if isinstance(item, list | tuple):
        return [dash + flow_text(item)]
    first, *rest = _scalar(item)
    return [dash + first, *_indented(rest, column + layout.dash_width)]


def _indented(lines: Sequence[str], column: int) -> list[str]:
    return [" " * column + line if line else "" for line in lines]


def _scalar(value: Any) -> list[str]:
    """The lines of a value that stands behind a key; those after the first without indentation."""
    first, *rest = to_yaml({_KEY: value}).removesuffix("\n").split("\n")
    return [first.removeprefix(f"{_KEY}: "), *(line.removeprefix("  ") for line in rest)]
