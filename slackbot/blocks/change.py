"""The modals behind *Change*: correcting the parts of a question, and adding an intent, an action or a response."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from slackbot.blocks import kit
from slackbot.blocks.card import entity_words
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.values import EntityButton
from slackbot.learning.draft import Draft, words_of
from slackbot.learning.question import PartKind

CHANGE_VIEW = "change"
NEW_VIEWS = {"new_intent": "intent", "new_action": "action", "new_response": "response"}

PICK_INTENT, PICK_ACTION, PICK_TYPE, PICK_WORDS = "pick_intent", "pick_action", "pick_type", "pick_words"
ADD_ENTITY, REMOVE_ENTITY, MARK_UP = "add_entity", "remove_entity", "mark_up"
NAME, TEXT = "name", "text"

#: Slack takes option values of up to 150 characters; a longer name is known by its digest.
_LONGEST_VALUE = 150


def change_modal(draft: Draft, token: str) -> Block:
    """The modal in which every open part can be corrected."""
    blocks = [kit.section(f"Message: {quote(draft.text, 1000)}")]
    intents = draft.open_parts(PartKind.INTENT)
    blocks += [_select("What does it mean?", PICK_INTENT, "Search intents", draft, index) for index in intents]
    if draft.open_parts(PartKind.ENTITIES):
        blocks += _entities(draft)
    for place, index in enumerate(draft.open_parts(PartKind.ACTION)):
        label = "Then I would" if place else "What should I do?"
        blocks.append(_select(label, PICK_ACTION, "Search actions", draft, index))
    if buttons := _new_buttons(draft):
        blocks.append(kit.actions(buttons))
    blocks.append(
        kit.context("What comes after your change stays open: it is predicted anew once enough people agree.")
    )
    return kit.modal(CHANGE_VIEW, "Change this turn", "Vote", blocks, token)


def part_block(draft: Draft, index: int) -> str:
    """The block_id of the field that answers a part."""
    return f"part:{index}:{draft.drawn}"


def _select(label: str, action_id: str, placeholder: str, draft: Draft, index: int) -> Block:
    answer = draft.answers[index]
    chosen = _option(answer) if answer else None
    return kit.input_block(
        label, kit.external_select(action_id, placeholder, chosen), block_id=part_block(draft, index)
    )


def _entities(draft: Draft) -> list[Block]:
    entities = draft.entities
    blocks = [kit.section("*Entities*" if entities else "*Entities:* none")]
    for index, entity in enumerate(entities):
        remove = kit.button("Remove", REMOVE_ENTITY, EntityButton(index).pack())
        blocks.append(
            kit.section(entity_words(entity, draft.text), block_id=f"entity:{index}:{draft.drawn}", accessory=remove)
        )
    words = words_of(draft.text)[: kit.OPTIONS]
    if words:
        options = [kit.option(word.text, str(index)) for index, word in enumerate(words)]
        blocks += [
            kit.input_block(
                "Mark words",
                kit.multi_static_select(PICK_WORDS, "Pick the first and the last word", options),
                block_id=f"words:{draft.drawn}",
                optional=True,
            ),
            kit.input_block(
                "as",
                kit.external_select(PICK_TYPE, "Search entities"),
                block_id=f"type:{draft.drawn}",
                optional=True,
            ),
            kit.actions([kit.button("Add entity", ADD_ENTITY, "add")], block_id=f"add:{draft.drawn}"),
        ]
    blocks.append(
        kit.input_block(
            "or mark up the message",
            kit.text_input(MARK_UP, placeholder="a table in [Paris](city)", multiline="\n" in draft.text),
            block_id=f"markup:{draft.drawn}",
            optional=True,
            hint="[words](entity); this replaces the entities above.",
        )
    )
    return blocks


def _new_buttons(draft: Draft) -> list[Block]:
    buttons = []
    if draft.open_parts(PartKind.INTENT):
        buttons.append(kit.button("New intent…", "new_intent", "intent"))
    if draft.open_parts(PartKind.ACTION):
        buttons.append(kit.button("New response…", "new_response", "response"))
        buttons.append(kit.button("New action…", "new_action", "action"))
    return buttons


def new_modal(callback_id: str, metadata: str) -> Block:
    """The modal that adds an intent, an action or a response to the session."""
    kind = NEW_VIEWS[callback_id]
    hints = {
        "intent": "What a user wants, such as ask_opening_hours.",
        "action": "Something your action server does, such as action_book_table. It must be implemented there.",
        "response": "What the bot says, such as utter_opening_hours.",
    }
    name = kit.text_input(NAME, initial="utter_" if kind == "response" else "")
    blocks = [kit.input_block(f"Name of the {kind}", name, block_id=NAME, hint=hints[kind])]
    if kind == "response":
        blocks.append(kit.input_block("What the bot says", kit.text_input(TEXT, multiline=True), block_id=TEXT))
    return kit.modal(callback_id, f"New {kind}", "Add", blocks, metadata)


def option_value(name: str) -> str:
    """The name, or its digest where Slack would refuse the name as an option's value."""
    if len(name) <= _LONGEST_VALUE and not name.startswith("#"):
        return name
    return f"#{hashlib.blake2s(name.encode()).hexdigest()}"


def named(value: str, names: Iterable[str]) -> str | None:
    """The name that an option's value stands for; None when it is none of the names."""
    return next((name for name in names if option_value(name) == value), None)


def found(query: str, names: Iterable[str], described: Mapping[str, str] | None = None) -> list[Block]:
    """The options for what somebody typed, 100 at most.

    First come names that begin with it, then names that hold it, then those whose description holds it.
    """
    typed, texts = " ".join(query.lower().split()), described or {}
    ranked = [(rank, name) for name in names if (rank := _rank(typed, name, texts.get(name, ""))) is not None]
    ranked.sort(key=lambda entry: entry[0])
    return [_option(name, texts.get(name, "")) for _, name in ranked[: kit.OPTIONS]]


def _rank(typed: str, name: str, description: str) -> int | None:
    if name.lower().startswith(typed):
        return 0
    if typed in name.lower():
        return 1
    return 2 if typed in description.lower() else None


def _option(name: str, description: str = "") -> Block:
    """A name to choose. Where it is too long to be shown, its end is shown below its beginning."""
    if len(name) > kit.OPTION_TEXT:
        description = f"…{name[1 - kit.OPTION_TEXT :]}"
    return kit.option(name, option_value(name), description)


def field(values: Mapping[str, Mapping[str, Any]], block_id: str, action_id: str) -> Any:
    """What a field of a submitted view holds: text, an option's value, or a list of them. None when it is empty."""
    state = values.get(block_id, {}).get(action_id) or {}
    match state.get("type"):
        case "plain_text_input":
            return state.get("value") or None
        case "multi_static_select":
            return [option["value"] for option in state.get("selected_options") or ()] or None
        case _:
            return (state.get("selected_option") or {}).get("value")
