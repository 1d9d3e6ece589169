"""The verbs of adjudicators: deciding what votes could not, and having a question asked again."""

from __future__ import annotations

from slackbot.blocks.dispute import known_lines, leading
from slackbot.blocks.remarks import LONGEST_COMMENT
from slackbot.blocks.values import CardButton
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.pausing import require_running
from slackbot.learning.question import Ruling
from slackbot.learning.verdicts import is_disputed
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.drafts import Drafts
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import FOREIGN, Pressed
from slackbot.teaching.services import Services


class Adjudicating:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing, drafts: Drafts) -> None:
        self._store, self._loop, self._permissions = services.store, services.loop, services.permissions
        self._checks, self._channel = services.checks, services.settings.adjudication_channel
        self._pressed, self._drafts, self._wake = pressed, drafts, advancing.wake

    async def disputed(self, place: Place, person: str, button: CardButton) -> tuple[Draft, str]:
        """*Decide…*: a draft of a ruling that begins with the leading answer, and the token under which it is kept."""
        conversation = await self._loop.read(button.conversation)
        known = {conversation.session.channel if conversation else None, self._channel}
        if conversation is None or (place.channel and place.channel not in known):  # the Home tab is in no channel
            raise Refused(FOREIGN)
        await self._permissions.require(Right.ADJUDICATE, person, conversation.session.channel, conversation.session)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question or not is_disputed(question, conversation.votes):
            raise Refused("This has been decided meanwhile, or votes may still decide it.")
        draft = Draft.of(conversation.id, question).as_ruling(
            len(question.decided), leading(question, conversation.votes), known_lines(question, conversation.votes)
        )
        return draft, await self._drafts.begin(draft)

    async def rule(self, person: str, draft: Draft, conversation: Conversation, reason: str) -> None:
        """Decides by a draft. Raises Refused."""
        session, question = conversation.session, conversation.question
        await self._permissions.require(Right.ADJUDICATE, person, session.channel, session)
        require_running(session)
        if question is None or question.id != draft.question or len(question.decided) != draft.decided:
            raise Refused("This has been decided meanwhile: your ruling came too late, and changes nothing.")
        await self._loop.rule(conversation.id, question, Ruling(person, draft.ruling, reason[:LONGEST_COMMENT]))
        self._wake(conversation.id)

    async def reopen(self, place: Place, person: str, card_ts: str) -> None:
        """Has the closed question of a card asked again. Raises Refused."""
        conversation_id = await self._pressed.thread(place)
        conversation = await self._loop.read(conversation_id) if conversation_id else None
        name = await self._store.shown_as(conversation.id, card_ts) if conversation else None
        kind, _, question_id = (name or "").partition(":")
        if conversation is None or kind != "card":
            raise Refused("This is not the card of a question.")
        await self._permissions.require(Right.ADJUDICATE, person, conversation.session.channel, conversation.session)
        await self._loop.reopen(conversation.id, question_id, person)
        await self._checks.drop(conversation.session.team, conversation.id, question_id)
        self._wake(conversation.id)
