"""What of a log counts as said, where a conversation was taken back to an earlier point and, perhaps, forth again.

A log only grows. Going back appends events that Rasa itself replays to the state of the earlier point: ``undo`` and
``rewind``, and what must be told again. Each of them is marked with the length of the log that it goes back to. From
there on the history is that of the earlier point, and the marked events are no part of it: they only say in Rasa's
words what a mark says in a number. Without marks, all of the log is its history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from slackbot.dialogue.events import ConversationPaused, ConversationResumed, Event

#: The key of a mark in an event's metadata.
MARK = "goes_to"


@dataclass(frozen=True)
class Jump:
    """Marked events, one behind the other, that lead to an earlier point of the log."""

    #: How long the log was that they lead back to: what counted then counts again.
    to: int
    #: Where the first of them stands.
    start: int
    #: Whether they take back an earlier jump.
    redo: bool = False
    #: Whether no redo takes it back.
    final: bool = False
    #: A message that was taken back with them before it was decided what it means: its ``ts`` and ``text``.
    message: Mapping[str, str] | None = None

    def mark(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The event, JSON, with the mark."""
        told = {key: value for key, value in asdict(self).items() if value not in (None, False)}
        return {**row, "metadata": {**(row.get("metadata") or {}), MARK: told}}


def jump_of(event: Event, position: int) -> Jump | None:
    """The jump that an event of a log belongs to; None for what was said, and for a mark that can't be."""
    told = event.metadata.get(MARK)
    if not isinstance(told, Mapping):
        return None
    to, start, message = told.get("to"), told.get("start"), told.get("message")
    if type(to) is not int or type(start) is not int or not 0 <= to <= start <= position:
        return None
    message = message if isinstance(message, Mapping) and {"ts", "text"} <= message.keys() else None
    return Jump(to, start, bool(told.get("redo")), bool(told.get("final")), message)


def history(log: Sequence[Event]) -> list[tuple[int, Event]]:
    """What counts as said, in order: each event with its position in the log, which must be whole from its start."""
    if not any(MARK in event.metadata for event in log):
        return list(enumerate(log))
    #: For each length of the log, the position of the last event that counts, and for each event the one before it.
    last, before = [-1], list[int]()
    for position, event in enumerate(log):
        jump = jump_of(event, position)
        before.append(last[position])
        last.append(position if jump is None else last[jump.to])
    found, position = list[tuple[int, Event]](), last[-1]
    while position >= 0:
        found.append((position, log[position]))
        position = before[position]
    return found[::-1]


def told(log: Iterable[Event]) -> list[Event]:
    """The events of the history alone."""
    return [event for _, event in history(list(log))]


def is_told_again(event: Event) -> bool:
    """Whether an event of a log only leads to a point that was there before."""
    return MARK in event.metadata


def undone(log: Sequence[Event]) -> list[Jump]:
    """The jumps that can be taken back, the latest last: none once something was said behind them.

    A session's pause says nothing.
    """
    found: list[Jump] = []
    latest = -1
    for position, event in _behind_the_last_said(log):
        jump = jump_of(event, position)
        if jump is None or jump.start == latest:
            continue
        latest = jump.start
        if jump.final:
            found.clear()
        elif not jump.redo:
            found.append(jump)
        elif found:
            found.pop()
    return found


def _behind_the_last_said(log: Sequence[Event]) -> Iterator[tuple[int, Event]]:
    silent = (ConversationPaused, ConversationResumed)
    start = len(log)
    while start and (isinstance(log[start - 1], silent) or jump_of(log[start - 1], start - 1)):
        start -= 1
    return iter([(position, log[position]) for position in range(start, len(log))])
