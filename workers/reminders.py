"""Reminders: RQ's scheduled jobs are the alarm clock, and a job that rings fires whatever is due."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from redis import Redis as SyncRedis
from redis.exceptions import RedisError

from slackbot.clock import now
from slackbot.dialogue.domain import Domain
from slackbot.errors import Conflict, StorythreadError
from slackbot.learning.conversation import Reader
from slackbot.learning.reminding import due_reminder, fire, index, index_is_wrong
from slackbot.learning.steps import Fire, next_step
from slackbot.store import Store, keys
from slackbot.store.alarms import Alarm, Alarms
from slackbot.store.server import connect, connect_sync
from workers.queue import FAILURE_TTL, enqueue_once, job_queue

log = logging.getLogger(__name__)

#: Alarms that a process takes at once, conversations that it is at work on at once, and seconds for which it has what
#: it took for itself.
BATCH, AT_ONCE, LENT = 50, 8, 10.0
#: Seconds after which an alarm that nobody rang is found by whoever keeps RQ's schedule, and between two such finds.
OVERDUE_AFTER, SWEEP_EVERY = 3.0, 5
#: Seconds that ringing may take.
TIMEOUT = 300
#: How often one conversation is tried anew because it changed meanwhile.
_MOST_CONFLICTS = 50
#: Seconds that a process remembers to have set an alarm for.
_REMEMBERED = 10_000
#: Whether a reminder fires depends on no slot, intent or action of the assistant.
_NO_DOMAIN = Domain.from_dict({})


class AlarmClock:
    """Sets RQ's scheduled jobs: one for each second in which any reminder is due.

    Setting one twice changes nothing. Where it can't be set, a look at the index finds the reminder somewhat later.
    """

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._known: OrderedDict[int, None] = OrderedDict()

    async def __call__(self, times: Sequence[float]) -> None:
        """Sets alarms for these times, in Unix seconds."""
        await asyncio.to_thread(self.set, times)

    def set(self, times: Iterable[float]) -> None:
        """The same, without a loop: blocks."""
        seconds = sorted({math.ceil(moment) for moment in times} - self._known.keys())
        if not seconds:
            return
        try:
            with connect_sync(self._url) as connection:
                self._enqueue(connection, seconds)
        except (RedisError, OSError) as error:
            log.warning("an alarm could not be set (%s); the reminder will be found when it is due", error)

    def _enqueue(self, connection: SyncRedis, seconds: Sequence[int]) -> None:
        queue = job_queue(connection)
        for second in seconds:
            queue.enqueue_at(
                datetime.fromtimestamp(second, UTC),
                "workers.reminders.ring",
                job_id=f"ring_{second}",
                job_timeout=TIMEOUT,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
            )
            self._known[second] = None
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def ring() -> None:
    """Fires every reminder that is due. Run twice, or by several at once, it fires each of them once."""
    fired = asyncio.run(ring_due(os.environ["REDIS_URL"]))
    if fired:
        log.info("%d reminders fired", fired)


async def ring_due(redis_url: str, clock: Callable[[], float] = now) -> int:
    """Fires what is due by the clock, and returns how many that were.

    What a conversation can't take now is held back for it. Raises StoreUnavailable.
    """
    redis = connect(redis_url)
    try:
        return await _Ringing(Store(redis), Alarms(redis), clock).run()
    finally:
        await redis.aclose()


def ring_overdue(connection: SyncRedis, now: float) -> None:
    """Enqueues a job that rings where alarms are overdue: RQ lost their job, or whoever ran it died."""
    if connection.zcount(keys.REMINDERS, "-inf", now - OVERDUE_AFTER):
        job_id = f"ring_overdue_{int(now) // SWEEP_EVERY}"
        enqueue_once(job_queue(connection), ring, job_id=job_id, timeout=TIMEOUT, keep_result=False)


class _Ringing:
    """One look at all alarms."""

    def __init__(self, store: Store, alarms: Alarms, clock: Callable[[], float]) -> None:
        self._store, self._alarms, self._clock = store, alarms, clock
        self._reader = Reader(store, lambda: _NO_DOMAIN)

    async def run(self) -> int:
        fired, until = 0, self._clock()
        while batch := await self._alarms.take(until, self._clock() + LENT, BATCH):
            conversations = {alarm.conversation_id for alarm in batch}
            turns = asyncio.Semaphore(AT_ONCE)
            fired += sum(await asyncio.gather(*(self._in_turn(turns, one, batch) for one in conversations)))
        return fired

    async def _in_turn(self, turns: asyncio.Semaphore, conversation_id: str, batch: Sequence[Alarm]) -> int:
        own = [alarm for alarm in batch if alarm.conversation_id == conversation_id]
        async with turns:
            try:
                return await self._fire(conversation_id, own)
            except StorythreadError as error:
                log.warning("reminders of conversation %s: %s", conversation_id, error)
            except Exception:
                log.exception("the reminders of conversation %s fail", conversation_id)
        return 0

    async def _fire(self, conversation_id: str, alarms: Sequence[Alarm]) -> int:
        """Fires the first that is due; the others of this conversation wait until its turn is over."""
        for _ in range(_MOST_CONFLICTS):
            now, conversation = self._clock(), await self._reader.read(conversation_id)
            if conversation is None:
                for alarm in alarms:
                    await self._alarms.forget(alarm)
                return 0
            if index_is_wrong(conversation, now):
                await index(self._store, conversation)
                return 0
            due = due_reminder(conversation, now) if conversation.is_open else None
            step = next_step(conversation.tracker, conversation.question, conversation.votes, conversation.waiting, due)
            if not isinstance(step, Fire):
                for alarm in alarms:
                    await self._alarms.hold(alarm)
                return 0
            commit = fire(conversation, step.reminder, now)
            with suppress(Conflict):
                await self._store.commit(conversation_id, commit)
                await self._alarms.say_fired(conversation_id)
                return 1
        raise Conflict(f"conversation {conversation_id} is being changed by too many at once")
