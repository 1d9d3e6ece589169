"""The verbs for custom actions that failed."""

from __future__ import annotations

from dataclasses import replace

from slackbot.blocks.values import CardButton
from slackbot.errors import Refused
from slackbot.learning.failures import Remedy, first_draft, written_events
from slackbot.learning.pausing import require_running
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import CLOSED, Pressed
from slackbot.teaching.services import Services


class Remedying:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing) -> None:
        self._loop, self._permissions = services.loop, services.permissions
        self._pressed, self._wake = pressed, advancing.wake

    async def remedy(self, place: Place, person: str, button: CardButton, remedy: Remedy) -> None:
        """*Retry* or *Skip*. Raises Refused where somebody has decided already."""
        conversation, question = await self._pressed.question(place, person, button)
        await self._loop.remedy(conversation.id, replace(question, revision=button.revision), remedy, person)
        self._wake(conversation.id)

    async def failed_action(self, place: Place, person: str, button: CardButton) -> tuple[str, str]:
        """*Use these events*: the action, and what the person may begin with to write its events."""
        conversation, question = await self._pressed.question(place, person, button)
        if question.failure is None or question.revision != button.revision:
            raise Refused(CLOSED)
        return question.parts[question.appended].answer, first_draft(question, conversation.tracker)

    async def use_events(self, person: str, button: CardButton, text: str) -> None:
        """Records the failed action with the events of a text. Raises Refused with what is wrong with them."""
        conversation = await self._pressed.claimed(button.conversation)
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question:
            raise Refused(CLOSED)
        await self._loop.remedy(
            conversation.id,
            replace(question, revision=button.revision),
            Remedy.EVENTS,
            person,
            lambda tracker: written_events(text, tracker.domain),
        )
        self._wake(conversation.id)
