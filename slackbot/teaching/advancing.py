"""Carries conversations on: takes every step that can be taken, and draws what there is to draw."""

from __future__ import annotations

from slackbot.learning.session import Status
from slackbot.missed import Missed
from slackbot.teaching.services import Services

#: Seconds after which a conversation that nobody carried on is taken up by whoever finds it.
TAKE_UP_AFTER = 5.0


class Advancing:
    """What happens in the background. Every method that is waited for raises StoreUnavailable and SlackUnavailable."""

    def __init__(self, services: Services) -> None:
        self._store, self._loop, self._threads = services.store, services.loop, services.threads
        self._background, self._export = services.background, services.requests.export
        self._missed = Missed(services.store, services.loop.read, services.slack)

    def wake(self, conversation_id: str) -> None:
        """Takes, in the background, every step that can be taken, and draws what there is to draw."""
        self._background.start(self._carry_on(conversation_id), carrying_on(conversation_id))

    async def _carry_on(self, conversation_id: str) -> None:
        await self.advance(conversation_id)
        conversation = await self._loop.read(conversation_id)
        if conversation is not None and conversation.session.status is Status.FINISHING:
            await self._export(conversation_id)
        await self._threads.draw(conversation_id)

    async def advance(self, conversation_id: str) -> None:
        """Takes every step that can be taken, in the light of what the speaker wrote while nobody listened."""
        if not await self._missed.take(conversation_id):
            await self._threads.draw(conversation_id)
            await self._missed.take(conversation_id)
        await self._loop.advance(conversation_id)

    async def note_missed(self) -> None:
        """Notes that speakers may have written while nobody listened. To be called before somebody listens again."""
        self._missed.note(await self._store.active())

    async def resume(self) -> None:
        """Takes up every unfinished session."""
        for conversation_id in await self._store.active():
            self.wake(conversation_id)

    async def take_up(self) -> None:
        """Takes up conversations that have been waiting for a process to carry them on."""
        waiting = [*await self._store.due(TAKE_UP_AFTER), *await self._store.undrawn(TAKE_UP_AFTER)]
        for conversation_id in dict.fromkeys((*waiting, *self._missed.conversations)):
            if not self._background.is_doing(carrying_on(conversation_id)):
                self.wake(conversation_id)


def carrying_on(conversation_id: str) -> str:
    """The name of the work that carries a conversation on: while it is done, nobody else begins with it."""
    return f"carrying on {conversation_id}"
