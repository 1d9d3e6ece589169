"""Where the values of a YAML text stand in it. Offsets count characters from 0."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.events import CollectionEndEvent as EndEvent

_BLOCK_STYLES = ("|", ">")


@dataclass(slots=True)
class Node:
    """A value of the text. An alias is a node of its own, not the value that it stands for."""

    kind: Literal["scalar", "sequence", "mapping", "alias"]
    #: Its first character: a list's first dash, a quote, or an anchor before them.
    start: int
    #: Behind its last character, without the comment and the empty lines that follow.
    end: int
    value: str = ""
    #: ``|``, ``>``, a quote, or nothing.
    style: str = ""
    #: Written in square brackets or braces.
    flow: bool = False
    #: Of a mapping: key, value, key, value.
    children: list[Node] = field(default_factory=list)

    @property
    def entries(self) -> list[tuple[Node, Node]]:
        """The keys and values of a mapping."""
        return list(zip(self.children[0::2], self.children[1::2], strict=True)) if self.kind == "mapping" else []

    def child(self, key: str | int) -> Node | None:
        """The value of a mapping's key, or a sequence's item."""
        if isinstance(key, int):
            return self.children[key] if self.kind == "sequence" and key < len(self.children) else None
        return next((value for name, value in self.entries if name.kind == "scalar" and name.value == key), None)

    @property
    def is_empty(self) -> bool:
        """Nothing stands there, as behind ``stories:``."""
        return self.kind == "scalar" and not self.style and not self.value

    @property
    def is_literal(self) -> bool:
        """A block that begins with ``|``."""
        return self.kind == "scalar" and self.style == "|"

    @property
    def is_block_list(self) -> bool:
        """A list with a dash in front of each item."""
        return self.kind == "sequence" and not self.flow


class Outline:
    """The nodes of a text. The text must be YAML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(place + 1 for place, character in enumerate(text) if character == "\n")]
        #: None for a text without a value.
        self.root = self._read()

    def find(self, *keys: str | int) -> Node | None:
        """The node under these keys and indexes; None if there is none."""
        node = self.root
        for key in keys:
            node = node.child(key) if node is not None else None
        return node

    def line(self, offset: int) -> int:
        """The number of the line, from 0."""
        return bisect.bisect_right(self._starts, offset) - 1

    def column(self, offset: int) -> int:
        """The number of characters before it in its line."""
        return offset - self._starts[self.line(offset)]

    def indentation(self, literal: Node) -> int | None:
        """The column at which the lines of a literal block begin; None if it has none."""
        first = next((line for line in literal.value.split("\n") if line.strip()), None)
        if first is None:
            return None
        lines = self._text[literal.start : literal.end].split("\n")[1:]
        written = next(line for line in lines if line.strip())
        return _leading(written) - _leading(first)

    def starts_with_dash(self, sequence: Node) -> bool:
        """False where something (an anchor, a tag) stands before the first dash."""
        return self._text[sequence.start] == "-"

    def _read(self) -> Node | None:
        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        root: Node | None = None
        open_nodes: list[Node] = []
        for event in yaml.parse(self._text):
            if isinstance(event, EndEvent):
                self._close(open_nodes.pop(), event)
            elif isinstance(event, NodeEvent):
                node = self._node(event)
                if open_nodes:
                    self._put_into(open_nodes[-1], node)
                root = root or node
                if node.kind in ("sequence", "mapping"):
                    open_nodes.append(node)
        return None if root is not None and root.is_empty else root

    def _node(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, AliasEvent):
            return Node("alias", start, end)
        if isinstance(event, ScalarEvent):
            style = event.style or ""
            return Node(
                "scalar", start, self._block_end(start, end) if style in _BLOCK_STYLES else end, event.value, style
            )
        kind: Literal["sequence", "mapping"] = "sequence" if isinstance(event, SequenceStartEvent) else "mapping"
        assert isinstance(event, SequenceStartEvent | MappingStartEvent)  # noqa: S101  there are no other node events
        return Node(kind, start, end, flow=bool(event.flow_style))

    @staticmethod
    def _put_into(parent: Node, node: Node) -> None:
        """Make the node the parent's next child. A value that is nothing stands where its key ends."""
        is_value = parent.kind == "mapping" and len(parent.children) % 2 == 1
        if is_value and node.is_empty and node.start == node.end:
            node.start = node.end = parent.children[-1].end
        parent.children.append(node)

    def _close(self, node: Node, event: Any) -> None:
        node.end = event.end_mark.index if node.flow else max(child.end for child in node.children)

    def _block_end(self, start: int, end: int) -> int:
        """The end of the last line of a block scalar that isn't empty (of its header, if all are)."""
        header = self._line_end(start)
        content = self._text[header:end].rstrip()
        return self._line_end(header + len(content)) if content else header

    def _line_end(self, offset: int) -> int:
        end = self._text.find("\n", offset)
        return end if end >= 0 else len(self._text)


def nodes_below(node: Node) -> Iterator[Node]:
    """The node and all in it, in the order of the text."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += reversed(found.children)


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
