"""A thread or a channel as plain text, for people: who said what, and what can be pressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slackbot.sandbox.authors import NO_TEXT
from slackbot.sandbox.elements import label, placed_elements
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import readable
from slackbot.sandbox.workspace import Workspace


def transcript(workspace: Workspace, messages: Sequence[JSON]) -> str:
    """One paragraph a message, replies indented."""
    return "\n".join(line for message in messages for line in message_lines(workspace, message))


def message_lines(workspace: Workspace, message: JSON) -> Iterator[str]:
    """The lines of one message."""
    indent = "    " if message.get("thread_ts", message.get("ts")) != message.get("ts") else ""
    author = message.get("username") or workspace.name_of(message.get("user", workspace.app.bot_user_id))
    lines = list(content_lines(workspace, message)) or [""]
    yield f"{indent}{author}: {lines[0]}"
    for line in lines[1:]:
        yield f"{indent}  {line}"


def content_lines(workspace: Workspace, message: JSON) -> Iterator[str]:
    """What a message shows, without its author."""
    blocks = [block for block in message.get("blocks", ()) if block["type"] != "rich_text"]
    if not blocks and message["text"] != NO_TEXT:
        yield from readable(message["text"], workspace.name_of).split("\n")
    for block in blocks:
        yield from block_lines(workspace, block)


def block_lines(workspace: Workspace, block: JSON) -> Iterator[str]:
    """The lines of one block."""
    for text in _texts(block):
        yield from readable(text, workspace.name_of).split("\n")
    labels = [f"[{label(placed)}]" for placed in placed_elements([block])]
    if labels:
        yield " ".join(labels)


def _texts(block: JSON) -> Iterator[str]:
    if isinstance(block.get("text"), dict):
        yield block["text"]["text"]
    for field in block.get("fields", ()):
        yield field["text"]
    if block["type"] == "context":
        yield " ".join(element["text"] for element in block["elements"] if "text" in element)
