"""``python -m benchmarks.reminders``: how late reminders fire, whether each fires once, and what a cancellation costs.

Real workers, which keep RQ's schedule as well, over a real server; what fires is counted in the conversations' logs.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import click

from benchmarks.measuring import Progress, Samples, duration, last_line
from slackbot.learning.session import Session
from slackbot.store import Commit, Store
from slackbot.store.alarms import Alarms
from slackbot.store.server import EmbeddedServer, connect
from workers.reminders import AlarmClock

Json = dict[str, Any]
#: Reminders of each conversation: one comes due, one is cancelled by its intent, the others wait.
EACH = 10
DUE_INTENT, CANCELLED_INTENT, WAITING_INTENT = "remind_due", "remind_cancelled", "remind_waiting"
#: Seconds: until the first may come due once all are scheduled, over which the waiting ones lie, and until it is over.
AHEAD, SPREAD, PATIENCE = 5.0, 7200, 300.0
#: How many are scheduled in a second, at least.
SCHEDULED_A_SECOND = 150
AT_ONCE = 16
_LISTENS: Json = {"event": "action", "name": "action_listen"}


@dataclass(frozen=True)
class Sizes:
    """How much there is."""

    reminders: int = 100_000
    #: Seconds over which those that come due are spread.
    window: float = 100.0
    workers: int = 2

    @property
    def conversations(self) -> int:
        return self.reminders // EACH


async def measure(redis_url: str, sizes: Sizes, progress: Progress) -> Json:
    """The figures as a program reads them."""
    redis = connect(redis_url)
    try:
        store, alarms, clock = Store(redis), Alarms(redis), AlarmClock(redis_url)
        started = time.perf_counter()
        names = await _scheduled(store, clock, sizes, progress)
        scheduling = (time.perf_counter() - started) / (len(names) * (EACH - 1))
        cancelling = await _cancelled(store, names, progress)
        with _workers(redis_url, sizes.workers):
            due = await _due_soon(store, clock, names, sizes, progress)
            await _over(alarms, len(due) * (EACH - 2), max(due.values()), progress)
        fired = await _fired(store, due)
        costs = await _costs(store, progress)
        lateness = [moment - due[one] for one, moments in fired.items() for moment in moments[:1]]
        return {
            "benchmark": "reminders",
            "scheduled": sizes.conversations * EACH,
            "cancelled": len(due),
            "came_due": len(due),
            "workers": sizes.workers,
            "window_seconds": sizes.window,
            "scheduling_ms_each": 1e3 * scheduling,
            "lateness_p50": median(lateness),
            "lateness_p99": quantiles(lateness, n=100)[98],
            "lateness_max": max(lateness),
            "duplicates": sum(len(moments) - 1 for moments in fired.values() if moments),
            "lost": sum(not moments for moments in fired.values()),
            "cancelled_but_fired": await _wrongly_fired(store, due),
            "cancel_by_name_ms": 1e3 * costs.median("name", 10_000),
            "cancel_by_intent_ms": 1e3 * median(cancelling),
            "cancel_by_name_ms_of": _ms(costs, "name"),
            "cancel_by_intent_ms_of_10000_matching": _ms(costs, "intent"),
        }
    finally:
        await redis.aclose()


def _ms(costs: Samples, name: str) -> dict[str, float]:
    sizes = (100, 1000, 10_000) if name == "name" else (1, 10, 100, 1000)
    return {str(size): round(1e3 * costs.median(name, size), 3) for size in sizes}


async def _scheduled(store: Store, clock: AlarmClock, sizes: Sizes, progress: Progress) -> list[str]:
    """Conversations with all of their reminders but those that come due soon."""
    chance = random.Random(1)
    for start in range(0, sizes.conversations, AT_ONCE):
        names = [f"c{number}" for number in range(start, min(start + AT_ONCE, sizes.conversations))]
        await asyncio.gather(*(_conversation(store, clock, one, chance) for one in names))
        progress.at(f"{start * EACH:,} of {sizes.reminders:,} reminders are scheduled")
    return [f"c{number}" for number in range(sizes.conversations)]


async def _due_soon(
    store: Store, clock: AlarmClock, names: Sequence[str], sizes: Sizes, progress: Progress
) -> dict[str, float]:
    """Schedules one more reminder in each conversation; when each comes due."""
    chance, first = random.Random(2), time.time() + AHEAD + len(names) / SCHEDULED_A_SECOND
    soon = {name: first + chance.uniform(0, sizes.window) for name in names}
    for start in range(0, len(names), AT_ONCE):
        batch = names[start : start + AT_ONCE]
        await asyncio.gather(
            *(store.commit(one, Commit(events=[_reminder("due", DUE_INTENT, soon[one])])) for one in batch)
        )
        progress.at(f"{start:,} of {len(names):,} that come due soon are scheduled")
    await clock(list(soon.values()))
    if time.time() > first:
        click.echo("scheduling took longer than foreseen: some reminders were late before they were set", err=True)
    return soon


async def _conversation(store: Store, clock: AlarmClock, name: str, chance: random.Random) -> None:
    session = Session(team="T1", channel="C1", owner="U1", speaker="U1", quorum=1, started_at=time.time())
    later = [time.time() + 3600 + chance.uniform(0, SPREAD) for _ in range(EACH - 1)]
    events = [_reminder("cancelled", CANCELLED_INTENT, later[0])]
    events += [_reminder(f"waits{number}", WAITING_INTENT, moment) for number, moment in enumerate(later[1:])]
    await store.create(name, session.as_dict(), [_LISTENS], "parent")
    await store.commit(name, Commit(events=events))
    await clock(later)


def _reminder(name: str, intent: str, moment: float) -> Json:
    return {
        "event": "reminder",
        "timestamp": time.time(),
        "name": name,
        "intent": intent,
        "date_time": datetime.fromtimestamp(moment, UTC).isoformat(),
        "kill_on_user_msg": False,
    }


async def _cancelled(store: Store, conversations: Sequence[str], progress: Progress) -> list[float]:
    """Cancels one reminder of each conversation by its intent; the seconds of each cancellation."""
    seconds = []
    for number, one in enumerate(conversations):
        started = time.perf_counter()
        await store.commit(one, Commit(events=[{"event": "cancel_reminder", "intent": CANCELLED_INTENT}]))
        seconds.append(time.perf_counter() - started)
        progress.at(f"{number:,} cancelled")
    return seconds


@contextmanager
def _workers(redis_url: str, number: int) -> Iterator[None]:
    """Workers as people start them."""
    environment = {**os.environ, "REDIS_URL": redis_url, "SLACK_BOT_TOKEN": "xoxb-benchmark"}
    environment["STORYTHREAD_LOG_LEVEL"] = "WARNING"
    command = [sys.executable, "-m", "slackbot", "work"]
    processes = [subprocess.Popen(command, env=environment) for _ in range(number)]  # noqa: S603  our own
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


async def _over(alarms: Alarms, waiting: int, last: float, progress: Progress) -> None:
    """Waits until no more than those are left that are to ring much later."""
    while time.time() < last + PATIENCE:
        left = (await alarms.counts())[0] - waiting
        if not left:
            return
        progress.at(f"{left:,} are still to fire")
        await asyncio.sleep(0.5)


async def _fired(store: Store, due: dict[str, float]) -> dict[str, list[float]]:
    """Conversation to the times at which its log says that its reminder fired."""
    return {one: await _times(store, one, DUE_INTENT) for one in due}


async def _wrongly_fired(store: Store, due: dict[str, float]) -> int:
    return sum([len(await _times(store, one, CANCELLED_INTENT)) for one in due])


async def _times(store: Store, conversation_id: str, intent: str) -> list[float]:
    snapshot = await store.read(conversation_id)
    events = snapshot.events if snapshot else ()
    return [event["timestamp"] for event in events if event.get("text") == f"EXTERNAL: {intent}"]


async def _costs(store: Store, progress: Progress) -> Samples:
    """What cancelling costs in one conversation: by name with ever more reminders, by intent with ever more matches."""
    samples, session = Samples(), Session("T1", "C1", "U1", "U1", 1, time.time())
    for size in (100, 1000, 10_000):
        await store.create(f"names{size}", session.as_dict(), [_LISTENS], "parent")
        far = time.time() + 86400
        counted = Counter({1: 20, 10: 20, 100: 5, 1000: 5}) if size == 10_000 else Counter()
        events = [_reminder(f"n{number}", WAITING_INTENT, far) for number in range(size - counted.total())]
        await store.commit(f"names{size}", Commit(events=events))
        for number in range(50):
            with samples.timed("name", size):
                await store.commit(f"names{size}", Commit(events=[{"event": "cancel_reminder", "name": f"n{number}"}]))
        for matches, repeats in counted.items():
            for repeat in range(repeats):
                intent = f"i{matches}_{repeat}"
                events = [_reminder(f"{intent}_{number}", intent, far) for number in range(matches)]
                await store.commit(f"names{size}", Commit(events=events))
                with samples.timed("intent", matches):
                    await store.commit(f"names{size}", Commit(events=[{"event": "cancel_reminder", "intent": intent}]))
        progress.at(f"cancelling among {size:,}")
    return samples


@click.command()
@click.option("--reminders", type=click.IntRange(100), default=100_000, show_default=True, help="How many to schedule.")
@click.option("--window", type=click.FloatRange(1), default=100.0, show_default=True, help="Seconds to come due in.")
@click.option("--workers", type=click.IntRange(1, 16), default=2, show_default=True, help="Worker processes.")
@click.option("--redis-url", help="An empty server to use; otherwise one of our own.")
def main(*, reminders: int, window: float, workers: int, redis_url: str | None) -> None:
    """Schedule reminders, cancel a tenth by intent, let a tenth come due, and count."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="st-"))
        url = redis_url or stack.enter_context(EmbeddedServer(Path(folder)))
        result = asyncio.run(measure(url, Sizes(reminders, window, workers), Progress()))
    late = [duration(result[f"lateness_{name}"]) for name in ("p50", "p99", "max")]
    click.echo(
        f"{result['scheduled']:,} reminders scheduled; {result['came_due']:,} came due in {window:.0f} s and fired"
        f" {late[0]} late (median), {late[1]} (99 %), {late[2]} at most;"
        f" {result['duplicates']} twice, {result['lost']} lost."
    )
    last_line(result)


if __name__ == "__main__":
    main()
