"""The verb that branches a conversation off, into a thread of its own."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.points import numbered
from slackbot.learning.session import Session
from slackbot.learning.turns import Turn, fork, turns_of
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing, carrying_on
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import FOREIGN, Pressed
from slackbot.teaching.services import Services


class Forking:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing) -> None:
        self._store, self._loop, self._permissions = services.store, services.loop, services.permissions
        self._threads, self._slack, self._background = services.threads, services.slack, services.background
        self._pressed, self._advancing = pressed, advancing

    async def turns(self, place: Place, person: str, button: SessionButton) -> list[Turn]:
        """The turns before which somebody may branch off, the oldest first."""
        conversation = await self._pressed.conversation(place, button.conversation)
        await self._require(person, conversation)
        found = turns_of(conversation.tracker)
        if not found:
            raise Refused("There is no turn to fork before yet.")
        return found

    async def fork(self, person: str, choice: SessionChoice, request: str) -> None:
        """Opens a branch before the chosen turn, in a thread of its own, and tells the person where that is.

        The same ``request`` again opens no second one. Who asks owns the branch; its speaker is the same.
        """
        conversation = await self._pressed.claimed(choice.conversation)
        if not choice.choice.isdecimal():
            raise Refused(FOREIGN)
        await self._require(person, conversation)
        session = conversation.session
        bot = str((await self._slack.identity())["user_id"])
        await self._permissions.require_session(session.channel, person, session.speaker, bot)
        number, turn = numbered(turns_of(conversation.tracker), int(choice.choice))
        branch = hashlib.blake2s(f"{session.team}|fork|{request}".encode(), digest_size=8).hexdigest()
        await fork(self._store, conversation, turn, branch, owner=person, now=self._loop.now())

        def with_branch(now: Session) -> Session:
            return now if branch in now.branches else replace(now, branches=(*now.branches, branch))

        await self._loop.change_session(conversation.id, with_branch)
        words = f"before turn {number}, {quote(turn.message.text or '', 100)}"
        self._background.start(self._show(conversation, branch, person, words), carrying_on(branch))

    async def _show(self, conversation: Conversation, branch: str, person: str, words: str) -> None:
        """Draws the new thread, has the old one link to it, and tells the person there."""
        await self._threads.draw(branch)
        for each in (branch, conversation.id):
            self._advancing.wake(each)
        opened = await self._loop.read(branch)
        if opened is None or opened.snapshot.thread_ts is None:
            return
        link = await self._slack.permalink(opened.session.channel, opened.snapshot.thread_ts)
        line = f"The branch {words} is <{link}|in a thread of its own>. This one stays as it is."
        thread_ts = conversation.snapshot.thread_ts
        await self._slack.tell(conversation.session.channel, person, line, thread_ts=thread_ts)

    async def _require(self, person: str, conversation: Conversation) -> None:
        await self._permissions.require(Right.CONTROL, person, conversation.session.channel, conversation.session)
        if not conversation.is_open:
            raise Refused(f"This session is {conversation.session.status.value}: it can't be forked any more.")
