"""What a thread must show under each name: ``parent``, ``card:3`` for a question, ``bot:17`` for an event."""

from __future__ import annotations

from slackbot.blocks.card import Card, closed_card, open_card
from slackbot.blocks.dispute import dispute_card, settled_card
from slackbot.blocks.lineage import Lineage
from slackbot.blocks.thread import bot_says, parent
from slackbot.dialogue.events import BotUttered, UserUttered
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.contradictions import contradictions_in
from slackbot.learning.conversation import Conversation
from slackbot.learning.question import ClosedQuestion, Question
from slackbot.learning.turns import standing
from slackbot.store import Store


async def render(store: Store, conversation: Conversation, name: str) -> Card | None:
    """The message as it must be now; None where nothing is to be shown. Raises StoreUnavailable."""
    kind, _, detail = name.partition(":")
    match kind:
        case "card":
            return await _card(store, conversation, detail)
        case "bot":
            return _bot(conversation.tracker, int(detail))
    return None


def render_parent(conversation: Conversation, lineage: Lineage) -> Card:
    """The thread's first message as it must be now."""
    turns = sum(isinstance(event, UserUttered) for event in conversation.tracker.applied_events())
    snapshot = conversation.snapshot
    return parent(conversation.id, conversation.session, conversation.version, turns, snapshot.waiting_since, lineage)


async def _card(store: Store, conversation: Conversation, question_id: str) -> Card | None:
    question, session = conversation.question, conversation.session
    responses = conversation.tracker.domain.responses
    if question is not None and question.id == question_id:
        blind = question.terms is not None and question.terms.blind
        return open_card(
            conversation.id,
            session.speaker,
            question,
            conversation.votes,
            conversation.waiting,
            responses,
            # What contradicts is a vote: where people answer blind, only its voter is warned.
            contradictions_in(question, () if blind else conversation.votes),
            paused_by=session.paused_by,
        )
    record = await store.closed_question(conversation.id, question_id)
    if record is None:
        return None
    counts = any(event.metadata.get("question") == question_id for _, _, event in standing(conversation.tracker))
    return closed_card(session.speaker, ClosedQuestion.from_dict(record), responses, counts=counts)


async def render_dispute(store: Store, conversation: Conversation, question_id: str, link: str | None) -> Card | None:
    """The message in the adjudicators' channel, about a question that is or was in dispute. Raises StoreUnavailable."""
    question = conversation.question
    if question is not None and question.id == question_id:
        if question.dispute is not None:
            return dispute_card(conversation.id, question, conversation.votes, link)
    else:
        record = await store.closed_question(conversation.id, question_id)
        question = Question.from_dict(record) if record else None
    return settled_card(question, link) if question is not None else None


def _bot(tracker: Tracker, position: int) -> Card | None:
    event = tracker.events[position]
    if not isinstance(event, BotUttered):
        return None
    return bot_says(event.text, event.data, reverted=not _applies(tracker, position))


def _applies(tracker: Tracker, position: int) -> bool:
    """False when undo or rewind took the event back. A restart takes nothing back: it begins another story."""
    return any(at == position for _, at, _ in standing(tracker))
