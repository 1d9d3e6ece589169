"""Sessions in which nothing happens any more."""

from __future__ import annotations

from slackbot.learning.conversation import Conversation


def latest_sign(conversation: Conversation) -> float:
    """When anything was last written, decided or asked in a conversation, in Unix seconds."""
    signs = [conversation.session.started_at]
    signs += [event.timestamp or 0.0 for event in conversation.tracker.events[-1:]]
    signs += [float(message.ts) for message in conversation.waiting]
    question = conversation.question
    if question is not None and question.terms is not None:
        signs.append(question.terms.opened_at or 0.0)
    return max(signs)


def abandoned(conversation: Conversation, since: float) -> bool:
    """Whether nothing has happened in an open session since then (Unix seconds), and nothing is to.

    Something is to happen where a reminder is to fire, and where somebody has paused the session to resume it.
    """
    if conversation.is_paused:
        return False
    return conversation.is_open and conversation.snapshot.alarm is None and latest_sign(conversation) < since
