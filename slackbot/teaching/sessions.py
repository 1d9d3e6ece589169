"""The verbs of a session: opening it, and what its parent message carries."""

from __future__ import annotations

import hashlib

from slackbot.blocks.card import Card
from slackbot.blocks.thread import again, sentence
from slackbot.blocks.values import SessionButton
from slackbot.crowd.quorum import Rule, usual_rule
from slackbot.errors import Conflict
from slackbot.learning.controls import Control, commit_of
from slackbot.learning.session import Session, least_votes
from slackbot.learning.turns import first_events
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import Pressed
from slackbot.teaching.services import Services


class Sessions:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing) -> None:
        self._store, self._loop, self._slack = services.store, services.loop, services.slack
        self._channels, self._permissions = services.channels, services.permissions
        self._quorum, self._pressed, self._wake = services.settings.quorum, pressed, advancing.wake

    async def start(
        self, place: Place, owner: str, speaker: str | None, rule: Rule | None, request: str, *, bot: str
    ) -> str:
        """Opens a session and returns its conversation id. The same ``request`` again opens no second one.

        ``rule`` is what was asked for, None for the channel's; ``bot`` is the app's own user id.
        """
        await self._permissions.require_session(place.channel, owner, speaker or owner, bot)
        rule = rule or await self._usual_rule(place.channel, bot)
        now = self._loop.now()
        session = Session(
            team=place.team,
            channel=place.channel,
            owner=owner,
            speaker=speaker or owner,
            quorum=least_votes(rule),
            started_at=now,
            rule=str(rule),
        )
        conversation_id = hashlib.blake2s(f"{place.team}|{request}".encode(), digest_size=8).hexdigest()
        await self._store.create(conversation_id, session.as_dict(), first_events(now), "parent")
        self._wake(conversation_id)
        return conversation_id

    async def _usual_rule(self, channel: str, bot: str) -> Rule:
        """The channel's rule, or else the settings', or else one that suits how many people can vote."""
        kept = await self._channels.rule(channel)
        return kept or self._quorum or usual_rule(await self._permissions.annotators(channel, bot))

    async def set_channel_rule(self, channel: str, person: str, rule: Rule | None) -> None:
        """Sets the rule of the channel's sessions to come; None: the settings', or what suits the channel."""
        await self._permissions.require(Right.ADMINISTER, person, channel)
        await self._channels.set_rule(channel, rule)

    async def channel_rule(self, channel: str) -> tuple[Rule, bool]:
        """The rule of the channel's sessions to come, and whether it was set for this channel."""
        bot = str((await self._slack.identity())["user_id"])
        return await self._usual_rule(channel, bot), await self._channels.rule(channel) is not None

    async def control(self, place: Place, person: str, control: Control, button: SessionButton) -> Card | str:
        """Undo, restart, abort or finish. Words about what was done, escaped, or a card that asks again.

        It asks again where the button was drawn before the conversation's latest events: nobody undoes by accident
        what they have not seen.
        """
        conversation = await self._pressed.conversation(place, button.conversation)
        await self._permissions.require(Right.CONTROL, person, place.channel, conversation.session)
        version = button.version if control in {Control.UNDO, Control.REDO, Control.RESTART} else None
        try:
            words = await self._loop.control(conversation.id, control, person, version=version)
        except Conflict:
            conversation = await self._pressed.conversation(place, button.conversation)
            _, words = commit_of(control, conversation, person)
            words = words if control in {Control.UNDO, Control.REDO} else f"a {control.value}"
            return again(control, words, conversation.id, conversation.version)
        self._wake(conversation.id)
        return sentence(words)
