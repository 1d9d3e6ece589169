"""What people entered in the *Change* modal, as a draft of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbot.blocks.change import (
    MARK_UP,
    PICK_ACTION,
    PICK_INTENT,
    PICK_TYPE,
    PICK_WORDS,
    field,
    named,
    part_block,
)
from slackbot.dialogue.annotations import parse_annotated
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.question import PartKind

Values = Mapping[str, Mapping[str, Any]]


def chosen(draft: Draft, values: Values, conversation: Conversation) -> Draft:
    """The draft with the intents and actions that are picked in the modal."""
    domain = conversation.tracker.domain
    for kind, action_id, names in (
        (PartKind.INTENT, PICK_INTENT, domain.intents),
        (PartKind.ACTION, PICK_ACTION, domain.actions),
    ):
        for index in draft.open_parts(kind):
            picked = field(values, part_block(draft, index), action_id)
            name = named(picked, (*names, *draft.suggested)) if picked else None
            if name is not None:
                draft = draft.with_answer(index, name)
    return draft


def with_marked_words(draft: Draft, values: Values) -> Draft:
    """The draft with an entity over the picked words; as it is where words or entity are missing."""
    words = field(values, f"words:{draft.drawn}", PICK_WORDS)
    entity = field(values, f"type:{draft.drawn}", PICK_TYPE)
    if not words or not entity:
        return draft
    return draft.with_entity([int(word) for word in words], entity)


def submitted(draft: Draft, values: Values, conversation: Conversation) -> tuple[Draft, dict[str, str]]:
    """The draft as submitted, and what is wrong with it: block_id to a sentence."""
    draft = chosen(draft, values, conversation)
    errors = {
        part_block(draft, index): "Pick what it means."
        for index in draft.open_parts(PartKind.INTENT)
        if not draft.answers[index]
    }
    if not draft.open_parts(PartKind.ENTITIES):
        return draft, errors
    words, entity = f"words:{draft.drawn}", f"type:{draft.drawn}"
    if bool(field(values, words, PICK_WORDS)) != bool(field(values, entity, PICK_TYPE)):
        missing = entity if field(values, words, PICK_WORDS) else words
        errors[missing] = "Pick both, the words and what they are."
    draft = with_marked_words(draft, values)
    if markup := field(values, f"markup:{draft.drawn}", MARK_UP):
        draft, error = _marked_up(draft, markup)
        if error:
            errors[f"markup:{draft.drawn}"] = error
    return draft, errors


def _marked_up(draft: Draft, markup: str) -> tuple[Draft, str | None]:
    try:
        text, entities = parse_annotated(markup.strip())
    except ValueError:
        return draft, "This is not marked up right. Write [words](entity)."
    if text != draft.text:
        return draft, f"Apart from the marks, the message must stay as it is: {draft.text[:200]}"
    return draft.with_entities(entities), None
