"""Who may do what: asked here and nowhere else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from enum import StrEnum

from slackbot.blocks.mrkdwn import people
from slackbot.errors import Refused, SlackUnavailable
from slackbot.learning.session import Session


class Right(StrEnum):
    """What people ask to do."""

    START = "start a session"
    VOTE = "vote"
    #: Undo, restart, pause, abort, finish.
    CONTROL = "do this"
    #: Set what holds for a whole channel, and see how everybody does.
    ADMINISTER = "administer this"
    #: Decide where votes came to nothing, and have closed questions asked again.
    ADJUDICATE = "decide this"


NOT_INVITED = "I am not in this channel. Invite me first: type */invite* and pick me."
#: Seconds for which a channel's members are taken as known.
_KNOWN_FOR = 60.0
#: Seconds before somebody who is not among the known members is looked for again.
_LOOK_AGAIN_AFTER = 3.0


#: Members of a channel up to which it is looked up which of them are bots, and seconds that this may take: somebody
#: waits for it who wants to start a session.
_FEW, _SOON = 20, 1.0


async def _nobody(_: str) -> bool:
    return False


async def _everybody(ids: Collection[str]) -> set[str]:
    return set(ids)


class Permissions:
    """Members of a session's channel may start and vote; its owner and its speaker may undo, restart, pause and end it.

    Administrators are those whom the settings name; where they name none, whoever administers the workspace.
    Adjudicators are those whom the settings name, in all channels; where they name none, a session's owner.
    """

    def __init__(
        self,
        members: Callable[[str], Awaitable[set[str]]],
        *,
        administrators: Collection[str] = (),
        adjudicators: Collection[str] = (),
        runs_workspace: Callable[[str], Awaitable[bool]] = _nobody,
        humans: Callable[[Collection[str]], Awaitable[set[str]]] = _everybody,
    ) -> None:
        """``members`` gives the ids of a channel's members; ``humans`` those of some ids that are no bots."""
        self._members = members
        self._administrators, self._adjudicators = administrators, adjudicators
        self._runs_workspace, self._humans = runs_workspace, humans
        self._known: dict[str, tuple[float, set[str]]] = {}

    async def require(self, right: Right, person: str, channel: str, session: Session | None = None) -> None:
        """Raises Refused, with a sentence for the person, unless they may."""
        if right is Right.ADJUDICATE and self._adjudicators:
            if person in self._adjudicators:
                return
            raise Refused(f"Only {people(sorted(self._adjudicators))} may {right.value}.")
        if not await self._is_member(channel, person):
            raise Refused(f"Only members of this channel may {right.value}. Join it and try again.")
        if right is Right.CONTROL and session is not None and person not in {session.owner, session.speaker}:
            raise Refused(
                f"Only {' and '.join(dict.fromkeys((f'<@{session.owner}>', f'<@{session.speaker}>')))} may do this."
            )
        if right is Right.ADJUDICATE and session is not None and person != session.owner:
            raise Refused(f"Only <@{session.owner}> may {right.value}.")
        if right is Right.ADMINISTER and not await self._administers(person):
            whom = people(sorted(self._administrators)) or "administrators of this workspace"
            raise Refused(f"Only {whom} may {right.value}.")

    async def may(self, right: Right, person: str, channel: str) -> bool:
        """Whether ``require`` lets them."""
        try:
            await self.require(right, person, channel)
        except Refused:
            return False
        return True

    async def annotators(self, channel: str, bot: str) -> int:
        """How many people can vote in a channel.

        Bots are counted among them where there are many, or where Slack doesn't say soon who is one.
        """
        await self._is_member(channel, bot)
        others = self._known[channel][1] - {bot}
        if len(others) <= _FEW:
            with suppress(TimeoutError, SlackUnavailable):
                async with asyncio.timeout(_SOON):
                    return len(await self._humans(others))
        return len(others)

    async def people(self, channel: str) -> set[str]:
        """Who can vote or decide in a channel: its members, and the adjudicators whom the settings name; no bots."""
        await self._is_member(channel, "")
        return await self._humans({*self._known[channel][1], *self._adjudicators})

    async def _administers(self, person: str) -> bool:
        return person in self._administrators if self._administrators else await self._runs_workspace(person)

    async def require_session(self, channel: str, owner: str, speaker: str, bot: str) -> None:
        """Raises Refused unless ``owner`` may open a session in which ``speaker`` speaks, and ``bot`` can hold it.

        All are user ids. The members are looked up anew: somebody may have been invited just now.
        """
        self._known.pop(channel, None)
        await self.require(Right.START, owner, channel)
        if not await self._is_member(channel, bot):
            raise Refused(NOT_INVITED)
        if speaker == bot:
            raise Refused("I can't be the speaker: it takes a person to say what a user would say.")
        if not await self._is_member(channel, speaker):
            raise Refused(f"<@{speaker}> is not in this channel. Invite them first.")

    async def _is_member(self, channel: str, person: str) -> bool:
        read_at, members = self._known.get(channel, (-_KNOWN_FOR, set()))
        age = time.monotonic() - read_at
        if age > (_KNOWN_FOR if person in members else _LOOK_AGAIN_AFTER):
            members = await self._members(channel)
            self._known[channel] = (time.monotonic(), members)
        return person in members
