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
from slackbot.learning.draft import Draft, entity_id, told_apart, words_of
from slackbot.learning.question import PartKind
from slackbot.learning.terms import Order

CHANGE_VIEW = "change"
NEW_VIEWS = {"new_intent": "intent", "new_action": "action", "new_response": "response"}

PICK_INTENT, PICK_ACTION, PICK_TYPE, PICK_WORDS = "pick_intent", "pick_action", "pick_type", "pick_words"
ADD_ENTITY, REMOVE_ENTITY, MARK_UP = "add_entity", "remove_entity", "mark_up"
NAME, TEXT, REASON = "name", "text", "reason"
#: Names of the fields in which entities are marked.
WORDS_BLOCK, TYPE_BLOCK, MARKUP_BLOCK = "words", "type", "markup"

#: A view holds 100 blocks.
_MOST_ENTITIES = 40
#: A view holds 250 kB. What is beyond can be marked up.
_MOST_WORDS = 1000

#: Slack takes option values of up to 150 characters; a longer name is known by its digest.
_LONGEST_VALUE = 150


def change_modal(draft: Draft, token: str) -> Block:
    """The modal in which every open part can be corrected."""
    ruling = draft.rules_on is not None
    blocks = [kit.section(f"Message: {quote(draft.text, 1000)}")]
    blocks += [kit.section(lines) for lines in kit.paragraphs(draft.known)] if ruling else []
    intents = draft.open_parts(PartKind.INTENT)
    blocks += [_select("What does it mean?", PICK_INTENT, "Search intents", draft, index) for index in intents]
    if draft.open_parts(PartKind.ENTITIES):
        blocks += _entities(draft)
    for place, index in enumerate(draft.open_parts(PartKind.ACTION)):
        label = "Then I would" if place else "What should I do?"
        blocks.append(_select(label, PICK_ACTION, "Search actions", draft, index))
    if buttons := _new_buttons(draft):
        blocks.append(kit.actions(buttons))
    if ruling:
        reason = kit.text_input(REASON, multiline=True)
        blocks.append(kit.input_block("Why?", reason, block_id=REASON, hint="Everybody in the thread reads it."))
        return kit.modal(CHANGE_VIEW, "Decide this", "Decide", blocks, token)
    blocks.append(
        kit.context("What comes after your change stays open: it is predicted anew once enough people agree.")
    )
    return kit.modal(CHANGE_VIEW, "Change this turn", "Vote", blocks, token)


def part_block(index: int) -> str:
    """The name of the field that answers a part. A field's block_id is its name and how often it was drawn."""
    return f"part{index}"


def _select(label: str, action_id: str, placeholder: str, draft: Draft, index: int) -> Block:
    answer = draft.answers[index]
    shown = draft.order is Order.SUGGESTED or answer != draft.suggested[index]
    chosen = _option(answer) if answer and shown else None
    return kit.input_block(
        label,
        kit.external_select(action_id, placeholder, chosen),
        block_id=f"{part_block(index)}:{draft.drawn}",
        optional=bool(answer) and not shown and index > draft.decided,  # what is left empty is as the card says
    )


def _entities(draft: Draft) -> list[Block]:
    entities = draft.entities
    blocks = [kit.section("*Entities*" if entities else "*Entities:* none")]
    for entity in entities[:_MOST_ENTITIES]:
        remove = kit.button("Remove", REMOVE_ENTITY, EntityButton(entity_id(entity)).pack())
        blocks.append(kit.section(entity_words(entity, draft.text), accessory=remove))
    if len(entities) > _MOST_ENTITIES:
        blocks.append(kit.context(f"and {len(entities) - _MOST_ENTITIES} more"))
    words = words_of(draft.text)[:_MOST_WORDS]
    if words:
        options = [kit.option(label, str(index)) for index, label in enumerate(told_apart(words))]
        blocks += [
            kit.input_block(
                "Mark words",
                kit.multi_static_select(PICK_WORDS, "Pick the first and the last word", options),
                block_id=f"{WORDS_BLOCK}:{draft.marked}",
                optional=True,
            ),
            kit.input_block(
                "as",
                kit.external_select(PICK_TYPE, "Search entities, or type a new one"),
                block_id=f"{TYPE_BLOCK}:{draft.marked}",
                optional=True,
            ),
            kit.actions([kit.button("Add entity", ADD_ENTITY, "add")]),
        ]
    blocks.append(
        kit.input_block(
            "or mark up the message",
            kit.text_input(MARK_UP, placeholder="a table in [Paris](city)", multiline="\n" in draft.text),
            block_id=MARKUP_BLOCK,
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


def notice(text: str, title: str = "Not counted") -> Block:
    """The modal that tells somebody in the place of theirs why it came to nothing."""
    return {
        "type": "modal",
        "title": kit.plain_text(title, kit.VIEW_TITLE),
        "close": kit.plain_text("Close", kit.VIEW_TITLE),
        "blocks": [kit.section(text)],
    }


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


class Fields:
    """What the fields of a view hold: text, an option's value or a list of them; None where a field is empty."""

    def __init__(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        """``values`` is the view's state as Slack sends it."""
        self._blocks: dict[str, tuple[str, Mapping[str, Any]]] = {
            block_id.partition(":")[0]: (block_id, next(iter(states.values()), {}))
            for block_id, states in values.items()
        }

    def block_id(self, name: str) -> str:
        """Where to show what is wrong with a field. A field that isn't there is the first."""
        return self._blocks.get(name, next(iter(self._blocks.values())))[0]

    def __getitem__(self, name: str) -> Any:
        """What the field of that name holds, however often it was drawn."""
        state = self._blocks.get(name, ("", {}))[1]
        match state.get("type"):
            case "plain_text_input":
                return state.get("value") or None
            case "multi_static_select":
                return [option["value"] for option in state.get("selected_options") or ()] or None
            case _:
                return (state.get("selected_option") or {}).get("value")
