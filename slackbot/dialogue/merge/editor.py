"""Adds to the text of a YAML file and leaves every byte that was there: text is inserted, nothing is written anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from slackbot.dialogue.merge.layout import block_lines, dash_width, flow_text, layout_of
from slackbot.dialogue.merge.lines import Lines
from slackbot.dialogue.merge.outline import Node, Outline
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError

#: Where a value is: the keys and indexes that lead to it.
Place = tuple[str | int, ...]

# The key below which a text is a list of lines.
_LINES = "examples"
_BACKSLASH_U = re.compile(r"\\[uU]")
# Rasa decodes backslash-u sequences in files that are wholly ASCII, even inside quotes.
_NOT_ASCII = "# “not ASCII”: Rasa would decode the backslashes below if this file were\n"


class YamlEditor:
    """One file's text, to which items, keys and lines are added.

    New parts are indented like their neighbours. Additions to the same place keep their order. Every method raises
    FileError where the text is written in a way that can't be added to; the editor is of no use then.
    """

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._before = text
        self._lines = Lines(text)
        #: The content before anything is added.
        self.data = parse_yaml(self._lines.plain, path)
        self._expected = deepcopy(self.data)
        self._outline = Outline(self._lines.plain)
        #: Behind which line, from how deep a place, what.
        self._added: list[tuple[int, int, list[str]]] = []
        self._inserted: list[tuple[int, str]] = []
        #: How many items were added behind which one.
        self._items: Counter[tuple[Place, int]] = Counter()

    def holds_lines(self, place: Place) -> bool:
        """Whether a literal block (``|``) stands there."""
        node = self._outline.find(*place)
        return node is not None and node.is_literal

    def holds_items(self, place: Place) -> bool:
        """Whether a list with dashes stands there."""
        node = self._outline.find(*place)
        return node is not None and node.is_block_list

    def add_line(self, place: Place, line: str) -> None:
        """Add a line to a literal block, behind its last line that isn't empty."""
        node = self._outline.find(*place)
        key = self._key(place)
        if node is None or key is None or not node.is_literal:
            raise self._unusual(node)
        indentation = self._outline.indentation(node)
        if indentation is None:
            layout = layout_of(self._outline, self._outline.root)
            indentation = self._outline.column(key.start) + layout.literal_offset
        self._add(node.end, place, [" " * indentation + line])
        block = _value(self._expected, place)
        _value(self._expected, place[:-1])[place[-1]] = "\n".join([*_filled(block), line])

    def add_items(self, place: Place, items: Sequence[Any], after: int | None = None, *, in_flow: bool = True) -> None:
        """Add items to a list, at its end or behind the item with this index; makes the list if there is none.

        Without ``in_flow`` a list in square brackets is refused: not everything is readable in one line.
        """
        node = self._outline.find(*place)
        if node is None:
            self.add_entries(place[:-1], {place[-1]: list(items)})
            return
        behind = len(node.children) - 1 if after is None else after
        if node.is_empty:
            self._fill(place, node, list(items))
        elif node.kind == "sequence" and node.flow and in_flow:
            self._insert_in_flow(node, behind, [flow_text(item) for item in items])
            self._expect_items(place, behind, items)
        elif node.is_block_list and self._outline.starts_with_dash(node):
            neighbour = node.children[behind]
            layout = layout_of(self._outline, neighbour, self._outline.root)
            layout = replace(layout, dash_width=dash_width(self._outline, node) or layout.dash_width)
            column = self._outline.column(node.start)
            parts = [block_lines([item], column, layout) for item in items]
            self._add(neighbour.end, place, self._apart(parts, neighbour))
            self._expect_items(place, behind, items)
        else:
            raise self._unusual(node)

    def add_entries(self, place: Place, entries: Mapping[Any, Any]) -> None:
        """Add keys to a mapping, behind its last one; makes the mapping if there is none. The keys must be new."""
        node = self._outline.find(*place)
        if node is None and place:
            self.add_entries(place[:-1], {place[-1]: dict(entries)})
        elif node is None:
            self._add_at_end([block_lines({key: value}, 0, layout_of(self._outline)) for key, value in entries.items()])
            self._expected = {**(self._expected or {}), **entries}
        elif node.is_empty:
            self._fill(place, node, dict(entries))
        elif node.kind == "mapping":
            self._add_entries(place, node, entries)
        else:
            raise self._unusual(node)

    def result(self) -> str:
        """The whole new text; the old one, to the byte, if nothing was added.

        Raises FileError unless it reads as the old text with the additions, and Rasa reads it so too.
        """
        for offset, text in reversed(sorted(self._inserted, key=lambda item: item[0])):  # noqa: C413  the last of equals first
            self._lines.insert_into(self._outline.line(offset), self._outline.column(offset), text)
        behind: dict[int, list[str]] = {}
        # What stands deeper belongs to what stands there already, and comes first.
        for line, _, new in sorted(self._added, key=lambda item: (item[0], -item[1])):
            behind.setdefault(line, []).extend(new)
        text = self._lines.with_lines(behind.items())
        if not self._before and text.isascii() and _BACKSLASH_U.search(text):
            text = _NOT_ASCII + text
        self._check(Lines(text).plain)
        return text

    def _expect_items(self, place: Place, behind: int, items: Sequence[Any]) -> None:
        index = behind + 1 + sum(n for (other, after), n in self._items.items() if other == place and after <= behind)
        _value(self._expected, place)[index:index] = items
        self._items[place, behind] += len(items)

    def _add_entries(self, place: Place, node: Node, entries: Mapping[Any, Any]) -> None:
        if node.flow:
            if len(place) == 0:
                raise self._unusual(node)
            texts = [f"{flow_text(key)}: {flow_text(value)}" for key, value in entries.items()]
            self._insert_in_flow(node, len(node.entries) * 2 - 1, texts)
        else:
            neighbour_key, neighbour = node.entries[-1]
            layout = layout_of(self._outline, neighbour, node, self._outline.root)
            column = self._outline.column(node.entries[0][0].start)
            parts = [block_lines({key: value}, column, layout) for key, value in entries.items()]
            if place:
                self._add(max(neighbour_key.end, neighbour.end), place, self._apart(parts, neighbour_key))
            else:
                self._add_at_end(parts, self._blank_before(neighbour_key))
        known = _value(self._expected, place)
        if any(key in known for key in entries):  # from another mapping, by a merge key
            raise self._unusual(node)
        known.update(entries)

    def _fill(self, place: Place, node: Node, content: Any) -> None:
        """Put content below a key behind which nothing stands."""
        key = self._key(place)
        if key is None:
            raise self._unusual(node)
        layout = layout_of(self._outline, self._outline.root)
        offset = layout.list_offset if isinstance(content, list) else layout.mapping_offset
        lines = block_lines(content, self._outline.column(key.start) + offset, layout)
        self._add(max(node.end, key.end), place, lines)
        _value(self._expected, place[:-1])[place[-1]] = content

    def _insert_in_flow(self, node: Node, behind: int, texts: list[str]) -> None:
        joined = ", ".join(texts)
        if behind < 0:
            self._inserted.append((self._opening(node) + 1, joined + (", " if node.children else "")))
        else:
            self._inserted.append((node.children[behind].end, f", {joined}"))

    def _opening(self, node: Node) -> int:
        """The place of the bracket or brace that opens a list or mapping."""
        return self._lines.plain.index("[" if node.kind == "sequence" else "{", node.start)

    def _add(self, offset: int, place: Place, lines: list[str]) -> None:
        self._added.append((self._outline.line(offset), len(place), lines))

    def _add_at_end(self, parts: list[list[str]], blank_before: bool = False) -> None:
        last = self._lines.last
        separate = blank_before and self._lines[last].strip() != ""
        lines = [line for part in parts for line in ([""] if separate else []) + part]
        self._added.append((last, 0, lines))

    def _apart(self, parts: list[list[str]], neighbour: Node) -> list[str]:
        """The parts' lines, with empty lines before each part if there is one before their neighbour."""
        blank = [""] if self._blank_before(neighbour) else []
        return [line for part in parts for line in blank + part]

    def _blank_before(self, node: Node) -> bool:
        """Whether an empty line stands before the node and its comments."""
        number = self._outline.line(node.start) - 1
        while number >= 0 and self._lines[number].lstrip().startswith("#"):
            number -= 1
        return number >= 0 and not self._lines[number].strip()

    def _key(self, place: Place) -> Node | None:
        """The node of the last key of a place."""
        parent = self._outline.find(*place[:-1])
        entries = parent.entries if parent is not None and not parent.flow else []
        return next((key for key, _ in entries if key.kind == "scalar" and key.value == place[-1]), None)

    def _check(self, text: str) -> None:
        old = Lines(self._before).plain
        before, after = (len(_BACKSLASH_U.findall(one)) for one in (old, text))
        if (text.isascii() and after > before) or (before and old.isascii() and not text.isascii()):
            raise FileError(
                self._path,
                None,
                "its backslashes would be read differently with what is to be added",
                "add a comment with a letter that is not ASCII at its top",
            )
        try:
            found = parse_yaml(text, self._path)
        except FileError as error:
            raise self._unusual(None) from error
        if not _is_same(self._expected, found):
            raise self._unusual(None)

    def _unusual(self, node: Node | None) -> FileError:
        line = self._outline.line(node.start) + 1 if node is not None else None
        problem = "this is written in a way that nothing can be added to by inserting lines"
        ends = self._lines[-1] == ""
        remedy = "write it as Rasa's documentation does, one item a line" if ends else "end the file with a newline"
        return FileError(self._path, line, problem, remedy)


def _value(data: Any, place: Place) -> Any:
    for key in place:
        data = data[key]
    return data


def _is_same(expected: Any, found: Any, key: object = None) -> bool:
    """Whether both are the same content. Empty lines at the end of examples mean nothing."""
    if key == _LINES and isinstance(expected, str) and isinstance(found, str):
        return _filled(expected) == _filled(found)
    if isinstance(expected, dict) and isinstance(found, dict):
        same_keys = expected.keys() == found.keys()
        return same_keys and all(_is_same(value, found[name], name) for name, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(_is_same, expected, found))
    return bool(expected == found)


def _filled(text: str) -> list[str]:
    """The lines of a block without the empty ones at its end, behind which nothing is added."""
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines
