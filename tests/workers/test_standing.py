"""How things stand, for people and for Prometheus."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from slackbot.app import metrics_handler
from slackbot.crowd.digest import Digest, Mentioned
from slackbot.errors import SettingsError
from slackbot.store import Store
from slackbot.store.alarms import Alarms
from slackbot.store.nudges import NudgeStore, Reminded
from slackbot.store.server import connect_sync
from tests.workers.test_reminders import scheduled
from tests.workers.test_worker import WorkerProcess, wait_for
from workers.metrics import metrics, serve_metrics
from workers.queue import enqueue_once, job_queue
from workers.requests import WorkerRequests
from workers.standing import standing
from workers.status import lines


async def _some_reminders(redis: Redis) -> None:
    now = datetime.now(UTC)
    await scheduled(redis, {"late": now - timedelta(hours=3), "held": now, "soon": now + timedelta(hours=5)})
    [alarm] = [one for one in await Alarms(redis).due(time.time() + 1, 10) if one.conversation_id == "held"]
    await Alarms(redis).hold(alarm)
    await Store(redis).bind_thread("late", "C1", "1700000000.000100")


async def test_people_see_queue_workers_and_reminders_with_their_conversations(redis: Redis, redis_url: str) -> None:
    await _some_reminders(redis)
    with connect_sync(redis_url) as connection:
        enqueue_once(job_queue(connection), "sample_jobs.leave", "x", "y", job_id="one")
    text = "\n".join(lines(standing(redis_url)))
    assert "queue      1 waiting, 0 running, 0 scheduled, 0 failed; the oldest has waited 0 s" in text
    assert "workers    NONE: run `storythread work`" in text
    assert "sessions   3 open" in text
    assert "reminders  2 to ring, 1 OVERDUE by up to 3 h, 1 held back by questions or pauses" in text
    assert re.search(r"overdue: r, .* UTC \(3 h ago\), late C1 1700000000\.000100", text)
    assert re.search(r"held back: r, .* held C1", text)
    assert re.search(r"next: r, .* UTC \(in 5 h\), soon C1", text)


async def _nudged(redis: Redis) -> None:
    """A question that people were reminded of, one that is with backups, and a digest on its way."""
    store = NudgeStore(redis)
    item = Mentioned("c", "1", "hi", "in C", None)
    digest = Digest("d", "ben", "D1", time.time(), (item, replace(item, question="2")), ts="1.1")
    assert await store.sent("ben", Reminded(), digest, time.time())
    backup = replace(digest, id="e", items=(replace(item, as_backup=True),))
    assert await store.sent("dan", Reminded(), backup, time.time())
    assert await store.put("cleo", Reminded(), Reminded(sending=digest))


async def test_people_and_prometheus_see_what_was_brought_to_mind(redis: Redis, redis_url: str) -> None:
    await _nudged(redis)
    text = "\n".join(lines(standing(redis_url)))
    assert (
        "questions: 1 brought to mind, 1 given to backups, 0 marked as waiting; 2 digests with something left" in text
    )
    assert "1 on their way" in text
    told = metrics(redis_url).decode()
    assert 'storythread_nudged_questions{state="escalated"} 1.0' in told
    assert 'storythread_digests{state="sent"} 2.0' in told


async def test_a_worker_is_seen_and_keeps_the_schedule(redis_url: str, tmp_path: Path) -> None:
    worker = WorkerProcess(redis_url, tmp_path)
    try:
        wait_for(lambda: standing(redis_url).schedule_kept)
        seen = r"workers    1\n           (?:idle|busy) +\S+ \w+, up \d+ s, last seen \d+ s ago"
        wait_for(lambda: re.search(seen, "\n".join(lines(standing(redis_url)))))
    finally:
        worker.stop()


async def test_prometheus_reads_the_same(redis: Redis, redis_url: str) -> None:
    await _some_reminders(redis)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics(redis_url).decode())
        for sample in family.samples
    }
    assert found["storythread_up",] == 1
    assert [found["storythread_reminders", state] for state in ("to_ring", "overdue", "held")] == [1, 1, 1]
    assert 10_700 < found["storythread_reminder_overdue_seconds",] < 10_900
    assert found["storythread_workers", "idle"] == 0
    assert found["storythread_sessions_open",] == 3


async def test_the_app_serves_them_over_http(redis_url: str) -> None:
    routes = web.Application()
    routes.router.add_get("/metrics", metrics_handler(WorkerRequests(redis_url)))
    async with TestClient(TestServer(routes)) as client:
        answer = await client.get("/metrics")
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "storythread_up 1.0" in await answer.text()


def test_an_outage_is_told_as_one(tmp_path: Path) -> None:
    told = metrics(f"unix://{tmp_path}/nothing")
    assert b"storythread_up 0.0" in told
    assert b"storythread_reminders" not in told


def test_a_port_that_is_taken_is_said(redis_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SettingsError, match="--metrics-port"):
        serve_metrics(redis_url, "127.0.0.1", taken.getsockname()[1])
