"""The modals in which somebody picks a turn: to go back to before it, or to branch off there."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.learning.points import Point
from slackbot.learning.turns import Turn

UNDO_VIEW, SURE_VIEW, FORK_VIEW = "undo_several", "undo_several_sure", "fork"
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


def fork_modal(button: SessionButton, turns: Sequence[Turn]) -> Block:
    """Asks before which turn a branch is to begin. ``turns`` are the oldest first, and are offered the newest first."""
    options = [
        kit.option(f"{number}. {_shown(turn.message.text or '')}", str(turn.position))
        for number, turn in enumerate(turns, start=1)
    ]
    select = kit.static_select(TURN, "Pick a turn", options[::-1])
    blocks = [
        kit.input_block("Fork before turn", select, block_id=TURN, hint="The newest is the first."),
        kit.context("The branch begins as this conversation was then, in a thread of its own. This one stays."),
    ]
    return kit.modal(FORK_VIEW, "Fork", "Fork", blocks, button.pack())


def _point(point: Point) -> str:
    return "(the restart)" if point.text is None else _shown(point.text)


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return f"“{words if len(words) <= _LONGEST else f'{words[:_LONGEST]}…'}”"


def _taken(point: Point) -> str:
    number = len(point.messages)
    return f"takes back {number} {'turn' if number == 1 else 'turns'}"
