"""The menu on a session's first message: what is wanted less often than its buttons."""

from __future__ import annotations

from enum import StrEnum

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.values import SessionChoice

MENU = "session_menu"


class Choice(StrEnum):
    """What is in the menu. Where a control has the same value, it is that."""

    UNDO_SEVERAL = "undo_several"
    REDO = "redo"
    FORK = "fork"
    PAUSE = "pause"
    PICTURE = "picture"


_LABELS = {
    Choice.UNDO_SEVERAL: "Undo several turns…",
    Choice.REDO: "Redo",
    Choice.FORK: "Fork…",
    Choice.PAUSE: "Pause",
    Choice.PICTURE: "Picture",
}


def menu(conversation_id: str, version: int) -> Block:
    """The three dots of an open session."""
    options = [
        kit.option(label, SessionChoice(choice.value, conversation_id, version).pack())
        for choice, label in _LABELS.items()
    ]
    return kit.overflow(MENU, options)
