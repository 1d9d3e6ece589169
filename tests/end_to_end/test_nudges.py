"""People are reminded of what waits for them, then backups, then the session is marked; a vote ends each of these."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.preferences import Nudges, Preferences
from slackbot.store.nudges import NudgeStore
from slackbot.store.server import connect
from tests.end_to_end.stage import WORKER_BOUND, Scene, Stage, shown, staged
from workers.nudges import nudge_all

Json = dict[str, Any]
#: A Monday, 10:00 in London and Berlin an hour later.
MONDAY = datetime(2027, 1, 11, 10, tzinfo=UTC)


class Town:
    """A stage with a clock of its own, at which people are reminded when a test says so."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.now = stage, MONDAY
        stage.teaching.loop._clock = self.clock
        ahead = MONDAY.timestamp() - stage.slack.clock.now()
        stage.slack.clock.advance(ahead)

    def clock(self) -> float:
        return self.now.timestamp()

    def move(self, **later: float) -> None:
        """So much later it is."""
        self.now += timedelta(**later)
        self.stage.slack.clock.advance(timedelta(**later).total_seconds())

    async def at(self, **later: float) -> int:
        """So much later, whoever is to be reminded is; how many digests that were."""
        self.move(**later)
        return await nudge_all(self.stage.settings, self.stage.redis_url, self.clock)

    def digests(self, who: str) -> list[Json]:
        """What somebody finds in their messages with the app."""
        return self.stage.slack.messages(self.stage.slack.direct_message(self.stage.people[who]))

    async def prefer(self, who: str, preferences: Preferences) -> None:
        await self.stage.teaching.people.prefer(self.stage.people[who].id, preferences)


@pytest.fixture
async def town(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Town]:
    async with staged(redis_url, bistro, chosen=lambda people, _: {"backups": (people["dan"].id,)}) as stage:
        yield Town(stage)


async def asked(stage: Stage, text: str, command: str = "3") -> Scene:
    scene = await stage.teach(command)
    await scene.say(text)
    await scene.card(text)
    await scene.settled()
    return scene


async def test_who_has_not_voted_is_reminded_once_then_daily_then_backups_then_the_session_is_marked(
    town: Town,
) -> None:
    stage = town.stage
    one = await asked(stage, "hi")
    two = await asked(stage, "bye")
    await two.say("thanks")
    await one.press("ada", "All right")
    await two.press("ada", "All right")
    assert await town.at(hours=3.9) == 0
    assert await town.at(hours=0.2) == 2
    assert await town.at(minutes=1) == 0
    [digest] = town.digests("ben")
    assert shown(digest).startswith("*2 questions wait for you*\n• <http")
    assert shown(digest).index("“bye”") < shown(digest).index("“hi”")  # a message waits behind it
    assert f"thread_ts={two.ts}" in shown(digest)
    assert "1 message waits behind it" in shown(digest)
    assert (len(town.digests("ada")), len(town.digests("dan"))) == (0, 0)

    await one.press("ben", "All right")
    assert await town.at(hours=24) == 3  # Tuesday: ben of the other, cleo of both again, and the backup
    assert "“hi”" not in shown(town.digests("ben")[-1])
    assert "“hi”" in shown(town.digests("cleo")[-1])
    assert shown(town.digests("dan")[0]).count("You are asked in their place") == 1
    assert "Waiting for votes" not in shown(one.parent)

    await town.at(hours=24)
    await one.until(lambda _: ":hourglass: Waiting for votes" in shown(one.parent))
    assert await town.at(hours=24) == 0  # nobody is reminded for ever
    await two.until(lambda _: ":hourglass: Waiting for votes" in shown(two.parent))
    await two.press("ben", "Not sure")
    await two.until(lambda _: ":large_green_circle: Open." in shown(two.parent))
    assert "Waiting for votes" in shown(one.parent)

    assert await town.at(hours=1) == 0
    assert await town.at(hours=22) >= 1  # it begins anew with that vote: cleo
    assert "“bye”" in shown(town.digests("cleo")[-1])


async def test_a_digest_in_which_all_is_decided_is_struck_out(town: Town) -> None:
    one, two = await asked(town.stage, "hi", "2"), await asked(town.stage, "bye", "2")
    await one.press("ada", "All right")
    await town.at(hours=5)
    await one.agree("ben")
    await town.at(minutes=1)
    assert "~" not in shown(town.digests("cleo")[0])  # one of two is left
    await two.press("cleo", "All right")
    await two.settled()
    assert await town.at(minutes=1) == 0
    [digest] = town.digests("cleo")
    assert shown(digest).startswith("*Done:* nothing of this waits for you any more.\n• ~<http")
    assert "~" not in shown(town.digests("ben")[0])  # he has not voted on the second


async def test_what_a_digest_only_counts_is_not_news_an_hour_later(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has more questions waiting than are listed gets the same digest once a day, as everybody."""
    monkeypatch.setattr("slackbot.digests.MOST_LISTED", 1)
    one, two = await asked(town.stage, "hi", "2"), await asked(town.stage, "bye", "2")
    for scene in (one, two):
        await scene.press("ada", "All right")
    await town.at(hours=5)
    [digest] = town.digests("ben")
    assert shown(digest).startswith("*2 questions wait for you*")
    assert "and 1 more" in shown(digest)
    assert await town.at(hours=2) == 0
    assert await town.at(hours=22) > 0
    assert len(town.digests("ben")) == 2


async def test_what_was_settled_before_it_was_time_is_not_mentioned(town: Town) -> None:
    one, two = await asked(town.stage, "hi", "1"), await asked(town.stage, "bye", "1")
    await one.agree("ben")
    assert await town.at(hours=3) == 0
    await two.agree("ben")
    assert await town.at(hours=3) == 0
    assert not any(town.digests(who) for who in ("ada", "ben", "cleo", "dan"))


@pytest.mark.parametrize("control", ["Abort", "Finish", "/teach pause"])
async def test_sessions_that_are_over_or_paused_remind_nobody(town: Town, control: str) -> None:
    one = await asked(town.stage, "hi")
    if control.startswith("/"):
        await town.stage.command("pause")
        await one.until(lambda _: "Paused" in shown(one.parent))
    else:
        await one.press("ada", control)
        await one.until(lambda _: "Open." not in shown(one.parent))
    for _ in range(8):
        assert await town.at(hours=12) == 0
    assert "Waiting for votes" not in shown(one.parent)


async def test_each_is_reminded_by_their_own_clock_and_wishes(town: Town) -> None:
    """Ada lives in Kathmandu, Ben wants to hear of it at five, Cleo never."""
    stage = town.stage
    stage.slack.move(stage.ada, "Asia/Kathmandu")
    await town.prefer("ben", Preferences(nudges=Nudges.DAILY, nudge_hour=17))
    await town.prefer("cleo", Preferences(nudges=Nudges.OFF))
    await asked(stage, "hi", "4")
    assert await town.at(hours=4.4) == 0  # 14:24, and 20:09 in Kathmandu
    assert await town.at(hours=2.5) == 0
    assert await town.at(minutes=7) == 1  # 17:01
    assert await town.at(hours=9.2) == 0  # 02:13, and 07:58 in Kathmandu
    assert await town.at(minutes=3) == 1
    assert [len(town.digests(who)) for who in ("ada", "ben", "cleo", "dan")] == [1, 1, 0, 0]


async def test_of_two_workers_at_once_one_reminds(town: Town) -> None:
    await asked(town.stage, "hi")
    town.move(hours=5)
    again = [nudge_all(town.stage.settings, town.stage.redis_url, town.clock) for _ in range(4)]
    assert sum(await asyncio.gather(*again)) == 3
    assert [len(town.digests(who)) for who in ("ada", "ben", "cleo", "dan")] == [1, 1, 1, 0]


@pytest.mark.parametrize("posted", [True, False], ids=["posted", "not posted"])
async def test_a_digest_whose_sender_died_is_looked_for_and_sent_once(town: Town, posted: bool) -> None:
    await asked(town.stage, "hi")
    await town.at(hours=5)
    ben = town.stage.ben.id
    redis = connect(town.stage.redis_url)
    store = NudgeStore(redis)
    [digest] = [one for one in await store.digests() if one.person == ben]
    known = (await store.people())[ben]
    left = replace(digest, ts="", id=digest.id if posted else "another")
    assert await store.put(ben, known, replace(known, told=type(known.told)(), sending=left))
    await store.drop(digest)
    await redis.aclose()
    assert await town.at(minutes=10) == 0  # somebody may be at it
    assert await town.at(minutes=15) == (0 if posted else 1)
    assert await town.at(minutes=30) == 0
    assert len(town.digests("ben")) == (1 if posted else 2)  # the first is the test's own doing


@pytest.mark.slow
@pytest.mark.parametrize("arrives", [True, False])
async def test_a_digest_is_sent_once_though_its_sender_is_killed_over_it(
    town: Town, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    """SIGKILL while the message is on its way: Slack takes it all the same, or doesn't."""
    stage, on_its_way, go_on = town.stage, asyncio.Event(), asyncio.Event()
    await asked(stage, "hi")
    for who in ("ada", "cleo"):
        await town.prefer(who, Preferences(nudges=Nudges.OFF))
    town.move(hours=5)

    async def hold(method: str) -> None:
        if method == "chat.postMessage" and not arrives:
            on_its_way.set()
            await go_on.wait()

    def kill(method: str, _: Mapping[str, Any], __: Json) -> None:
        if method == "chat.postMessage":
            on_its_way.set()
            sender.kill()

    monkeypatch.setattr(stage.slack.faults, "wait", hold)
    program = f"from workers import nudges; nudges.nudge_all.__defaults__ = (lambda: {town.clock()},); nudges.nudge()"
    environment = {**os.environ, **stage.settings.as_environment(), "REDIS_URL": stage.redis_url}
    sender = await asyncio.create_subprocess_exec(sys.executable, "-c", program, env=environment)
    if arrives:
        stage.slack.on_call(kill)
    async with asyncio.timeout(WORKER_BOUND):
        await on_its_way.wait()
        if not arrives:
            sender.kill()
        assert await sender.wait() == -signal.SIGKILL
    monkeypatch.undo()
    stage.slack._calls.observers.clear()
    go_on.set()
    assert len(town.digests("ben")) == arrives
    assert await town.at(minutes=10) == 0
    assert await town.at(minutes=15) == (not arrives)
    assert await town.at(minutes=30) == 0
    assert len(town.digests("ben")) == 1


@pytest.mark.parametrize("fault", ["429", "500", "no answer"])
async def test_what_slack_does_not_take_or_answer_is_sent_once_all_the_same(town: Town, fault: str) -> None:
    stage = town.stage
    await asked(stage, "hi", "4")
    if fault.isdigit():
        stage.slack.faults.fail_next("chat.postMessage", int(fault), times=2)
    else:
        stage.slack.faults.drop_response_after("chat.postMessage", times=2)
    assert await town.at(hours=5) == 3
    assert not stage.slack.faults.planned_failures()
    assert await town.at(minutes=1) == 0
    assert [len(town.digests(who)) for who in ("ada", "ben", "cleo", "dan")] == [1, 1, 1, 0]


async def test_what_slack_does_not_take_at_all_comes_later(town: Town) -> None:
    """It is known that nothing was posted, or it isn't: then it is looked for first."""
    await asked(town.stage, "hi", "4")
    faults = town.stage.slack.faults
    faults.fail_next("chat.postMessage", 500, times=12)
    assert await town.at(hours=5) == 0
    assert await town.at(minutes=1) == 3
    assert await town.at(minutes=1) == 0
    assert [len(town.digests(who)) for who in ("ada", "ben", "cleo", "dan")] == [1, 1, 1, 0]


async def test_who_can_not_be_written_to_keeps_nobody_from_being_reminded(town: Town) -> None:
    town.stage.slack.faults.fail_next("conversations.open", "user_disabled")
    await asked(town.stage, "hi")
    assert await town.at(hours=5) == 2
    calls = len(town.stage.slack.calls)
    assert await town.at(minutes=1) == 0
    assert "conversations.open" not in [call.method for call in town.stage.slack.calls[calls:]]


async def test_disputes_are_brought_to_mind_of_who_decides_them(town: Town) -> None:
    scene = await asked(town.stage, "hi", "first 2 of 2")
    await scene.press("ben", "All right")
    await scene.change("cleo", intent="goodbye")
    await scene.shows("No agreement")
    assert await town.at(hours=5) == 1
    assert "*To be decided by you:*" in shown(town.digests("ada")[0])
