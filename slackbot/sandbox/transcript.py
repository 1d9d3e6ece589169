"""What a screen shows, as plain text for people: messages with what can be pressed, modals, what one alone sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from slackbot.sandbox.authors import NO_TEXT
from slackbot.sandbox.elements import label, placed_elements
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import readable

#: The fields of blocks that hold text objects, in the order in which they are shown.
_TEXT_FIELDS = ("title", "subtitle", "text", "body", "label", "hint")


@dataclass(frozen=True)
class Transcript:
    """Writes messages and views down; `name_of` gives the name of a user or channel by id."""

    name_of: Callable[[str], str]

    def messages(self, messages: Sequence[JSON]) -> str:
        """A paragraph a message, replies indented."""
        return "\n".join(line for message in messages for line in self._message(message))

    def view(self, view: JSON) -> str:
        """A modal or a home tab: its title, its blocks, its buttons."""
        title = view["title"]["text"] if view.get("title") else view["type"]
        lines = [f"== {title} ==", *self._blocks(view["blocks"])]
        buttons = [f"[{view[name]['text']}]" for name in ("submit", "close") if view.get(name)]
        return "\n".join([*lines, " ".join(buttons)] if buttons else lines)

    def _message(self, message: JSON) -> Iterator[str]:
        indent = "    " if message.get("thread_ts") not in (None, message["ts"]) else ""
        author = message.get("username") or self.name_of(message.get("user") or message.get("bot_id", ""))
        if message.get("is_ephemeral"):
            author = "(only you see this)"
        edited = " (edited)" if "edited" in message and "bot_id" not in message else ""
        lines = list(self._content(message)) or [""]
        yield f"{indent}{author}: {lines[0]}{edited if len(lines) == 1 else ''}"
        for line in lines[1:]:
            yield f"{indent}  {line}"

    def _content(self, message: JSON) -> Iterator[str]:
        if message.get("blocks"):
            yield from self._blocks(message["blocks"])
        elif message["text"] not in ("", NO_TEXT):
            yield from self._readable(message["text"])
        for file in message.get("files", ()):
            deleted = file.get("mode") == "tombstone"
            yield "(deleted file)" if deleted else f"(file {file['title']}: {file['name']}, {file['size']} bytes)"
        reactions = [f":{r['name']}: {r['count']}" for r in message.get("reactions", ())]
        if reactions:
            yield " ".join(reactions)

    def _blocks(self, blocks: Sequence[JSON]) -> Iterator[str]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: JSON) -> Iterator[str]:
        if block["type"] == "divider":
            yield "---"
        if block["type"] == "rich_text":
            yield from self._rich_text(block)
        if block["type"] == "table":
            for row in block["rows"]:
                yield " | ".join(self._cell(cell) for cell in row)
        for text in _texts(block):
            yield from self._readable(text)
        yield from self._blocks(block.get("child_blocks", ()))
        own = {key: value for key, value in block.items() if key != "child_blocks"}
        labels = [f"[{label(placed)}]" for placed in placed_elements([own]) if block["type"] != "input"]
        if labels:
            yield " ".join(labels)

    def _readable(self, text: str) -> list[str]:
        return readable(text, self.name_of).split("\n")

    def _rich_text(self, block: JSON) -> Iterator[str]:
        for part in block["elements"]:
            if part["type"] == "rich_text_list":
                for item in part["elements"]:
                    yield "- " + self._inline(item["elements"])
            else:
                mark = "> " if part["type"] == "rich_text_quote" else ""
                for line in self._inline(part["elements"]).split("\n"):
                    yield mark + line

    def _inline(self, elements: Sequence[JSON]) -> str:
        return "".join(self._inline_element(element) for element in elements)

    def _inline_element(self, element: JSON) -> str:
        kind = element["type"]
        if kind == "user":
            return "@" + self.name_of(element["user_id"])
        if kind == "channel":
            return "#" + self.name_of(element["channel_id"])
        if kind == "emoji":
            return f":{element['name']}:"
        if kind == "broadcast":
            return f"@{element['range']}"
        return str(element.get("text") or element.get("url") or element.get("fallback", ""))

    def _cell(self, cell: JSON) -> str:
        if cell["type"] == "rich_text":
            return " ".join(self._rich_text(cell))
        return str(cell.get("text", cell.get("value", "")))


def _texts(block: JSON) -> Iterator[str]:
    """The texts of a block, but not of its elements that can be used: those show themselves as labels."""
    for name in _TEXT_FIELDS:
        if isinstance(block.get(name), dict):
            yield block[name]["text"]
        elif isinstance(block.get(name), str):
            yield block[name]
    for one in block.get("fields", ()):
        yield one["text"]
    if block["type"] == "context":
        yield " ".join(e["text"] if "text" in e else f"({e['alt_text']})" for e in block["elements"])
    if block["type"] == "image":
        yield f"({block['alt_text']})"
    if block["type"] == "carousel":
        for card in block["elements"]:
            yield from _texts(card)
