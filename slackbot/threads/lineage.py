"""Where the conversations are that one was forked from, and those that were forked from it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from slackbot.blocks.lineage import BranchLink, Lineage
from slackbot.errors import SlackRefused
from slackbot.learning.conversation import Conversation
from slackbot.learning.session import Forked
from slackbot.learning.turns import so_far
from slackbot.threads.slack import Slack

#: Threads whose places are remembered.
_KEPT = 2000


@dataclass(frozen=True)
class _Place:
    """The thread of a conversation: its address, where it can be told, and where the conversation was forked."""

    link: str | None
    forked: Forked | None


class Lineages:
    """Looks them up; what was found is remembered, for it never changes."""

    def __init__(self, read: Callable[[str], Awaitable[Conversation | None]], slack: Slack) -> None:
        self._read, self._slack = read, slack
        self._places: OrderedDict[str, _Place] = OrderedDict()

    async def of(self, conversation: Conversation) -> Lineage:
        """Branches that have no thread yet are left out. Raises StoreUnavailable and SlackUnavailable."""
        forked = conversation.session.forked
        origin = await self._place(forked.conversation) if forked else None
        branches = [await self._place(branch) for branch in conversation.session.branches]
        return Lineage(
            forked=forked,
            origin=origin.link if origin else None,
            so_far=tuple(so_far(conversation.tracker, forked.position)) if forked else (),
            branches=tuple(BranchLink(one.link, one.forked.turn) for one in branches if one and one.forked),
        )

    async def _place(self, conversation_id: str) -> _Place | None:
        known = self._places.get(conversation_id)
        if known is not None:
            return known
        conversation = await self._read(conversation_id)
        if conversation is None or conversation.snapshot.thread_ts is None:
            return None
        link = None
        with suppress(SlackRefused):  # where the message was deleted
            link = await self._slack.permalink(conversation.session.channel, conversation.snapshot.thread_ts)
        self._places[conversation_id] = _Place(link, conversation.session.forked)
        if len(self._places) > _KEPT:
            self._places.popitem(last=False)
        return self._places[conversation_id]
