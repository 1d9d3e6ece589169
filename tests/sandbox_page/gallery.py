"""Every block and element, as an app would send them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Json = dict[str, Any]

_ALL: Json = YAML(typ="safe").load(Path(__file__).with_name("gallery.yml"))

#: Blocks of text, with markup that must not become the page's own.
TEXT: list[Json] = _ALL["text"]
#: Blocks with elements to use.
ELEMENTS: list[Json] = _ALL["elements"]
#: A modal with inputs of all kinds, and one to lie on it.
MODAL: Json = _ALL["modal"]
DEEPER: Json = _ALL["deeper"]
HOME: Json = _ALL["home"]


def plain(text: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": text, "emoji": True}


def options(*names: str) -> list[Json]:
    """Options whose values are their texts in lower case."""
    return [{"text": plain(name), "value": name.lower()} for name in names]


def button(text: str, action: str) -> Json:
    """A button."""
    return {"type": "button", "text": plain(text), "action_id": action, "value": "x"}


def section(text: str) -> Json:
    """A section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
