"""``python -m benchmarks.step``: one step of teaching over HTTP, on our API and, side by side, on a Rasa server."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import click
from redis.asyncio import Redis

from benchmarks.measuring import Progress, duration, last_line
from benchmarks.plain_http import Connection
from slackbot.api.server import serving
from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.sentence_vectors import sentence_vectors, use_transformer
from slackbot.errors import StorythreadError, WorldError
from slackbot.settings import Settings, example_assistant
from slackbot.store.keys import Keys
from slackbot.store.server import EmbeddedServer, connect

Json = dict[str, Any]

SIZES = (10, 100, 1_000, 5_000)
#: What a step is made of, in order.
PARTS = ("message", "parse", "predict", "execute", "read_back")
#: What is asked to be in each answer: the state alone, or every event with it, which is as much as there is of them.
SHOWN = ("NONE", "ALL")
NAMES = {"NONE": "without_events", "ALL": "with_all_events"}
TOLD = {
    "NONE": "A step, with include_events=NONE in every request, so that reading back gives the state alone (a Rasa's"
    " predict sends the events all the same)",
    "ALL": "A step, with include_events=ALL, so that every answer but the parse has all events",
}
#: The servers: our API as it is installed by default, the same with the extra where that is installed, and the other.
OURS, EXTRA, THEIRS = "ours", "with the extra transformer", "theirs"
#: Seconds that a request may take.
BOUND = 120.0


@dataclass
class Server:
    """One that speaks Rasa's API, and what its steps took."""

    name: str
    http: Connection
    #: Any message that its assistant understands.
    words: str
    token: str | None = field(default=None, repr=False)
    #: How it understands it, and what it does then: what the conversations are made of.
    turn: Sequence[Json] = ()
    #: Ids of the conversations that were put there.
    given: list[str] = field(default_factory=list)
    #: What tells each message from all before.
    numbers: Iterator[int] = field(default_factory=itertools.count)
    #: Seconds of the parts of each step that counts, by events shown and size of the conversation.
    steps: defaultdict[tuple[str, int], list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    #: Seconds by size of the conversation.
    first_reads: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def ask(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """The answer, parsed. Raises WorldError."""
        return json.loads(await self.answer(method, path, body, **params))

    async def answer(self, method: str, path: str, body: Any = None, **params: str) -> bytes:
        """The answer as it comes. Raises WorldError."""
        asked = {**params, "token": self.token} if self.token else params
        query = f"?{urlencode(asked)}" if asked else ""
        sent = json.dumps(body).encode() if body is not None else b""
        status, found = await self.http.request(method, path + query, sent)
        if status >= 400:
            said = found[:200].decode(errors="replace")
            raise WorldError(f"{self.http.url} answers {method} {path} with {status}: {said}")
        return found

    async def learn_turn(self) -> None:
        """Finds out what one turn is here."""
        parsed = await self.ask("POST", "/model/parse", {"text": self.words})
        user = {"event": "user", "text": self.words, "parse_data": parsed}
        told = await self.ask("POST", "/model/predict", [*_SESSION, user], include_events="NONE")
        bot = {"event": "bot", "text": "All right.", "data": {}}
        self.turn = [user, {"event": "action", "name": _best(told)}, bot, _LISTEN]

    async def give(self, conversation_id: str, size: int) -> None:
        """Puts a conversation of so many events there, or up to three fewer, that listens."""
        self.given.append(conversation_id)
        now = time.time()
        rows = list(itertools.islice(self._events(), size))
        while rows[-1].get("name") != "action_listen":
            rows.pop()
        stamped = [{**row, "timestamp": now + (at - len(rows)) * 1e-3} for at, row in enumerate(rows)]
        path = f"/conversations/{conversation_id}/tracker/events"
        await self.ask("PUT", path, stamped, include_events="NONE")

    def _events(self) -> Iterator[Json]:
        yield from _SESSION
        yield from itertools.cycle(self.turn)

    async def read_first(self, conversation_id: str, size: int) -> None:
        """Reads the conversation without its events."""
        started = time.perf_counter()
        await self.answer("GET", f"/conversations/{conversation_id}/tracker", include_events="NONE")
        self.first_reads[size].append(time.perf_counter() - started)

    async def step(self, conversation_id: str, events: str) -> list[float]:
        """One step; seconds of its parts, each until its answer is there, unparsed.

        ``events``: those that each answer has.
        """
        path, shown = f"/conversations/{conversation_id}", {"include_events": events}
        text = f"{self.words} {next(self.numbers)}"  # a text that nobody has understood before
        message = await self._timed("POST", f"{path}/messages", {"text": text, "sender": "user"}, **shown)
        parse = await self._timed("POST", "/model/parse", {"text": text})
        predict = await self._timed("POST", f"{path}/predict", **shown)
        told = json.loads(predict.answer)
        body = {"name": _best(told), "policy": told["policy"], "confidence": told["confidence"]}
        execute = await self._timed("POST", f"{path}/execute", body, **shown)
        read_back = await self._timed("GET", f"{path}/tracker", **shown)
        return [part.seconds for part in (message, parse, predict, execute, read_back)]

    async def _timed(self, method: str, path: str, body: Any = None, **params: str) -> _Timed:
        started = time.perf_counter()
        answer = await self.answer(method, path, body, **params)
        return _Timed(answer, time.perf_counter() - started)

    def forget_times(self) -> None:
        """What was taken until now doesn't count."""
        self.steps.clear()
        self.first_reads.clear()

    def milliseconds(self, events: str, sizes: Sequence[int]) -> dict[int, float]:
        """The median of whole steps, by size."""
        return {size: median(map(sum, self.steps[events, size])) * 1e3 for size in sizes}

    def parts(self, events: str, sizes: Sequence[int]) -> dict[str, dict[int, float]]:
        """The medians of the parts, in milliseconds, by size."""
        return {
            part: {size: median(parts[at] for parts in self.steps[events, size]) * 1e3 for size in sizes}
            for at, part in enumerate(PARTS)
        }

    def first_read(self, sizes: Sequence[int]) -> dict[int, float]:
        """The median of reading a conversation for the first time, in milliseconds, by size."""
        return {size: median(self.first_reads[size]) * 1e3 for size in sizes}


@dataclass(frozen=True)
class _Timed:
    answer: bytes
    seconds: float


def _best(told: Mapping[str, Any]) -> str:
    return str(max(told["scores"], key=lambda row: float(row["score"]))["action"])


_LISTEN: Json = {"event": "action", "name": "action_listen"}
_SESSION: tuple[Json, ...] = (
    {"event": "action", "name": "action_session_start", "policy": None, "confidence": 1.0},
    {"event": "session_started"},
    _LISTEN,
)


async def measure(servers: Sequence[Server], sizes: Sequence[int], rounds: int, progress: Progress) -> Json:
    """The figures as a program reads them. Each round asks every server at every size, one server after the other."""
    for server in servers:
        await server.learn_turn()
    for number in range(-1, rounds):  # the first round is to get going
        told = f"round {max(number, 0) + 1} of {rounds}"
        first = number % len(sizes)  # another in each round
        for server in servers:
            await _one_round(server, [*sizes[first:], *sizes[:first]], told, progress)
            if number < 0:
                server.forget_times()
    return _figures(servers, sizes, rounds)


async def _one_round(server: Server, sizes: Sequence[int], told: str, progress: Progress) -> None:
    """A step at each size, without events in the answers, then with them.

    Every step is taken on a conversation of its own of exactly that size, which was read once before, as one that
    goes on is. All are put there before the first step: what that leaves behind is no size's own. The server's rate is
    wanted: its steps follow each other, and the first of each kind isn't counted, as it finds the processor with
    what something else has left there.
    """
    plan = [(events, size, at > 0) for events in SHOWN for at, size in enumerate((min(sizes), *sizes))]
    conversations = [f"step-{secrets.token_hex(8)}" for _ in plan]
    for (_, size, _), conversation in zip(plan, conversations, strict=True):
        progress.at(f"{told}: putting {size:,} events, {server.name}")
        await server.give(conversation, size)
        await server.read_first(conversation, size)
    for (events, size, counts), conversation in zip(plan, conversations, strict=True):
        progress.at(f"{told}: a step at {size:,} events, {server.name}")
        taken = await server.step(conversation, events)
        if counts:
            server.steps[events, size].append(taken)


def _figures(servers: Sequence[Server], sizes: Sequence[int], rounds: int) -> Json:
    by_name = {server.name: server for server in servers}
    ours, extra, theirs = (by_name.get(name) for name in (OURS, EXTRA, THEIRS))
    assert ours is not None  # noqa: S101  it is always asked
    figures: Json = {"benchmark": "step", "rounds": rounds, "sizes": list(sizes)}
    for events in SHOWN:
        mine = ours.milliseconds(events, sizes)
        with_extra = extra.milliseconds(events, sizes) if extra else None
        their = theirs.milliseconds(events, sizes) if theirs else None
        figures[NAMES[events]] = {
            "ours_ms": mine,
            "theirs_ms": their,
            "theirs_to_ours": _ratios(their, mine),
            "largest_to_smallest": mine[sizes[-1]] / mine[sizes[0]],
            "ours_with_transformer_ms": with_extra,
            "theirs_to_ours_with_transformer": _ratios(their, with_extra),
            "ours_parts_ms": ours.parts(events, sizes),
            "ours_with_transformer_parts_ms": extra.parts(events, sizes) if extra else None,
            "theirs_parts_ms": theirs.parts(events, sizes) if theirs else None,
        }
    figures["first_read_ms"] = {each.name: each.first_read(sizes) for each in servers}
    return figures


def _ratios(theirs: Mapping[int, float] | None, ours: Mapping[int, float] | None) -> dict[int, float] | None:
    return {size: theirs[size] / ours[size] for size in ours} if theirs and ours else None


def sentences(figures: Mapping[str, Any]) -> Iterator[str]:
    """The figures as people read them."""
    sizes = figures["sizes"]
    for events in SHOWN:
        found = figures[NAMES[events]]
        yield f"{TOLD[events]}:"
        for size in sizes:
            yield f"  {size:>6,} events: {'; '.join(_compared(found, size))}"
        times = f"{found['largest_to_smallest']:.2f} times as long as with {sizes[0]:,}"
        yield f"  With {sizes[-1]:,} events it takes {times}."
    first = ", ".join(
        f"{duration(taken / 1e3)} with {size:,}" for size, taken in figures["first_read_ms"][OURS].items()
    )
    yield f"Not in these figures: reading a conversation in, once for each process, takes {first} events."
    yield "Within a step, parsing comes after the message with the same text: ours is understood once, and kept."


def _compared(found: Mapping[str, Any], size: int) -> Iterator[str]:
    yield duration(found["ours_ms"][size] / 1e3)
    if found["theirs_ms"]:
        yield f"theirs {duration(found['theirs_ms'][size] / 1e3)}, {found['theirs_to_ours'][size]:,.1f} times as long"
    if found["ours_with_transformer_ms"]:
        told = f"ours {EXTRA} {duration(found['ours_with_transformer_ms'][size] / 1e3)}"
        ratios = found["theirs_to_ours_with_transformer"]
        yield f"{told}, theirs {ratios[size]:,.1f} times as long" if ratios else told


@asynccontextmanager
async def our_api(words: str, name: str) -> AsyncIterator[Server]:
    """Our own API with the assistant and the store of the settings; nothing of it is left there.

    As it is installed by default, or with the extra ``transformer``.
    """
    settings = Settings.from_environment(os.environ)
    async with AsyncExitStack() as stack:
        url = settings.redis_url
        if url is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="st-")))
            url = stack.enter_context(EmbeddedServer(folder))
        use_transformer(name == EXTRA)  # what is loaded stays as it is
        core = await asyncio.to_thread(BuiltinCore.load, settings.assistant or example_assistant())
        redis = connect(url)
        stack.push_async_callback(redis.aclose)
        alone = Settings(api_port=0, assistant=settings.assistant or example_assistant())
        api = await stack.enter_async_context(serving(alone, core, url))
        server = Server(name, await stack.enter_async_context(Connection(api, BOUND)), words)
        stack.push_async_callback(_forget, redis, server)
        yield server


async def _forget(redis: Redis, server: Server) -> None:
    for conversation_id in server.given:
        await redis.delete(Keys(conversation_id).log, Keys(conversation_id).replaced)


async def run(against: str | None, token: str | None, sizes: Sequence[int], rounds: int, words: str) -> Json:
    """Measures ours, and the server at that URL. Raises StorythreadError."""
    async with AsyncExitStack() as stack:
        names = [OURS, EXTRA] if sentence_vectors() is not None else [OURS]
        servers = [await stack.enter_async_context(our_api(words, name)) for name in names]
        if against:
            theirs = await stack.enter_async_context(Connection(against, BOUND))
            servers.append(Server(THEIRS, theirs, words, token))
        return await measure(servers, sizes, rounds, Progress())


def _sizes(_: click.Context, __: click.Parameter, text: str) -> list[int]:
    try:
        sizes = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise click.BadParameter("write numbers with commas between them, such as 10,100") from None
    if sizes[0] < 7:
        raise click.BadParameter("a conversation with a turn has at least 7 events")
    return sizes


@click.command()
@click.option("--against", metavar="URL", help="A Rasa 3 server with --enable-api, asked in the same run.")
@click.option("--token", help="What that server was given as --auth-token.")
@click.option("--sizes", default=",".join(map(str, SIZES)), show_default=True, callback=_sizes, help="Events.")
@click.option("--rounds", type=click.IntRange(1), default=15, show_default=True)
@click.option("--words", default="hello", show_default=True, help="A message that the assistants understand.")
def main(against: str | None, token: str | None, sizes: list[int], rounds: int, words: str) -> None:
    """One step of teaching (message, parse, predict, execute, read back), by the length of the conversation."""
    try:
        figures = asyncio.run(run(against, token, sizes, rounds, words))
    except StorythreadError as error:
        click.echo(f"benchmarks.step: {error}", err=True)
        sys.exit(1)
    for sentence in sentences(figures):
        click.echo(sentence)
    last_line(figures)


if __name__ == "__main__":
    main()
