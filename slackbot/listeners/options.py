"""Searches in the selects of the *Change* modal: they work for assistants with thousands of intents and actions."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks import kit
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT, PICK_TYPE, found
from slackbot.blocks.gold import CHECK_VIEW
from slackbot.errors import Refused
from slackbot.learning.additions import is_name, is_new_intent
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.intents import likeliest_first
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.terms import Order
from slackbot.listeners.parsing import Json, person_of, team_of
from slackbot.teaching import Teaching

Options = list[Json]
#: Searches for what somebody typed; the draft says in which order, the person breaks ties where it is random.
Search = Callable[[str, Conversation, Draft, str], Options]
#: Characters of a new name that an option can show.
_LONGEST_NEW = 60


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    for action_id, search in ((PICK_INTENT, _intents), (PICK_ACTION, _actions), (PICK_TYPE, _entities)):
        app.options(action_id)(_searching(teaching, search))


def _searching(teaching: Teaching, search: Search) -> Callable[..., Awaitable[None]]:
    async def listener(ack: Callable[..., Awaitable[Any]], body: Json) -> None:
        view = body["view"]
        if view["callback_id"] == CHECK_VIEW:
            names = await teaching.checks.choices(team_of(body), teaching.loop.core.domain)
            await ack(options=found(body.get("value") or "", names))
            return
        try:
            draft, conversation = await teaching.drafts.kept(view["private_metadata"])
        except Refused:
            await ack(options=[])
            return
        await ack(options=search(body.get("value") or "", conversation, draft, person_of(body)))

    return listener


def _intents(query: str, conversation: Conversation, draft: Draft, person: str) -> Options:
    """The likeliest first, as the core ranks them, then the others; or in the order that the draft asks for.

    Where there are none, what is typed is offered as a new one.
    """
    question = conversation.question
    names = likeliest_first(question.parse_data if question else {}, conversation.tracker.domain)
    options = found(query, _ordered(names, draft, person))
    typed = "_".join(query.split())
    if not options and len(typed) <= _LONGEST_NEW and is_new_intent(typed, conversation.tracker.domain):
        return [kit.option(f"{typed} (new)", typed)]
    return options


def _actions(query: str, conversation: Conversation, draft: Draft, person: str) -> Options:
    domain = conversation.tracker.domain
    texts = {
        name: " ".join(str(variations[0].get("text") or "").split())
        for name, variations in domain.responses.items()
        if variations
    }
    described = {ACTION_LISTEN: "Wait for the next message", **texts}
    return found(query, _ordered(list(domain.actions), draft, person), described)


def _ordered(names: list[str], draft: Draft, person: str) -> list[str]:
    """The names in the draft's order. The random one is another for each person and question, and stays the same."""
    match draft.order:
        case Order.SUGGESTED:
            return names
        case Order.ALPHABETICAL:
            return sorted(names, key=str.casefold)
        case Order.RANDOM:
            chance = random.Random(f"{person}|{draft.conversation}|{draft.question}")
            return chance.sample(names, len(names))


def _entities(query: str, conversation: Conversation, _: Draft, __: str) -> Options:
    """Those of the domain, and what is typed itself where the domain lacks it."""
    names, typed = conversation.tracker.domain.entities, query.strip()
    options = found(query, names)
    if typed not in names and is_name(typed) and len(typed) <= _LONGEST_NEW:
        options = [*options[: kit.OPTIONS - 1], kit.option(f"{typed} (new)", typed)]
    return options
