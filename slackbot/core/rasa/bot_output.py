"""A message of the bot as plain text, in the form that Rasa's interactive learning shows it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import BotUttered

Item = Mapping[str, Any]
_FREE_TEXT = "Type out your own message..."


def format_bot_output(message: BotUttered) -> str:
    """The text, then image, attachment, buttons, elements and quick replies, each on lines of its own."""
    data = message.data
    lines = [message.text or ""]
    lines += [f"{name.capitalize()}: {data[name]}" for name in ("image", "attachment") if data.get(name) is not None]
    if data.get("buttons") is not None:
        lines += ["Buttons:", *_numbered(data["buttons"], _button), _FREE_TEXT]
    for name in ("elements", "quick_replies"):
        if data.get(name) is not None:
            lines += [f"{name.replace('_', ' ').capitalize()}:", *_numbered(data[name], _element)]
    return "\n".join(lines)


def _numbered(items: Sequence[Item], told: Callable[[Item], str]) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        yield f"{number}: {item.get('title', '')}{told(item)}"


def _button(item: Item) -> str:
    payload = f" ({item['payload']})" if "payload" in item else ""
    rest = _without(item, "title", "payload")
    return f"{payload} - {json.dumps(rest, sort_keys=True)}" if rest else payload


def _element(item: Item) -> str:
    return f" - {json.dumps(_without(item, 'title'), sort_keys=True)}"


def _without(item: Item, *names: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key not in names}
