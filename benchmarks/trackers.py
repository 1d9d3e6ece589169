"""``python -m benchmarks.trackers``: what it costs to go on with a conversation, and to read it back, as it grows."""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click
from redis.asyncio import Redis

from benchmarks.measuring import Progress, Samples, last_line, ratios, sentence
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import StorythreadError
from slackbot.learning.session import Session, Status
from slackbot.settings import Settings, example_assistant
from slackbot.store import Store, keys
from slackbot.store.conversations import available
from slackbot.store.server import EmbeddedServer, connect

Json = dict[str, Any]

SIZES = (10, 1_000, 10_000)
FIGURES = {
    "append": "Appending an event to a live tracker",
    "replay": "Replaying a whole log from its JSON",
    "store_append": "Storing an event",
    "store_read_new": "Reading the newest event from the store",
    "store_read_all": "Reading everything from the store",
}
#: Events appended to a tracker or stored conversation: few, since one of 10 events is to stay about that.
APPENDED = 5
#: Events appended a round, to as many trackers as that takes. A large tracker takes more of them, so that the moments
#: in which a list of Python's moves as it grows count as often as they come.
APPENDED_A_ROUND = 100
#: Events that a conversation is begun with in one script.
BATCH = 1_000


def log_of(size: int) -> list[Json]:
    """The first events of an endless conversation with the example assistant, as they are stored."""
    return list(itertools.islice(_conversation(), size))


def _conversation() -> Iterator[Json]:
    yield {"event": "action", "timestamp": 0.0, "name": "action_session_start"}
    yield {"event": "session_started", "timestamp": 0.0}
    yield {"event": "action", "timestamp": 0.0, "name": "action_listen"}
    for turn in itertools.count(1):
        stamp = 1_700_000_000.0 + turn
        yield _message(turn, stamp)
        yield {"event": "slot", "timestamp": stamp, "name": "party_size", "value": str(turn % 10)}
        yield {
            "event": "action",
            "timestamp": stamp,
            "name": "utter_ask_day",
            "policy": "RulePolicy",
            "confidence": 1.0,
        }
        yield {"event": "bot", "timestamp": stamp, "text": f"A table for {turn % 10}. For which day?"}
        yield {
            "event": "action",
            "timestamp": stamp,
            "name": "action_listen",
            "policy": "RulePolicy",
            "confidence": 1.0,
        }


def _message(turn: int, stamp: float) -> Json:
    size = str(turn % 10)
    text = f"we will be {size} people"
    entity = {"entity": "party_size", "start": 11, "end": 12, "value": size, "extractor": "entities"}
    ranking = [{"name": f"intent_{rank}", "confidence": 1 / (rank + 1)} for rank in range(10)]
    parse_data = {
        "text": text,
        "intent": {"name": "inform", "confidence": 0.9},
        "entities": [entity],
        "intent_ranking": ranking,
    }
    return {"event": "user", "timestamp": stamp, "text": text, "parse_data": parse_data, "message_id": str(stamp)}


def measure_tracker(samples: Samples, domain: Domain, size: int) -> None:
    """One round of what needs no store."""
    appended = max(APPENDED, size // 20)
    lines = [json.dumps(event) for event in log_of(size + appended)]
    new = [event_from_dict(json.loads(line)) for line in lines[size:]]
    for _ in range(math.ceil(APPENDED_A_ROUND / appended)):
        with samples.timed("replay", size):
            tracker = Tracker("c", domain, (event_from_dict(json.loads(line)) for line in lines[:size]))
        with samples.timed("append", size, appended):
            for event in new:
                tracker.append(event)


async def measure_store(samples: Samples, redis: Redis, size: int) -> None:
    """One round of what the store does, on a conversation that is gone afterwards."""
    events = log_of(size + APPENDED)
    store = Store(redis)
    async with _stored(redis, store, events[:size]) as conversation_id:
        for version, event in enumerate(events[size:], start=size):
            with samples.timed("store_append", size):
                await store.append(conversation_id, version, [event])
            with samples.timed("store_read_new", size):
                await store.read(conversation_id, since=version)
        with samples.timed("store_read_all", size):
            await store.read(conversation_id)


@asynccontextmanager
async def _stored(redis: Redis, store: Store, events: Sequence[Json]) -> AsyncIterator[str]:
    """A conversation with these events. It counts as finished, so that no app on the same server takes it up."""
    conversation_id = f"benchmark-{secrets.token_hex(8)}"
    session = Session("T", "C", "U", "U", quorum=1, started_at=0.0, status=Status.FINISHED)
    await store.create(conversation_id, session.as_dict(), events[:BATCH], "parent")
    try:
        for redraw in await store.redraws(conversation_id):
            await store.drawn(conversation_id, redraw, None)
        for start in range(BATCH, len(events), BATCH):
            await store.append(conversation_id, start, events[start : start + BATCH])
        yield conversation_id
    finally:
        await _forget(redis, conversation_id)


@available
async def _forget(redis: Redis, conversation_id: str) -> None:
    pipe = redis.pipeline(transaction=True)
    pipe.srem(keys.ACTIVE, conversation_id)
    pipe.zrem(keys.DUE, conversation_id)
    pipe.zrem(keys.UNDRAWN, conversation_id)
    async for key in redis.scan_iter(match=f"{keys.PREFIX}:conversation:{conversation_id}:*"):
        pipe.delete(key)
    await pipe.execute()


async def measure(redis_url: str, sizes: Sequence[int], rounds: int) -> Samples:
    """All figures at all sizes; the sizes take turns, so that whatever else the machine does meets all of them."""
    samples, progress = Samples(), Progress()
    domain = Domain.load(example_assistant() / "domain.yml")
    redis = connect(redis_url)
    try:
        for number, size in itertools.product(range(1, rounds + 1), sizes):
            progress.at(f"round {number} of {rounds}, {size:,} events")
            measure_tracker(samples, domain, size)
            await measure_store(samples, redis, size)
    finally:
        await redis.aclose()
    return samples


def report(samples: Samples, sizes: Sequence[int], rounds: int, server: str) -> None:
    """A line in words for each figure, then all of them as JSON: medians in seconds, and ratios to the least size."""
    medians = {name: samples.medians(name, sizes) for name in FIGURES}
    click.echo(f"Medians of {rounds} rounds; the store is {server}.")
    for name, what in FIGURES.items():
        click.echo(sentence(what, medians[name], "events"))
    last_line(
        {
            "benchmark": "trackers",
            "rounds": rounds,
            "sizes": list(sizes),
            "server": server,
            "seconds": medians,
            "ratios": {name: ratios(figures) for name, figures in medians.items()},
        }
    )


def _sizes(_: click.Context, __: click.Parameter, text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(sorted({int(number) for number in text.split(",")}))
    except ValueError:
        raise click.BadParameter("write numbers with commas between them, such as 10,1000,10000") from None
    if sizes[0] < 1:
        raise click.BadParameter("a conversation has at least 1 event")
    return sizes


@click.command()
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(min=1))
@click.option("--sizes", default=",".join(map(str, SIZES)), show_default=True, callback=_sizes, help="In events.")
def main(rounds: int, sizes: tuple[int, ...]) -> None:
    """Cost of appending to, and reading back, conversations of several lengths.

    On the server that REDIS_URL names, or else on a Valkey of its own that writes to the disk before it answers.
    """
    try:
        url = Settings.from_environment(os.environ).redis_url
        if url:
            samples, server = asyncio.run(measure(url, sizes, rounds)), "the server at REDIS_URL"
        else:
            with tempfile.TemporaryDirectory(prefix="st-") as folder, EmbeddedServer(Path(folder)) as own:
                samples = asyncio.run(measure(own, sizes, rounds))
            server = "the bundled Valkey, which writes to the disk before it answers"
    except StorythreadError as error:
        click.echo(f"benchmarks.trackers: {error}", err=True)
        sys.exit(1)
    report(samples, sizes, rounds, server)


if __name__ == "__main__":
    main()
