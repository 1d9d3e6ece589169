"""Alarms ring in real workers, whatever becomes of RQ's jobs, and fire each reminder once."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from slackbot.store import Commit, Store, keys
from slackbot.store.keys import Keys
from tests.faults.programs import descendants, kill
from tests.workers.test_worker import BOUND, WORKER, WorkerProcess
from workers.queue import job_queue
from workers.reminders import AlarmClock

SESSION: dict[str, Any] = {
    "team": "T1", "channel": "C1", "owner": "o", "speaker": "s", "quorum": 1, "started_at": 1.0, "status": "open",
    "additions": {"intents": [], "entities": [], "actions": [], "responses": {}}, "trouble": None, "ended_by": None,
    "rule": "",
}  # fmt: skip
LISTENS = {"event": "action", "name": "action_listen"}


async def scheduled(redis: Redis, due: dict[str, datetime]) -> None:
    """Conversations, each of them with a reminder."""
    store = Store(redis)
    for conversation_id, moment in due.items():
        await store.create(conversation_id, SESSION, [LISTENS], "parent")
        event = {"event": "reminder", "name": "r", "intent": "greet", "date_time": moment.isoformat()}
        await store.commit(conversation_id, Commit(events=[event]))


def fired(connection: SyncRedis, conversation_id: str) -> int:
    """How often the log of a conversation says that its reminder has fired."""
    log: Any = connection.lrange(Keys(conversation_id).log, 0, -1)
    return sum(b"EXTERNAL: greet" in event for event in log)


def wait_until_fired(connection: SyncRedis, conversations: Any, seconds: float = BOUND) -> None:
    deadline = time.monotonic() + seconds
    waiting = set(conversations)
    while waiting := {one for one in waiting if not fired(connection, one)}:
        assert time.monotonic() < deadline, f"{len(waiting)} did not fire"
        time.sleep(0.05)


@pytest.mark.slow
async def test_a_worker_rings_when_it_is_time(
    redis: Redis, redis_url: str, connection: SyncRedis, tmp_path: Path
) -> None:
    """One of them although its alarm was never set."""
    soon = datetime.now(UTC) + timedelta(seconds=2)
    await scheduled(redis, {"alarm": soon, "lost": soon - timedelta(hours=1), "later": soon + timedelta(hours=1)})
    AlarmClock(redis_url).set([soon.timestamp()])
    worker = WorkerProcess(redis_url, tmp_path)
    try:
        wait_until_fired(connection, ["alarm", "lost"])
    finally:
        worker.stop()
    assert [fired(connection, one) for one in ("alarm", "lost", "later")] == [1, 1, 0]
    assert "Traceback" not in worker.log


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "local", [(2027, 1, 15, 9, 0), (2027, 7, 15, 9, 0), (2027, 10, 31, 2, 30), (2027, 11, 7, 1, 30)]
)
@pytest.mark.parametrize("machine", ["America/New_York", "UTC"])
def test_an_alarm_is_set_for_the_same_moment_in_any_zone(
    redis_url: str,
    connection: SyncRedis,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    local: tuple[int, ...],
    machine: str,
) -> None:
    """Also in hours that come twice, and where the machine's clock shows another zone."""
    monkeypatch.setenv("TZ", machine)
    time.tzset()
    try:
        for fold in (0, 1):
            moment = datetime(*local, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[misc,arg-type]
            AlarmClock(redis_url).set([moment.timestamp() - 0.5])
            registry = job_queue(connection).scheduled_job_registry
            assert registry.get_scheduled_time(f"ring_{int(moment.timestamp())}") == moment.astimezone(UTC)
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_whatever_is_killed_each_reminder_fires_once_within_two_minutes(
    redis: Redis, redis_url: str, connection: SyncRedis, tmp_path: Path
) -> None:
    """A thousand come due while workers, the schedule's keeper among them, and their jobs are killed at random."""
    chance, start = random.Random(7), datetime.now(UTC) + timedelta(seconds=3)
    due = {f"c{number}": start + timedelta(seconds=chance.uniform(0, 30)) for number in range(1000)}
    await scheduled(redis, due)
    AlarmClock(redis_url).set([moment.timestamp() for moment in due.values()])
    with ExitStack() as stack:
        workers = [_worker(stack, redis_url, tmp_path) for _ in range(2)]
        last = max(due.values()).timestamp()
        while time.time() < last:
            await asyncio.sleep(chance.uniform(0.5, 3))
            _kill_some(chance, workers)
            workers = [one if one.process.poll() is None else _worker(stack, redis_url, tmp_path) for one in workers]
        wait_until_fired(connection, due, last + 120 - time.time())
    assert {fired(connection, one) for one in due} == {1}
    assert connection.zcard(keys.REMINDERS) == 0


def _worker(stack: ExitStack, redis_url: str, folder: Path) -> WorkerProcess:
    worker = WorkerProcess(redis_url, folder, program=WORKER.replace(", timing=timing", ""))
    stack.callback(worker.stop)
    return worker


def _kill_some(chance: random.Random, workers: list[WorkerProcess]) -> None:
    """A worker with all that it has forked, or one of these alone."""
    worker = chance.choice(workers)
    children = descendants(worker.process.pid)
    if children and chance.random() < 0.5:
        kill(chance.choice(children))
        return
    for pid in children:
        kill(pid)
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
