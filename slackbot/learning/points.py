"""The points of a conversation that people can go back to, or branch off from."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot.dialogue.events import Restarted
from slackbot.dialogue.history import history
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import require_running
from slackbot.learning.turns import Turn, turns_of
from slackbot.learning.undoing import restart_step, taken_back_to, undecided_message
from slackbot.store import Commit


@dataclass(frozen=True)
class Point:
    """A turn or a restart: going back means to before it."""

    #: How long the log was then.
    position: int
    #: What the speaker wrote; None for a restart.
    text: str | None
    #: The messages that are taken back with it, the oldest first.
    messages: tuple[str, ...]


def points(conversation: Conversation) -> list[Point]:
    """The newest first; the message that is asked about just now is the newest of them."""
    tracker = conversation.tracker
    log = history(tracker.events)
    found: dict[int, str | None] = {turn.position: turn.message.text or "" for turn in turns_of(tracker)}
    for index, (position, event) in enumerate(log):
        if isinstance(event, Restarted) and restart_step(log, index).position == position:
            found[position] = None
    undecided = undecided_message(conversation)
    if undecided is not None:
        found[len(tracker.events)] = undecided.text
    made, messages = list[Point](), tuple[str, ...]()
    for position in sorted(found, reverse=True):
        text = found[position]
        messages = messages if text is None else (text, *messages)
        made.append(Point(position, text, messages))
    return made


def point_at(conversation: Conversation, position: int) -> Point:
    """The point at that length of the log. Raises Refused where there is none (any more)."""
    found = next((point for point in points(conversation) if point.position == position), None)
    if found is None:
        raise Refused("This was taken back meanwhile. Please open the menu again.")
    return found


def undone_to(conversation: Conversation, position: int, person: str) -> tuple[Commit, str]:
    """Goes back to before a turn or restart, and says what that took back. Raises Refused."""
    conversation.require_open()
    require_running(conversation.session)
    point = point_at(conversation, position)
    return taken_back_to(conversation, position, person), f"taken back: {words_of(point)}"


def words_of(point: Point) -> str:
    """What going back there takes back: ``3 turns, from “hi” on``."""
    number = len(point.messages)
    turns = f"{number} {'turn' if number == 1 else 'turns'}"
    if point.text is None:
        return f"the restart and {turns} after it" if number else "the restart"
    return f"“{point.text}”" if number == 1 else f"{turns}, from “{point.text}” on"


def numbered(turns: list[Turn], position: int) -> tuple[int, Turn]:
    """The turn that begins at a position, and its number from 1. Raises Refused where there is none (any more)."""
    found = next(((number, turn) for number, turn in enumerate(turns, start=1) if turn.position == position), None)
    if found is None:
        raise Refused("This turn was taken back meanwhile. Please open the menu again.")
    return found
