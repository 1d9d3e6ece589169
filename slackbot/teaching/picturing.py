"""Pictures of conversations that people ask for."""

from __future__ import annotations

from slackbot.permissions import Right
from slackbot.picture.links import Links
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import Pressed
from slackbot.teaching.services import Services


class Picturing:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed) -> None:
        self._permissions, self._requests, self._pressed = services.permissions, services.requests, pressed
        self._links = Links.of(services.settings)

    def link(self, conversation_id: str) -> str | None:
        """Where the picture can be watched live; None where the settings name no address."""
        return self._links.link(conversation_id) if self._links else None

    async def request(self, place: Place, person: str, conversation_id: str, request: str) -> None:
        """Has a session's picture posted in its thread. The same ``request`` again changes nothing."""
        conversation = await self._pressed.conversation(place, conversation_id)
        await self._permissions.require(Right.VOTE, person, place.channel)
        await self._requests.picture(conversation.id, request)
