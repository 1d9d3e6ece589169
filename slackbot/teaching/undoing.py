"""The verb that goes back several turns at once."""

from __future__ import annotations

from slackbot.blocks.thread import sentence
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.errors import Conflict, Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import require_running
from slackbot.learning.points import Point, point_at, points, undone_to
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import FOREIGN, Pressed
from slackbot.teaching.services import Services

_MOVED_ON = "The conversation has moved on meanwhile, so nothing was taken back. Please open the menu again."


class Undoing:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing) -> None:
        self._loop, self._permissions = services.loop, services.permissions
        self._slack, self._background = services.slack, services.background
        self._pressed, self._wake = pressed, advancing.wake

    async def points(self, place: Place, person: str, button: SessionButton) -> tuple[SessionButton, list[Point]]:
        """What somebody may go back to, the newest first, and the session as it is now."""
        conversation = await self._pressed.conversation(place, button.conversation)
        await self._require(person, conversation)
        found = points(conversation)
        if not found:
            raise Refused("There is nothing to undo.")
        return SessionButton(conversation.id, conversation.version), found

    async def picked(self, person: str, choice: SessionChoice) -> Point:
        """The point whose position is chosen, if nothing has happened since it was offered."""
        conversation = await self._pressed.claimed(choice.conversation)
        await self._require(person, conversation)
        if conversation.version != choice.version:
            raise Refused(_MOVED_ON)
        return point_at(conversation, _position(choice))

    async def undo(self, person: str, choice: SessionChoice) -> None:
        """Goes back to the chosen point, and tells the person in the thread what that took back."""
        conversation = await self._pressed.claimed(choice.conversation)
        await self._require(person, conversation)
        position = _position(choice)
        try:
            words = await self._loop.carry_out(
                conversation.id, lambda now: undone_to(now, position, person), version=choice.version
            )
        except Conflict:
            raise Refused(_MOVED_ON) from None
        self._wake(conversation.id)
        session, thread_ts = conversation.session, conversation.snapshot.thread_ts
        line = f"{sentence(words)}. *Redo* in the menu of the first message brings it back."
        self._background.start(self._slack.tell(session.channel, person, line, thread_ts=thread_ts), "telling an undo")

    async def _require(self, person: str, conversation: Conversation) -> None:
        session = conversation.session
        await self._permissions.require(Right.CONTROL, person, session.channel, session)
        require_running(session)


def _position(choice: SessionChoice) -> int:
    if not choice.choice.isdecimal():
        raise Refused(FOREIGN)
    return int(choice.choice)
