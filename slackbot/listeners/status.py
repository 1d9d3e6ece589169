"""``/teach status``: which model answers, what it has learned, and how right it was."""

from __future__ import annotations

from slackbot import clock
from slackbot.blocks.learning import NOT_LEARNING, learning_text
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching

HELP = "*/teach status*: which version of the model answers, what it has learned, and how often it was right."


async def status(teaching: Teaching, body: Json, words: str) -> str:  # noqa: ARG001  the same for everybody
    """Raises StoreUnavailable."""
    if teaching.renewal is None:
        return NOT_LEARNING
    return learning_text(await teaching.renewal.report(), clock.now())
