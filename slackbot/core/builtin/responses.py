"""What the assistant says: one of a response's variations, with the slots filled in."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import BotUttered
from slackbot.dialogue.tracker import Tracker

CHANNEL = "slack"

#: The parts of a message that Rasa keeps as its data, each present even when empty; what else it has is metadata.
_DATA = ("elements", "quick_replies", "buttons", "attachment", "image", "custom")
_FILLED = ("text", "image", "custom", "buttons", "attachment", "quick_replies")

_PLACEHOLDER = re.compile(r"\{([^\n{}]+?)\}")


def bot_message(tracker: Tracker, response: str) -> BotUttered | None:
    """What the response says now; None if the domain has no such response.

    The choice among equal variations is random, but the same for the same conversation at the same length.
    """
    message = _generated(tracker, response, tracker.slots)
    return None if message is None else utterance(message)


def dispatched_message(tracker: Tracker, message: Mapping[str, Any]) -> BotUttered | None:
    """What an action server wants said: a response with what the server adds to it, or just the latter.

    None for a response that the domain lacks, as in Rasa.
    """
    given = dict(message)
    names = [given.pop(key, None) for key in ("response", "template")]
    name = next((name for name in names if name), None)
    said = _generated(tracker, str(name), {**tracker.slots, **given}) if name else {}
    if said is None:
        return None
    buttons = [*(said.get("buttons") or ()), *(given.pop("buttons", None) or ())]
    said |= {key: value for key, value in given.items() if value}
    return utterance({**said, "buttons": buttons} if buttons else said)


def utterance(message: Mapping[str, Any]) -> BotUttered:
    """The event of a message as Rasa writes it down."""
    data = {key: message.get(key) for key in _DATA}
    # Rasa repeats the image as the attachment, for channels that know only attachments.
    data["attachment"] = data["attachment"] or data["image"]
    metadata = {key: value for key, value in message.items() if key not in {"text", *_DATA}}
    return BotUttered(message.get("text"), data, metadata=metadata)


def _generated(tracker: Tracker, response: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    variations = _variations(tracker, response)
    if not variations:
        return None
    chance = random.Random(f"{tracker.conversation_id}:{len(tracker.events)}")
    return {**_filled(chance.choice(variations), values), "utter_action": response}


def _variations(tracker: Tracker, response: str) -> list[dict[str, Any]]:
    """The best class of variations that has any, in Rasa's order, and those for other channels at the very last."""
    taught = _taught(tracker, response)
    fitting = [variation for variation in taught if _condition_holds(variation, tracker.slots)]
    for channels in ((CHANNEL,), (None,)):
        here = [variation for variation in fitting if variation.get("channel") in channels]
        conditional = [variation for variation in here if variation.get("condition")]
        if here:
            return conditional or here
    return fitting


def _taught(tracker: Tracker, response: str) -> Sequence[dict[str, Any]]:
    """The variations in the domain. Those of a retrieval intent (``utter_faq``) stand under the latest intent."""
    responses = tracker.domain.responses
    if response in responses or tracker.latest_message is None:
        return responses.get(response, ())
    full_name = tracker.latest_message.intent.get("full_retrieval_intent_name") or ""
    is_retrieved = full_name.split("/")[0] == response.removeprefix("utter_")
    return responses.get(f"utter_{full_name}", ()) if is_retrieved else ()


def _condition_holds(variation: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    return all(
        slots.get(condition.get("name")) == condition.get("value") for condition in variation.get("condition") or ()
    )


def _filled(variation: Mapping[str, Any], slots: Mapping[str, Any]) -> dict[str, Any]:
    """A plain copy of the variation with its slots filled in; it shares nothing with the domain."""
    return {key: _fill(value, slots if key in _FILLED else {}) for key, value in variation.items()}


def _fill(value: Any, slots: Mapping[str, Any]) -> Any:
    """Fill in all text of a nested value. As in Rasa, an empty slot reads ``None``, and text that names something
    which is no slot stays as it is.
    """
    if isinstance(value, Mapping):
        return {str(key): _fill(item, slots) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, slots) for item in value]
    if not isinstance(value, str):
        return value
    if any(name not in slots for name in _PLACEHOLDER.findall(value)):
        return str(value)
    return _PLACEHOLDER.sub(lambda match: str(slots[match[1]]), value)
