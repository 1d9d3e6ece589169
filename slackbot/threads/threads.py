"""Draws what is to be drawn in the threads: decisions at once, tallies in bundles, the newest state always."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slackbot.blocks.card import Card
from slackbot.errors import Conflict, DeliveryUnknown, SlackRefused
from slackbot.learning.conversation import Conversation
from slackbot.store import Commit, Redraw, Store
from slackbot.threads.lineage import Lineages
from slackbot.threads.render import render, render_dispute, render_parent
from slackbot.threads.slack import Slack

log = logging.getLogger(__name__)
Json = dict[str, Any]

#: Seconds within which changes that are in no hurry are drawn as one.
BUNDLE = 1.0
#: Seconds between attempts to take over a thread that another process is drawing.
_RETRY_LEASE = 0.2
_MOST_LEASE_ATTEMPTS = 200
#: How often a message is posted and looked for before somebody has to try again later.
_MOST_POSTS = 4
#: A response_url works for 30 minutes.
_RESPONSE_URL_SECONDS = 25 * 60


@dataclass(frozen=True)
class _Offer:
    response_url: str
    expires: float


class Threads:
    """Draws conversations' threads, one drawing at a time in each."""

    def __init__(
        self,
        store: Store,
        read: Callable[[str], Awaitable[Conversation | None]],
        slack: Slack,
        adjudication_channel: str | None = None,
    ) -> None:
        self._store, self._read, self._slack = store, read, slack
        self._adjudication_channel = adjudication_channel
        self._lineages = Lineages(read, slack)
        self._offers: dict[tuple[str, str], _Offer] = {}
        self._woken: dict[str, asyncio.Event] = {}

    def offer(self, conversation_id: str, name: str, response_url: str) -> None:
        """Lets a message be edited once through the response_url of a press on it, which costs no ``chat.update``."""
        self._offers[conversation_id, name] = _Offer(response_url, time.monotonic() + _RESPONSE_URL_SECONDS)

    async def draw(self, conversation_id: str) -> None:
        """Draws until nothing is left to draw. Raises StoreUnavailable and SlackUnavailable; what is left stays noted.

        Where another drawing of the same thread is under way in this process, that one is told to go on.
        """
        woken = self._woken.get(conversation_id)
        if woken is not None:
            woken.set()
            return
        woken = self._woken[conversation_id] = asyncio.Event()
        try:
            for _ in range(_MOST_LEASE_ATTEMPTS):
                woken.clear()
                if not await self._store.redraws(conversation_id) and not woken.is_set():
                    return
                if not await self._draw_all(conversation_id):
                    await asyncio.sleep(_RETRY_LEASE)
        finally:
            del self._woken[conversation_id]

    async def _draw_all(self, conversation_id: str) -> bool:
        """False when another process holds the lease."""
        async with self._store.lease(conversation_id) as ours:
            if not ours:
                return False
            while redraws := await self._store.redraws(conversation_id):
                if not redraws[0].urgent and not await self._bundled(conversation_id):
                    continue
                for redraw in [redraws[0]] if redraws[0].urgent else redraws:
                    await self._draw(conversation_id, redraw)
            return True

    async def _bundled(self, conversation_id: str) -> bool:
        """Waits for more of what is in no hurry. False when something urgent came up meanwhile."""
        deadline = time.monotonic() + BUNDLE
        woken = self._woken[conversation_id]
        while (left := deadline - time.monotonic()) > 0 or not self._slack.pace.has_spare:
            woken.clear()
            try:
                async with asyncio.timeout(max(left, _RETRY_LEASE)):
                    await woken.wait()
            except TimeoutError:
                continue
            if (redraws := await self._store.redraws(conversation_id)) and redraws[0].urgent:
                return False
        return True

    async def _draw(self, conversation_id: str, redraw: Redraw) -> None:
        try:
            await self._draw_one(conversation_id, redraw)
        except SlackRefused as error:
            log.warning("session %s: %s; %s is not shown", conversation_id, error, redraw.name)
            await self._store.drawn(conversation_id, redraw, None)

    async def _draw_one(self, conversation_id: str, redraw: Redraw) -> None:
        conversation = await self._read(conversation_id)
        if conversation is None:
            await self._store.drawn(conversation_id, redraw, None)
            return
        if conversation.snapshot.thread_ts is None and redraw.name != "parent":
            # The parent is drawn first; Slack refused it, so there is no thread to show anything in.
            await self._store.drawn(conversation_id, redraw, None)
            return
        shown = await self._store.shown(conversation_id, redraw.name)
        card = await self._card(conversation, redraw.name, shown)
        if card is None or (shown is not None and shown.get("digest") == _digest(card)):
            await self._store.drawn(conversation_id, redraw, None)
            return
        ts = shown.get("ts") if shown else None
        if ts is None:
            ts = await self._post(conversation, redraw.name, card, before=shown)
        else:
            ts = await self._update(conversation, redraw.name, str(ts), card)
        await self._store.drawn(conversation_id, redraw, {"ts": ts, "digest": _digest(card)})

    async def _card(self, conversation: Conversation, name: str, shown: Json | None) -> Card | None:
        if name == "parent":
            return render_parent(conversation, await self._lineages.of(conversation))
        kind, _, question_id = name.partition(":")
        if kind != "ruling":
            return await render(self._store, conversation, name)
        question = conversation.question
        disputed = question is not None and question.id == question_id and question.dispute is not None
        if self._adjudication_channel is None or not (disputed or shown):
            return None
        card = await self._store.shown(conversation.id, f"card:{question_id}")
        link = None
        if card and card.get("ts"):
            link = await self._slack.permalink(conversation.session.channel, str(card["ts"]))
        return await render_dispute(self._store, conversation, question_id, link)

    def _place(self, conversation: Conversation, name: str) -> tuple[str, str | None]:
        """The channel and thread in which a message belongs."""
        if name.startswith("ruling:") and self._adjudication_channel is not None:
            return self._adjudication_channel, None
        return conversation.session.channel, conversation.snapshot.thread_ts

    async def _post(self, conversation: Conversation, name: str, card: Card, *, before: Json | None) -> str:
        """Posts a message once. ``before`` notes an earlier attempt, which may have gone through."""
        session, digest = conversation.session, _digest(card)
        channel, thread_ts = self._place(conversation, name)
        identity = {"conversation": conversation.id, "name": name}
        for _ in range(_MOST_POSTS):
            if before is not None:
                ts = await self._slack.find(channel, identity, thread_ts=thread_ts, since=session.started_at)
                if ts is not None:
                    break
            before = {"posting": digest}
            await self._store.note_shown(conversation.id, name, before)
            with suppress(DeliveryUnknown):
                ts = await self._slack.post(channel, card, identity, thread_ts=thread_ts)
                break
        else:
            raise DeliveryUnknown(f"Slack gave no answer to {_MOST_POSTS} messages, and shows none of them")
        if name == "parent":
            await self._store.bind_thread(conversation.id, session.channel, ts)
            await self._note_branch(conversation)
        return ts if before["posting"] == digest else await self._update(conversation, name, ts, card)

    async def _note_branch(self, conversation: Conversation) -> None:
        """The conversation that this one was forked from can link to its thread from now on."""
        forked = conversation.session.forked
        if forked is not None:
            with suppress(Conflict):  # there is none any more
                await self._store.commit(forked.conversation, Commit(redraw_later=("parent",)))

    async def _update(self, conversation: Conversation, name: str, ts: str, card: Card) -> str:
        """Edits a message; one that somebody has deleted is posted anew. Returns its ts."""
        offer = self._offers.pop((conversation.id, name), None)
        if offer is not None and offer.expires > time.monotonic():
            payload = {"replace_original": True, "text": card.text, "blocks": card.blocks}
            if await self._slack.respond(offer.response_url, payload):
                return ts
        try:
            await self._slack.update(self._place(conversation, name)[0], ts, card)
        except SlackRefused as error:
            if error.code != "message_not_found" or name == "parent":
                raise
            return await self._post(conversation, name, card, before=None)
        return ts


def _digest(card: Card) -> str:
    return hashlib.blake2s(json.dumps([card.text, card.blocks], sort_keys=True).encode(), digest_size=12).hexdigest()
