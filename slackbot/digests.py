"""Sends digests and strikes them out: each once, whichever process dies, and however many do it at once."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from slackbot.backlog import Backlog
from slackbot.blocks.digest import MOST_LISTED, digest_card, struck_card
from slackbot.blocks.waiting import about
from slackbot.crowd.digest import Digest, Mentioned
from slackbot.crowd.nudges import Told, is_due
from slackbot.crowd.preferences import Preferences
from slackbot.errors import DeliveryUnknown, SlackRefused, SlackUnavailable
from slackbot.learning.pending import Pending
from slackbot.store.nudges import NudgeStore, Reminded
from slackbot.threads.slack import Slack

log = logging.getLogger(__name__)

#: Seconds after which a digest that somebody was sending, and nobody knows what came of it, is looked for. One call to
#: Slack is given up sooner.
LENT = 1200.0
#: Seconds by which this machine's clock may be ahead of Slack's.
_SKEW = 3600.0
#: How often a digest is posted and looked for before that is left to a later look.
_MOST_POSTS = 4
#: Seconds after which a digest isn't struck out any more.
_KEPT = 14 * 86400.0


@dataclass(frozen=True)
class Due:
    """A question to remind somebody of."""

    pending: Pending
    #: Since when it is time to, Unix seconds.
    since: float
    as_backup: bool = False


@dataclass(frozen=True)
class Recipient:
    """To whom a digest goes."""

    person: str
    zone: tzinfo
    wishes: Preferences


class Digests:
    """Every method raises StoreUnavailable."""

    def __init__(self, store: NudgeStore, backlog: Backlog, slack: Slack, clock: Callable[[], float]) -> None:
        self._store, self._backlog, self._slack, self._clock = store, backlog, slack, clock

    async def remind(self, recipient: Recipient, known: Reminded, waiting: Sequence[Due]) -> bool:
        """Sends somebody a digest of what waits for them, if it is time to. Whether it did.

        A digest that a process was sending when it died is looked for first. Raises SlackUnavailable, after which
        another try is as good, and SlackRefused, after which there will be none before the next digest.
        """
        if known.sending is not None:
            if self._clock() < known.sending.at + LENT:
                return False
            settled = await self._settled(recipient.person, known, known.sending)
            if settled is None:
                return False
            known = settled
        since = {one.pending.id: one.since for one in waiting}
        if not is_due(self._clock(), recipient.zone, recipient.wishes, known.told, since):
            return False
        items = [one for one in waiting if await self._still_waits(recipient.person, one)]
        return bool(items) and await self._send(recipient.person, known, items)

    async def strike(self) -> None:
        """Strikes out the digests in which nothing waits for its person any more."""
        for digest in await self._store.digests():
            try:
                if self._clock() - digest.at > _KEPT:
                    await self._store.drop(digest)
                elif not [one for one in digest.items if await self._is_left(digest.person, one)]:
                    await self._slack.update(digest.channel, digest.ts, struck_card(digest.items))
                    await self._store.drop(digest)
            except SlackRefused as error:  # somebody has deleted it, say
                log.info("a digest is not struck out: %s", error)
                await self._store.drop(digest)
            except SlackUnavailable as error:
                log.warning("a digest is not struck out yet: %s", error)

    async def _settled(self, person: str, known: Reminded, sending: Digest) -> Reminded | None:
        """Finds out what became of a digest whose sending was cut off. None where another process sees to it."""
        ts = await self._find(sending)
        if ts is None:
            return await self._store.put(person, known, replace(known, sending=None))
        return await self._store.sent(person, known, replace(sending, ts=ts), self._clock())

    async def _still_waits(self, person: str, due: Due) -> bool:
        """Whether nothing has changed for the person since the questions were read."""
        now = await self._backlog.now(due.pending)
        return now is not None and (now.to_decide if due.pending.to_decide else now.asks(person))

    async def _is_left(self, person: str, item: Mentioned) -> bool:
        now = await self._backlog.open_question(item.conversation)
        if now is None or now.id != item.id:
            return False
        if item.to_decide or now.to_decide:
            return item.to_decide and (now.to_decide or not now.waits_for_votes)
        return not now.waits_for_votes or now.asks(person)  # the former: it is held up, and will be asked again

    async def _send(self, person: str, known: Reminded, due: Sequence[Due]) -> bool:
        now = self._clock()
        try:
            items = tuple([await self._mentioned(one, now) for one in due[:MOST_LISTED]])
            channel = await self._slack.direct(person)
        except SlackRefused:
            await self._give_up(person, known, due)
            raise
        digest = Digest(secrets.token_hex(8), person, channel, now, items)
        claimed = await self._store.put(person, known, replace(known, sending=digest))
        if claimed is None:
            return False
        try:
            ts = await self._post(digest, len(due) - len(items))
        except DeliveryUnknown:
            await self._store.put(person, claimed, replace(claimed, sending=replace(digest, at=now - LENT)))
            raise
        except SlackUnavailable:
            await self._store.put(person, claimed, replace(claimed, sending=None))
            raise
        except SlackRefused:
            await self._give_up(person, claimed, due)
            raise
        counted = [one.pending.id for one in due[len(items) :]]
        await self._store.sent(person, claimed, replace(digest, ts=ts), now, counted)
        return True

    async def _post(self, digest: Digest, more: int) -> str:
        """Posts it once, though Slack's answers be lost. Raises DeliveryUnknown where nothing tells."""
        card = digest_card(digest.items, more)
        for _ in range(_MOST_POSTS):
            try:
                return await self._slack.post(digest.channel, card, _name(digest), thread_ts=None)
            except DeliveryUnknown:
                if (ts := await self._find(digest)) is not None:
                    return ts
        raise DeliveryUnknown(f"Slack gave no answer to {_MOST_POSTS} digests, and shows none of them")

    async def _find(self, digest: Digest) -> str | None:
        return await self._slack.find(digest.channel, _name(digest), thread_ts=None, since=digest.at - _SKEW)

    async def _give_up(self, person: str, known: Reminded, due: Sequence[Due]) -> None:
        """Until the next digest: this person can't be written to."""
        told = Told(self._clock(), frozenset(one.pending.id for one in due))
        await self._store.put(person, known, Reminded(told))

    async def _mentioned(self, due: Due, now: float) -> Mentioned:
        one = due.pending
        return Mentioned(
            conversation=one.conversation,
            question=one.question.id,
            text=one.question.message.text,
            about=about(one, now),
            link=await self._backlog.link(one),
            to_decide=one.to_decide,
            as_backup=due.as_backup,
        )


def _name(digest: Digest) -> Mapping[str, str]:
    return {"digest": digest.id}
