"""Turn cards as people read them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slackbot.blocks.card import ACCEPT, CHANGE
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import unescape

_TICK = ":white_check_mark:"


@dataclass(frozen=True)
class Reading:
    """What somebody who reads a card takes from it."""

    #: What the speaker said, on one line.
    said: str
    intent: str | None
    #: Whether the intent may still be changed.
    intent_is_open: bool
    #: The first thing that would be done, other than listening.
    action: str | None
    #: Every name of an action on the card, in order.
    actions: tuple[str, ...]


def read_card(card: JSON) -> Reading:
    """What a card says."""
    text = text_of(card)
    said = re.search(r"“`?(.*?)`?”", text, re.DOTALL)
    understood = re.search(r"I understood \*(.+?)\*.*", text)
    planned = re.search(r"I would(?:\n1\.)?(.*)", text)
    first = re.search(r"`([^`]+)`", planned.group(1)) if planned else None
    return Reading(
        said=unescape(said.group(1)) if said else "",
        intent=understood.group(1) if understood else None,
        intent_is_open=_TICK not in understood.group() if understood else "I did not understand" in text,
        action=first.group(1) if first else None,
        actions=tuple(re.findall(r"`([^`]+)`", text[planned.start() :])) if planned else (),
    )


def seen(message: JSON) -> str:
    """What of a card makes people think again: not the tally."""
    return "\n".join(block["text"]["text"] for block in message.get("blocks", ()) if block["type"] == "section")


def text_of(message: JSON) -> str:
    """Everything that stands on a card but its buttons."""
    contexts = [
        element["text"]
        for block in message.get("blocks", ())
        if block["type"] == "context"
        for element in block["elements"]
    ]
    return "\n".join([seen(message), *contexts])


def button(message: JSON, action_id: str) -> JSON | None:
    """A button of a message; None if it has none like that."""
    for block in message.get("blocks", ()):
        if block["type"] == "actions":
            for element in block["elements"]:
                if element.get("action_id") == action_id:
                    return dict(element)
    return None


def question_of(message: JSON) -> str | None:
    """What names the question that a card asks just now: it changes when something else is suggested.

    None for a message that asks nothing.
    """
    asks = button(message, CHANGE) or button(message, ACCEPT)
    return str(asks.get("value")) if asks else None
