"""What the speaker of a session writes, edits and deletes."""

from __future__ import annotations

from slackbot.blocks.mrkdwn import plain
from slackbot.learning.conversation import Conversation
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import Pressed
from slackbot.teaching.services import Services
from slackbot.threads.slack import name_of


class Speaking:
    """The verbs. All raise StoreUnavailable."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing) -> None:
        self._store, self._loop, self._slack = services.store, services.loop, services.slack
        self._background, self._pressed, self._wake = services.background, pressed, advancing.wake

    async def heard(self, place: Place, person: str, ts: str, text: str) -> None:
        """Takes a message, if it is the speaker's in a session's thread. Anything else is talk."""
        conversation = await self._spoken_in(place, person)
        if conversation is not None and (words := plain(text).strip()):
            outcome = await self._store.take_message(
                conversation.id, ts, {"text": words}, redraw=conversation.open_card
            )
            if conversation.is_paused and outcome == "taken":
                self._tell_later(place, person, "This session is paused: your message waits until it is resumed.")
            self._wake(conversation.id)

    async def changed(self, place: Place, person: str, ts: str, text: str | None, changed: str) -> None:
        """Takes an edit of a message, or its deletion (``text`` None), that happened at ts ``changed``."""
        conversation = await self._spoken_in(place, person)
        if conversation is None:
            return
        words = plain(text).strip() if text else ""
        outcome = await self._store.take_message(
            conversation.id, ts, {"text": words} if words else None, changed=changed, redraw=conversation.open_card
        )
        if outcome == "late":
            line = "That turn is over already, so the change makes no difference. *Undo* takes a turn back."
            self._tell_later(place, person, line)
        elif outcome != "repeated":
            self._wake(conversation.id)

    def _tell_later(self, place: Place, person: str, line: str) -> None:
        self._background.start(
            self._slack.tell(place.channel, person, line, thread_ts=place.thread_ts), "telling the speaker"
        )

    async def _spoken_in(self, place: Place, person: str) -> Conversation | None:
        conversation_id = await self._pressed.thread(place)
        conversation = await self._loop.read(conversation_id) if conversation_id else None
        if conversation is None or not conversation.is_open or conversation.session.speaker != person:
            return None
        return conversation

    async def adopt(self, place: Place) -> None:
        """Notes whose thread this is, where a crash came between posting its parent and noting it."""
        if place.thread_ts is None or await self._pressed.thread(place):
            return
        async for message in self._slack.messages(place.channel, thread_ts=place.thread_ts, oldest="0"):
            name = name_of(message)
            if name and name.get("name") == "parent" and message["ts"] == place.thread_ts:
                conversation_id = name["conversation"]
                if await self._loop.read(conversation_id):
                    await self._store.bind_thread(conversation_id, place.channel, place.thread_ts)
                    await self._store.note_shown(conversation_id, "parent", {"ts": place.thread_ts})
            return
