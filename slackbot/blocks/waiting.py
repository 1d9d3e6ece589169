"""A question that waits for somebody, in words: on the Home tab and in what reminds of it."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot.blocks.mrkdwn import quote
from slackbot.learning.pending import Pending


@dataclass(frozen=True)
class Item:
    """A question that waits, and the address of its card."""

    pending: Pending
    link: str | None


def words(pending: Pending, now: float) -> str:
    """What was said, where, how long ago, and what waits behind it. ``now`` in Unix seconds."""
    return f"{quote(pending.question.message.text, 200)} {about(pending, now)}"


def about(pending: Pending, now: float) -> str:
    """The same without what was said."""
    behind = f", {pending.waiting} {'message waits' if pending.waiting == 1 else 'messages wait'} behind it"
    age = f", {_age(now - pending.opened_at)}" if pending.opened_at else ""
    return f"in <#{pending.session.channel}>{age}{behind if pending.waiting else ''}"


def _age(seconds: float) -> str:
    if seconds < 120:
        return "just asked"
    for size, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"asked {seconds / size:.0f} {name} ago"
    return "just asked"
