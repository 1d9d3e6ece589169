"""The modals in which somebody picks a turn: to go back to before it, or to branch off there."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.learning.points import Point

UNDO_VIEW, SURE_VIEW = "undo_several", "undo_several_sure"
TURN = "turn"
_MOST_SHOWN = 15
_LONGEST = 60


def undo_modal(button: SessionButton, points: Sequence[Point]) -> Block:
    """Asks to before which turn or restart to go back. ``points`` are the newest first."""
    options = [kit.option(_point(point), str(point.position), _taken(point)) for point in points]
    select = kit.static_select(TURN, "Pick a turn", options)
    blocks = [
        kit.input_block("Back to before", select, block_id=TURN, hint="The newest is the first."),
        kit.context("That turn and everything after it is taken back. *Redo* brings it back."),
    ]
    return kit.modal(UNDO_VIEW, "Undo several turns", "Next", blocks, button.pack())


def sure_modal(choice: SessionChoice, point: Point) -> Block:
    """Shows what is about to be taken back, and asks whether that is meant."""
    number = len(point.messages)
    turns = f"{number} {'turn' if number == 1 else 'turns'}"
    heading = f"*{turns}* will be taken back:" if number else "The restart will be taken back; no turn is lost."
    shown = [f"• {quote(text, 100)}" for text in point.messages[:_MOST_SHOWN]]
    if number > _MOST_SHOWN:
        shown.append(f"… and {number - _MOST_SHOWN} more")
    blocks = [kit.section(heading), *(kit.section(text) for text in kit.paragraphs(shown) if text)]
    if number and point.text is None:
        blocks.append(kit.context("The restart before them is taken back too."))
    blocks.append(kit.context("Until something new is taught, *Redo* in the session's menu brings it back."))
    return kit.modal(SURE_VIEW, "Take this back?", "Take back", blocks, choice.pack())


def _point(point: Point) -> str:
    if point.text is None:
        return "(the restart)"
    words = " ".join(point.text.split())
    return f"“{words if len(words) <= _LONGEST else f'{words[:_LONGEST]}…'}”"


def _taken(point: Point) -> str:
    number = len(point.messages)
    return f"takes back {number} {'turn' if number == 1 else 'turns'}"
