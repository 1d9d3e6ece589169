"""What the bot said as ``execute`` and ``trigger_intent`` tell it: in the messages of Rasa's collecting channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.dialogue.events import BotUttered


def messages(recipient: str, said: BotUttered) -> list[dict[str, Any]]:
    """One event's messages, in Rasa's order: text with buttons, custom, image, attachment, elements."""
    return [{"recipient_id": recipient, **message} for message in _parts(said)]


def _parts(said: BotUttered) -> Iterator[dict[str, Any]]:
    text, data = said.text, said.data
    if buttons := data.get("quick_replies") or data.get("buttons"):
        yield {"buttons": buttons} if text is None else {"text": text, "buttons": buttons}
    elif text:
        yield from ({"text": paragraph} for paragraph in text.strip().split("\n\n"))
    for key in ("custom", "image", "attachment"):
        # An event repeats its image as the attachment where it has no other.
        if data.get(key) and not (key == "attachment" and data[key] == data.get("image")):
            yield {key: data[key]}
    cards = (card for card in data.get("elements") or () if isinstance(card, Mapping))
    for card in cards:
        title = f"{card.get('title', '')} : {card.get('subtitle', '')}"
        yield {"text": title, "buttons": card.get("buttons", [])}
