"""Small projects on disk, conversations that teach them something, and ways to look at what changed."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slackbot.dialogue.events import ActionExecuted, Event, UserUttered
from slackbot.dialogue.merge import Conversation

DOMAIN = """\
version: "3.1"
intents:
- greet
- bye
entities:
- city
responses:
  utter_greet:
  - text: Hello!
actions:
- action_look
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi
    - hello
- intent: bye
  examples: |
    - bye
"""
STORIES = """\
version: "3.1"
stories:
- story: one
  steps:
  - intent: greet
  - action: utter_greet
"""
LISTEN = ActionExecuted("action_listen")


def folder_with(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files (and, if none of them is a domain, with DOMAIN)."""
    domain = {} if any(name.startswith("domain") for name in files) else {"domain.yml": DOMAIN}
    for name, content in {**domain, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def usual(folder: Path, **other: str | bytes) -> Path:
    """A project with one file of each kind; others by their names, with ``__`` for a dot and ``_0_`` for a slash."""
    files: dict[str, str | bytes] = {"domain.yml": DOMAIN, "data/nlu.yml": NLU, "data/stories.yml": STORIES}
    given = {name.replace("_0_", "/").replace("__", "."): content for name, content in other.items()}
    return folder_with(folder, {**files, **given})


def said(text: str, intent: str | None = "greet", *entities: dict[str, Any], **more: Any) -> UserUttered:
    return UserUttered(text, {"name": intent, **more}, list(entities))


def talk(*events: Event, name: str = "talk", **responses: str) -> Conversation:
    return Conversation(name, (LISTEN, *events), responses)


def content(folder: Path) -> dict[str, bytes]:
    """All files below the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def added_lines(before: bytes, after: bytes) -> list[str]:
    """The lines that were added; fails if anything else happened to a line than that (or a newline behind the last)."""
    if before.startswith(codecs.BOM_UTF8):
        assert after.startswith(codecs.BOM_UTF8)
        before, after = (data.removeprefix(codecs.BOM_UTF8) for data in (before, after))
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    added: list[str] = []
    position = 0
    for line in new:
        is_last = position == len(old) - 1
        if position < len(old) and (line == old[position] or (is_last and line.rstrip(b"\r\n") == old[position])):
            position += 1
        else:
            added.append(line.decode().rstrip("\r\n"))
    assert position == len(old), f"this line is gone or changed: {old[position]!r}"
    return added
