"""How the workers, the queue and the reminders stand: what ``storythread status`` and ``/metrics`` show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from rq import Worker
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.worker import WorkerStatus

from slackbot import clock
from slackbot.errors import StoreUnavailable
from slackbot.store import keys
from slackbot.store.alarms import Alarm
from slackbot.store.keys import Keys
from slackbot.store.nudges import ESCALATED, MARKED, REMINDED
from slackbot.store.server import connect_sync
from workers.queue import QUEUE_NAME, job_queue

#: How far reminding of a question may come.
_STAGES = (REMINDED, ESCALATED, MARKED)
#: Reminders that are named, at most, of each kind.
MOST_NAMED = 10


@dataclass(frozen=True)
class WorkerStanding:
    """One worker."""

    name: str
    host: str
    #: ``idle``, ``busy`` ...
    state: str
    #: Seconds since it was started, and since its latest sign of life.
    age: float
    silent_for: float


@dataclass(frozen=True)
class Named:
    """A reminder, with the thread of its conversation."""

    alarm: Alarm
    #: Ids of the channel and ts of the thread; empty where the conversation has none.
    channel: str
    thread_ts: str


@dataclass(frozen=True)
class Standing:
    """Everything at one moment. Ages in seconds."""

    now: float
    #: Jobs of the queue by state: waiting, running, scheduled, failed.
    jobs: dict[str, int]
    #: Of the job that waits longest.
    oldest_job: float
    workers: tuple[WorkerStanding, ...]
    #: Whether somebody keeps RQ's schedule.
    schedule_kept: bool
    #: How many reminders are to ring, how many of these are overdue, and how many are held back.
    reminders: int
    overdue: int
    held: int
    #: How late the reminder is that is overdue longest; held ones don't count.
    most_overdue: float
    named_overdue: tuple[Named, ...]
    named_held: tuple[Named, ...]
    named_next: tuple[Named, ...]
    #: Sessions that are not over; that wait for a step; whose thread is to be drawn; and the longest of these waits.
    sessions: int
    to_do: int
    to_draw: int
    oldest_to_do: float
    #: Open questions by how far reminding of them has come: people were reminded, backups too, the session is marked.
    nudged: dict[str, int]
    #: Digests that were sent and in which something still waits for its person; and those that are just being sent.
    digests: int
    digests_on_their_way: int


def standing(redis_url: str) -> Standing:
    """How things stand now. Raises StoreUnavailable."""
    try:
        with connect_sync(redis_url) as connection:
            return _standing(connection, clock.now())
    except (redis.RedisError, OSError) as error:
        raise StoreUnavailable(f"Redis does not answer ({error}); start it, or correct REDIS_URL") from error


def _standing(connection: redis.Redis, now: float) -> Standing:
    queue, client = job_queue(connection), _Reads(connection)
    oldest = queue.get_job_ids(0, 1)
    late = client.first(keys.REMINDERS, now, 1)
    waiting = [*client.first(keys.DUE, now, 1), *client.first(keys.UNDRAWN, now, 1)]
    return Standing(
        now=now,
        jobs={
            "waiting": queue.count,
            "running": queue.started_job_registry.count,
            "scheduled": queue.scheduled_job_registry.count,
            "failed": queue.failed_job_registry.count,
        },
        oldest_job=_age_of_job(queue.fetch_job(oldest[0]) if oldest else None, now),
        workers=tuple(_workers(connection, now)),
        schedule_kept=bool(connection.exists(RQScheduler.get_locking_key(QUEUE_NAME))),
        reminders=client.count(keys.REMINDERS),
        overdue=client.count(keys.REMINDERS, until=now),
        held=client.count(keys.REMINDERS_HELD),
        most_overdue=now - late[0][1] if late else 0.0,
        named_overdue=client.named(client.first(keys.REMINDERS, now, MOST_NAMED)),
        named_held=client.named(client.first(keys.REMINDERS_HELD, now, MOST_NAMED)),
        named_next=client.named(client.between(keys.REMINDERS, now, MOST_NAMED)),
        sessions=client.size(keys.ACTIVE),
        to_do=client.count(keys.DUE),
        to_draw=client.count(keys.UNDRAWN),
        oldest_to_do=max((now - since for _, since in waiting), default=0.0),
        nudged=client.nudged(),
        digests=client.length(keys.DIGESTS),
        digests_on_their_way=client.being_sent(),
    )


def _age_of_job(job: Job | None, now: float) -> float:
    since = job.enqueued_at if job else None
    return now - _seconds(since) if since else 0.0


def _workers(connection: redis.Redis, now: float) -> Iterator[WorkerStanding]:
    for worker in Worker.all(connection=connection, queue=job_queue(connection)):
        seen, born = worker.last_heartbeat, worker.birth_date
        state = worker.get_state()
        yield WorkerStanding(
            worker.name,
            worker.hostname or "",
            state.value if isinstance(state, WorkerStatus) else str(state),
            now - _seconds(born) if born else 0.0,
            now - _seconds(seen) if seen else 0.0,
        )


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


class _Reads:
    """Reads of our own indexes over a connection that answers bytes."""

    def __init__(self, connection: redis.Redis) -> None:
        self._redis: Any = connection

    def count(self, index: str, until: float | str = "+inf") -> int:
        return int(self._redis.zcount(index, "-inf", until))

    def size(self, index: str) -> int:
        return int(self._redis.scard(index))

    def length(self, name: str) -> int:
        return int(self._redis.hlen(name))

    def nudged(self) -> dict[str, int]:
        farthest: dict[bytes, int] = {}
        for field in self._redis.hkeys(keys.NUDGED_QUESTIONS):
            question, _, kind = field.rpartition(b"\n")
            if kind.decode() in _STAGES:
                farthest[question] = max(farthest.get(question, 0), _STAGES.index(kind.decode()))
        found = Counter(farthest.values())
        return {stage: found[number] for number, stage in enumerate(_STAGES)}

    def being_sent(self) -> int:
        return sum(json.loads(text)["sending"] is not None for text in self._redis.hvals(keys.NUDGED_PEOPLE))

    def first(self, index: str, until: float, limit: int) -> list[tuple[str, float]]:
        found = self._redis.zrangebyscore(index, "-inf", until, start=0, num=limit, withscores=True)
        return [(member.decode(), score) for member, score in found]

    def between(self, index: str, since: float, limit: int) -> list[tuple[str, float]]:
        found = self._redis.zrangebyscore(index, f"({since!r}", "+inf", start=0, num=limit, withscores=True)
        return [(member.decode(), score) for member, score in found]

    def named(self, found: Sequence[tuple[str, float]]) -> tuple[Named, ...]:
        return tuple(self._named(member, due) for member, due in found)

    def _named(self, member: str, due: float) -> Named:
        conversation_id, _, name = member.partition("\n")
        session, thread_ts = self._redis.hmget(Keys(conversation_id).head, ["session", "thread_ts"])
        channel = str(json.loads(session).get("channel") or "") if session else ""
        return Named(Alarm(conversation_id, name, due), channel, thread_ts.decode() if thread_ts else "")
