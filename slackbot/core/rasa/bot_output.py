"""A message of the bot as plain text, in the form that Rasa's interactive learning shows it in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import BotUttered

_FREE_TEXT = "Type out your own message..."


def format_bot_output(message: BotUttered) -> str:
    """The text, then image, attachment, buttons, elements and quick replies, each on lines of its own."""
    data = message.data
    lines = [message.text or ""]
    lines += [f"{name.capitalize()}: {data[name]}" for name in ("image", "attachment") if data.get(name) is not None]
    if data.get("buttons") is not None:
        lines += ["Buttons:", *_numbered(data["buttons"]), _FREE_TEXT]
    for name in ("elements", "quick_replies"):
        if data.get(name) is not None:
            lines += [f"{name.replace('_', ' ').capitalize()}:", *_numbered(data[name], payload_apart=False)]
    return "\n".join(lines)


def _numbered(items: Sequence[Mapping[str, Any]], *, payload_apart: bool = True) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        payload = f" ({item['payload']})" if payload_apart and item.get("payload") else ""
        apart = {"title", "payload"} if payload_apart else {"title"}
        rest = {key: value for key, value in item.items() if key not in apart}
        extra = f" - {json.dumps(rest, sort_keys=True, ensure_ascii=False)}" if rest else ""
        yield f"{number}: {item.get('title', '')}{payload}{extra}"
