"""What a session's first message says of the conversation it was forked from, and of those forked from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import code, quote
from slackbot.learning.session import Forked
from slackbot.learning.turns import Told

_MOST_TURNS, _MOST_ACTIONS, _MOST_BRANCHES = 5, 4, 10


@dataclass(frozen=True)
class BranchLink:
    """A conversation that was forked from this one."""

    #: The address of its thread; None where Slack doesn't tell.
    link: str | None
    #: The number of the turn before which it was forked, from 1.
    turn: int


@dataclass(frozen=True)
class Lineage:
    """Of one conversation."""

    forked: Forked | None = None
    #: The address of the thread of the conversation that it was forked from.
    origin: str | None = None
    #: What had been said where it was forked.
    so_far: tuple[Told, ...] = ()
    branches: tuple[BranchLink, ...] = ()


def origin_blocks(lineage: Lineage) -> list[Block]:
    """What a branch says of where it comes from, with the latest turns before it; nothing for any other session."""
    if lineage.forked is None:
        return []
    where = _linked(lineage.origin, "another conversation")
    lines = [f":twisted_rightwards_arrows: A branch of {where}, from before turn {lineage.forked.turn}."]
    hidden = len(lineage.so_far) - _MOST_TURNS
    if hidden > 0:
        lines.append(f"… {hidden} earlier {'turn' if hidden == 1 else 'turns'}")
    lines += [_turn(turn) for turn in lineage.so_far[-_MOST_TURNS:]]
    if not lineage.so_far:
        lines.append("Nothing had been said yet.")
    return [kit.context(text) for text in kit.paragraphs(lines)]


def branch_blocks(lineage: Lineage) -> list[Block]:
    """Where the branches of a conversation are; nothing where it has none."""
    if not lineage.branches:
        return []
    shown = [_linked(branch.link, f"before turn {branch.turn}") for branch in lineage.branches[-_MOST_BRANCHES:]]
    more = len(lineage.branches) - _MOST_BRANCHES
    words = ", ".join([*shown, *([f"and {more} more"] if more > 0 else [])])
    return [kit.context(f":twisted_rightwards_arrows: Branches of this conversation: {words}.")]


def _linked(link: str | None, words: str) -> str:
    return f"<{link}|{words}>" if link else words


def _turn(turn: Told) -> str:
    if turn.text is None:
        return "_(restarted)_"
    actions = _names(turn.actions)
    return f"{turn.number}. {quote(turn.text, 100)}" + (f" → {actions}" if actions else "")


def _names(actions: Sequence[str]) -> str:
    shown = ", ".join(code(name, 60) for name in actions[:_MOST_ACTIONS])
    more = len(actions) - _MOST_ACTIONS
    return f"{shown} and {more} more" if more > 0 else shown
