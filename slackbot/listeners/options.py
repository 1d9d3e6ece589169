"""Searches in the selects of the *Change* modal: they work for assistants with thousands of intents and actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks import kit
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT, PICK_TYPE, found
from slackbot.errors import Refused
from slackbot.learning.additions import is_name
from slackbot.learning.conversation import Conversation
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching

Options = list[Json]
#: Characters of a new entity's name that an option can show.
_LONGEST_NEW = 60


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    for action_id, search in ((PICK_INTENT, _intents), (PICK_ACTION, _actions), (PICK_TYPE, _entities)):
        app.options(action_id)(_searching(teaching, search))


def _searching(teaching: Teaching, search: Callable[[str, Conversation], Options]) -> Callable[..., Awaitable[None]]:
    async def listener(ack: Callable[..., Awaitable[Any]], body: Json) -> None:
        try:
            _, conversation = await teaching.kept(body["view"]["private_metadata"])
        except Refused:
            await ack(options=[])
            return
        await ack(options=search(body.get("value") or "", conversation))

    return listener


def _intents(query: str, conversation: Conversation) -> Options:
    """The likeliest first, as the core ranks them, then the others."""
    question = conversation.question
    ranking = question.parse_data.get("intent_ranking", ()) if question else ()
    likely = [entry["name"] for entry in ranking if entry.get("name")]
    return found(query, dict.fromkeys([*likely, *conversation.tracker.domain.intents]))


def _actions(query: str, conversation: Conversation) -> Options:
    domain = conversation.tracker.domain
    texts = {
        name: " ".join(str(variations[0].get("text") or "").split())
        for name, variations in domain.responses.items()
        if variations
    }
    return found(query, domain.actions, {ACTION_LISTEN: "Wait for the next message", **texts})


def _entities(query: str, conversation: Conversation) -> Options:
    """Those of the domain, and what is typed itself where the domain lacks it."""
    names, typed = conversation.tracker.domain.entities, query.strip()
    options = found(query, names)
    if typed not in names and is_name(typed) and len(typed) <= _LONGEST_NEW:
        options = [*options[: kit.OPTIONS - 1], kit.option(f"{typed} (new)", typed)]
    return options
