"""What a press claims to be about, and whether it may."""

from __future__ import annotations

from slackbot.blocks.values import CardButton
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.pausing import require_running
from slackbot.learning.question import Question
from slackbot.permissions import Right
from slackbot.teaching.place import Place
from slackbot.teaching.services import Services

CLOSED = "This question is closed already: your press came too late, and changes nothing."
FOREIGN = "This button does not belong to a session in this thread."


class Pressed:
    """Finds what a press is about. Every method raises StoreUnavailable."""

    def __init__(self, services: Services) -> None:
        self._store, self._loop, self._permissions = services.store, services.loop, services.permissions

    async def question(self, place: Place, person: str, button: CardButton) -> tuple[Conversation, Question]:
        """The open question of a card that somebody pressed who may vote. Raises Refused."""
        conversation = await self.conversation(place, button.conversation)
        await self._permissions.require(Right.VOTE, person, place.channel)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question:
            raise Refused(CLOSED)
        return conversation, question

    async def conversation(self, place: Place, conversation_id: str) -> Conversation:
        """The session that a button claims, if the button was pressed where that session is held. Raises Refused."""
        conversation = await self.claimed(conversation_id)
        if conversation.session.channel != place.channel:
            raise Refused(FOREIGN)
        if place.thread_ts is not None and place.thread_ts != conversation.snapshot.thread_ts:
            raise Refused(FOREIGN)
        return conversation

    async def claimed(self, conversation_id: str) -> Conversation:
        """The session that a modal claims, which is in no place: whose it is must be asked yet. Raises Refused."""
        conversation = await self._loop.read(conversation_id)
        if conversation is None:
            raise Refused(FOREIGN)
        return conversation

    async def thread(self, place: Place) -> str | None:
        """The id of the conversation that is held in a thread."""
        if place.thread_ts is None:
            return None
        return await self._store.conversation_in(place.channel, place.thread_ts)
