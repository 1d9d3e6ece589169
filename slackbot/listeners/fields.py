"""What people entered in the *Change* modal, as a draft of answers."""

from __future__ import annotations

from slackbot.blocks.change import MARKUP_BLOCK, TYPE_BLOCK, WORDS_BLOCK, Fields, named, part_block
from slackbot.dialogue.annotations import parse_annotated
from slackbot.learning.additions import is_new_intent
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.intents import intent_names
from slackbot.learning.question import PartKind

_NOT_MARKED_UP = "This is not marked up right. Write [words](entity)."


def chosen(draft: Draft, fields: Fields, conversation: Conversation) -> Draft:
    """The draft with the intents and actions that are picked in the modal, new intents too."""
    domain = conversation.tracker.domain
    for kind, names in ((PartKind.INTENT, intent_names(domain)), (PartKind.ACTION, domain.actions)):
        for index in draft.open_parts(kind):
            picked = fields[part_block(index)]
            name = named(picked, (*names, *draft.suggested)) if picked else None
            if name is None and picked and kind is PartKind.INTENT and is_new_intent(picked, domain):
                name = picked
            if name is not None:
                draft = draft.with_answer(index, name)
    return draft


def new_intents(draft: Draft, conversation: Conversation) -> list[str]:
    """The intents of the draft that the assistant lacks: they were offered where a search found nothing."""
    domain = conversation.tracker.domain
    answers = [draft.answers[index] for index in draft.open_parts(PartKind.INTENT)]
    return [name for name in answers if name not in draft.suggested and is_new_intent(name, domain)]


def with_marked_words(draft: Draft, fields: Fields, conversation: Conversation) -> Draft:
    """The draft with an entity over the picked words; as it is where words or entity are missing."""
    words, picked = fields[WORDS_BLOCK], fields[TYPE_BLOCK]
    if not words or not picked:
        return draft
    entity = named(picked, conversation.tracker.domain.entities) or picked
    return draft.with_entity([int(word) for word in words], entity)


def submitted(draft: Draft, fields: Fields, conversation: Conversation) -> tuple[Draft, dict[str, str]]:
    """The draft as submitted, and what is wrong with it: block_id to a sentence."""
    draft = chosen(draft, fields, conversation)
    errors = {
        fields.block_id(part_block(index)): "Pick what it means."
        for index in draft.open_parts(PartKind.INTENT)
        if not draft.answers[index]
    }
    if not draft.open_parts(PartKind.ENTITIES):
        return draft, errors
    if bool(fields[WORDS_BLOCK]) != bool(fields[TYPE_BLOCK]):
        missing = TYPE_BLOCK if fields[WORDS_BLOCK] else WORDS_BLOCK
        errors[fields.block_id(missing)] = "Pick both, the words and what they are."
    draft = with_marked_words(draft, fields, conversation)
    if markup := fields[MARKUP_BLOCK]:
        draft, error = _marked_up(draft, markup)
        if error:
            errors[fields.block_id(MARKUP_BLOCK)] = error
    return draft, errors


def _marked_up(draft: Draft, markup: str) -> tuple[Draft, str | None]:
    try:
        text, entities = parse_annotated(markup.strip())
    except ValueError:
        return draft, _NOT_MARKED_UP
    if any(not entity["entity"].strip() for entity in entities):
        return draft, _NOT_MARKED_UP
    if text != draft.text:
        return draft, f"Apart from the marks, the message must stay as it is: {draft.text[:200]}"
    return draft.with_entities(entities), None
