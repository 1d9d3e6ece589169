"""The conversations of one use of the shell: the first, and those forked from it. All are in the store."""

from __future__ import annotations

import getpass
import secrets
from dataclasses import replace

from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.learning.session import Session, Status
from slackbot.learning.turns import Turn, first_events, fork, turns_of
from slackbot.store import Commit, Store

#: Stands in a session for Slack's team.
TEAM = "shell"


class Branches:
    """One or more conversations, of which one is the current. Their ids are TOKEN-1, TOKEN-2, ..."""

    def __init__(self, store: Store, loop: Loop, ids: list[str]) -> None:
        self.store, self.loop, self.ids = store, loop, ids
        self.current = ids[-1]

    @classmethod
    async def begin(cls, store: Store, loop: Loop, place: str, name: str | None = None) -> Branches:
        """A new conversation. ``place`` is what is taught: a project's folder or a server's address.

        ``name`` is its id; one is made up where there is none. Raises Refused where there is one of that name.
        """
        person = _person()
        now = loop.now()
        session = Session(team=TEAM, channel=place, owner=person, speaker=person, quorum=1, started_at=now)
        first = f"{name or secrets.token_hex(4)}-1"
        if not await store.create(first, session.as_dict(), first_events(now), "parent"):
            raise Refused(f"There is a conversation {name} already; take it up with --resume, or name another.")
        return cls(store, loop, [first])

    @classmethod
    async def named(cls, store: Store, loop: Loop, place: str, name: str) -> Branches:
        """The conversation of that name and its branches, if it is not over; a new one otherwise.

        A new one that finds its name taken has a number behind it.
        """
        mine = [each for each in await store.active() if each.rpartition("-")[0] == name]
        found = [each for each in [await loop.read(each) for each in mine] if each and _is_of(each.session, place)]
        if any(each.is_open for each in found):
            found.sort(key=lambda each: each.session.started_at)
            return cls(store, loop, [each.id for each in found])
        number = 1
        while True:
            try:
                return await cls.begin(store, loop, place, name if number == 1 else f"{name}.{number}")
            except Refused:
                number += 1

    @classmethod
    async def unfinished(cls, store: Store, loop: Loop, place: str) -> Branches | None:
        """Those of the latest use that was not finished; None if there is none, or nothing was said in it."""
        found: dict[str, list[tuple[float, str]]] = {}
        for conversation_id in await store.active():
            conversation = await loop.read(conversation_id)
            if conversation is None or not conversation.is_open or not _is_of(conversation.session, place):
                continue
            if holds_something(conversation):
                token = conversation_id.rpartition("-")[0]
                found.setdefault(token, []).append((conversation.session.started_at, conversation_id))
        if not found:
            return None
        return cls(store, loop, [conversation_id for _, conversation_id in sorted(max(found.values(), key=max))])

    async def read(self) -> Conversation:
        """The current conversation as it is now."""
        return await self._read(self.current)

    async def all(self) -> list[Conversation]:
        """All of them, in the order in which they were begun."""
        return [await self._read(conversation_id) for conversation_id in self.ids]

    async def fork(self, turn: Turn) -> None:
        """Begins a branch before a turn of the current conversation, and goes there."""
        conversation, token = await self.read(), self.current.rpartition("-")[0]
        number = len(self.ids) + 1
        while not await fork(self.store, conversation, turn, f"{token}-{number}", now=self.loop.now()):
            number += 1  # another shell has forked the same conversation
        self.current = f"{token}-{number}"
        self.ids.append(self.current)

    async def end(self, status: Status) -> None:
        """Ends all of them as finished or aborted; what was decided stays in the store."""
        for conversation in await self.all():
            if not conversation.is_open:
                continue
            session = conversation.session.ended(status, conversation.session.owner)
            revision = conversation.snapshot.session_revision
            commit = Commit(session_revision=revision, session=session.as_dict(), over=True)
            await self.store.commit(conversation.id, commit)

    async def forget_trouble(self) -> None:
        """Lets the loop try again what the assistant failed at."""
        await self.loop.change_session(self.current, lambda session: replace(session, trouble=None))

    async def _read(self, conversation_id: str) -> Conversation:
        conversation = await self.loop.read(conversation_id)
        assert conversation is not None  # noqa: S101  nothing deletes a conversation
        return conversation


def holds_something(conversation: Conversation) -> bool:
    """Whether anything was said in it that was not taken back."""
    return bool(conversation.waiting or conversation.question or turns_of(conversation.tracker))


def _is_of(session: Session, place: str) -> bool:
    return session.team == TEAM and session.channel == place


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return "you"
