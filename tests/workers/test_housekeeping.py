"""What is done again and again: begun by one process at a time, and good for what was left behind."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis as SyncRedis
from redis.asyncio import Redis

from slackbot.learning.session import Status
from slackbot.store import Commit, Store
from slackbot.store.alarms import Alarms
from slackbot.store.keys import Keys
from tests.workers.test_reminders import LISTENS, SESSION
from workers.housekeeping import expire_abandoned, recover_stuck
from workers.periodic import PERIODIC, Housekeeper
from workers.queue import job_queue

DAY = 86400.0


def test_of_several_housekeepers_one_begins_each_job(connection: SyncRedis) -> None:
    one, other, now = Housekeeper(connection), Housekeeper(connection), time.time()
    names = {job.name for job in PERIODIC}
    assert set(one.begin(now)) == names
    assert other.begin(now) == []
    assert other.begin(now + 59) == []
    assert set(other.begin(now + 66)) == {"recover", "retrain", "nudge"}
    assert one.begin(now + 70) == []
    assert {job_id.removeprefix("periodic_") for job_id in job_queue(connection).job_ids} == names


def test_a_clock_that_goes_back_stops_nothing(connection: SyncRedis) -> None:
    Housekeeper(connection).begin(time.time() + 10 * DAY)
    assert "expire" in Housekeeper(connection).begin(time.time())


def _exports(connection: SyncRedis) -> list[str]:
    return [job_id for job_id in job_queue(connection).job_ids if job_id.startswith("export_")]


async def _session(store: Store, name: str, idle: float, **more: Any) -> None:
    started = time.time() - idle
    session = {**SESSION, "started_at": started, **more}
    assert await store.create(name, session, [{**LISTENS, "timestamp": started}], "parent")


async def _status(store: Store, name: str) -> str:
    snapshot = await store.read(name)
    assert snapshot is not None
    return str(snapshot.session["status"])


async def test_sessions_that_nobody_carried_on_are_finished_and_no_others(
    redis: Redis, redis_url: str, connection: SyncRedis
) -> None:
    store = Store(redis)
    await _session(store, "idle", 31 * DAY)
    await _session(store, "recent", 29 * DAY)
    await _session(store, "written", 31 * DAY)
    await store.take_message("written", f"{time.time():.6f}", {"text": "hi"})
    await _session(store, "reminded", 31 * DAY)
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    reminder = {"event": "reminder", "name": "r", "intent": "greet", "date_time": soon, "timestamp": 1.0}
    await store.commit("reminded", Commit(events=[reminder]))
    assert await expire_abandoned(redis_url, 30, time.time()) == ["idle"]
    assert await _status(store, "idle") == Status.FINISHING
    assert {await _status(store, name) for name in ("recent", "written", "reminded")} == {Status.OPEN}
    assert len(_exports(connection)) == 1
    assert await expire_abandoned(redis_url, 30, time.time()) == []


async def test_what_got_stuck_is_carried_on(redis: Redis, redis_url: str, connection: SyncRedis) -> None:
    """An export whose job was lost, and a log with reminders from before there was an index."""
    store = Store(redis)
    await _session(store, "finishing", 0, status=Status.FINISHING)
    await _session(store, "old", 0)
    due = datetime.now(UTC) + timedelta(days=1)
    event = {"event": "reminder", "name": "r", "intent": "greet", "date_time": due.isoformat()}
    await store.commit("old", Commit(events=[event]))
    await redis.delete(Keys("old").alarms, Keys("old").reminders, "storythread:reminders")
    await redis.hdel(Keys("old").head, "reminders")
    await recover_stuck(redis_url)
    assert len(_exports(connection)) == 1
    assert [one.conversation_id for one in await Alarms(redis).due(due.timestamp(), 10)] == ["old"]
