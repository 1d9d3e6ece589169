"""Which session somebody means who names none, or names its thread."""

from __future__ import annotations

import re

from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.permissions import Permissions, Right
from slackbot.store import Store

#: The end of a permalink, ``p1700000000000100``, or a ts.
_THREAD = re.compile(r"(?:.*/p(\d{10})(\d{6})(?:\?.*)?|(\d{10}\.\d{6}))\Z", re.DOTALL)


class Meant:
    """Finds sessions. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, loop: Loop, permissions: Permissions) -> None:
        self._store, self._loop, self._permissions = store, loop, permissions

    async def session(self, channel: str, person: str, thread: str | None) -> Conversation:
        """The open session that somebody means who may control it.

        ``thread`` is a link to the session's thread or its ts; None: the latest open session of the person's in the
        channel. Raises Refused.
        """
        conversation = await (self._in_thread(channel, thread) if thread else self._latest(channel, person))
        await self._permissions.require(Right.CONTROL, person, channel, conversation.session)
        return conversation

    async def shown(self, channel: str, person: str, thread: str | None) -> Conversation:
        """The session, open or over, that somebody means who may only look at it. Raises Refused."""
        await self._permissions.require(Right.VOTE, person, channel)
        if thread is None:
            return await self._latest(channel, person)
        conversation = await self._known(channel, thread)
        if conversation is None:
            raise Refused("There is no session in that thread of this channel. Copy its first message's link.")
        return conversation

    async def _known(self, channel: str, thread: str) -> Conversation | None:
        match = _THREAD.match(thread.strip("<>").partition("|")[0])
        ts = match and (match[3] or f"{match[1]}.{match[2]}")
        conversation_id = await self._store.conversation_in(channel, ts) if ts else None
        return await self._loop.read(conversation_id) if conversation_id else None

    async def _in_thread(self, channel: str, thread: str) -> Conversation:
        conversation = await self._known(channel, thread)
        if conversation is None or not conversation.is_open:
            raise Refused("There is no open session in that thread of this channel. Copy its first message's link.")
        return conversation

    async def _latest(self, channel: str, person: str) -> Conversation:
        latest: Conversation | None = None
        for conversation_id in await self._store.active():
            one = await self._loop.read(conversation_id)
            if one is None or not one.is_open or one.session.channel != channel:
                continue
            if person in {one.session.owner, one.session.speaker} and (
                latest is None or one.session.started_at > latest.session.started_at
            ):
                latest = one
        if latest is None:
            raise Refused("You have no open session in this channel. */teach* opens one; *in LINK* names another's.")
        return latest
