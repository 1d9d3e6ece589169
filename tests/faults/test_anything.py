"""People who do anything at any time break nothing while Slack fails, with two apps and a worker at once."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from random import Random

import pytest

from slackbot import app
from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox import Sandbox
from slackbot.store import Store
from slackbot.store.server import connect_sync
from slackbot.teaching import advancing
from tests.end_to_end.somebody import RULES, Crowd, Somebody, calm, check, refused
from tests.end_to_end.stage import staged
from tests.faults.app_here import AppHere
from workers.queue import job_queue

#: A connection that is cut over a press leaves it without an answer for as long as Slack waits for one.
SLACK = {"rate_limits": False, "retry_delays": (0.1, 0.5, 2.0), "ack_timeout": 3.0}
METHODS = [
    *["chat.postMessage", "chat.update", "chat.postEphemeral", "chat.getPermalink", "conversations.members"],
    *["conversations.replies", "views.open", "views.push", "views.update", "views.publish"],
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_every_session_stays_whole(
    redis_url: str,
    bistro: BuiltinCore,
    seed: int,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Nothing fails in the apps or the worker, no vote is lost, and no card is left that shouldn't be."""
    monkeypatch.setattr(app, "TAKE_UP_EVERY", 0.5)
    monkeypatch.setattr(advancing, "TAKE_UP_AFTER", 1.0)
    settings = {"gold_share": 0.3, "gold_voters": 2, "learn": False, "updates_per_minute": 3000, "data": tmp_path}
    async with (
        staged(
            redis_url, bistro, chosen=lambda _, __: settings, rate_limits=False, retry_delays=(0.1, 0.5, 2)
        ) as stage,
        AppHere(stage, bistro),
        stage.worker(),
    ):
        crowd = Crowd(stage, Random(seed))
        monkeypatch.setattr(Store, "vote", crowd.watch(Store.vote))
        await stage.teach(crowd.random.choice(RULES))
        people = [Somebody(crowd, name) for name in ("ada", "ada", "ben", "cleo", "dan")]
        for _ in range(60):
            if crowd.random.random() < 0.15:
                bad_weather(stage.slack, crowd.random)
            acting = crowd.random.sample(people, crowd.random.randint(1, 4))
            await asyncio.gather(*(somebody.act() for somebody in acting))
        fair_weather(stage.slack)
        await stage.slack.idle(60)
        for scene in await crowd.bound():
            await calm(scene, worker=True)
            await check(crowd, scene, tmp_path)
        assert len(await crowd.bound()) == len(crowd.scenes)
        with connect_sync(redis_url) as connection:
            assert job_queue(connection).failed_job_registry.get_job_ids() == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert [error for _, error in refused(stage) if error not in {"http_500", "internal_error"}] == []


def bad_weather(slack: Sandbox, random: Random) -> None:
    """One of Slack's faults."""
    faults, method = slack.faults, random.choice(METHODS)
    match random.choice(["429", "500", "error", "cut", "silence", "twice", "disconnected"]):
        case "429" | "500" as status:
            faults.fail_next(method, int(status))
        case "error":
            faults.fail_next(method, "internal_error")
        case "cut":
            faults.drop_response_after(method)
        case "silence":
            faults.drop_next_ack()
        case "twice":
            slack.copies = 2
        case "disconnected":
            faults.disconnect_sockets(random.choice(["refresh_requested", None]))


def fair_weather(slack: Sandbox) -> None:
    """None of them any more."""
    slack.copies = 1
    slack.faults.forget_failures()
    slack.faults.lost_acks = 0
