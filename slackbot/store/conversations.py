"""The store: every write is one atomic script, and says which state of the conversation it was decided on."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, ParamSpec, TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.reminders import Change, changes
from slackbot.errors import Conflict, StoreUnavailable
from slackbot.store import keys
from slackbot.store.keys import Keys

Json = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

#: Left in the place of a message that was deleted before its turn closed.
WITHDRAWN: Json = {"text": None}
#: Seconds after which a lease whose holder died can be taken by another.
LEASE_SECONDS = 5
DRAFT_SECONDS = 24 * 3600


@dataclass(frozen=True)
class StoredVote:
    """One person's latest vote on the open question."""

    person: str
    answers: tuple[str, ...]
    sequence: int
    #: "" for a plain vote, else ``unsure``, ``skip`` or ``flag``, which has a comment.
    mark: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A conversation at one moment; everything in it was read in one transaction."""

    conversation_id: str
    #: The number of events in the log.
    version: int
    #: The log from ``since`` on, oldest first.
    events: tuple[Json, ...]
    since: int
    session: Json
    #: ts of the thread's parent message; None until it is posted.
    thread_ts: str | None
    question: Json | None
    #: How many questions were opened so far.
    questions: int
    votes: tuple[StoredVote, ...]
    #: The speaker's messages that nobody took up yet, by ts, oldest first.
    waiting: Mapping[str, Json]
    #: ts of the message whose turn is not closed yet.
    turn: str | None
    question_revision: str
    input_revision: str
    session_revision: str
    #: When something last happened here that asks for a next step; None if nothing did since ``settle``.
    due: float | None
    #: Name of the reminder that is to fire first, and when (Unix seconds), as the index has it.
    alarm: tuple[str, float] | None = None
    #: Whether that index is known to agree with the log.
    reminders_indexed: bool = True
    #: Since when the session is marked as waiting for votes that don't come (Unix seconds); None: it is not.
    waiting_since: float | None = None


@dataclass(frozen=True)
class Commit:
    """One decision, written whole or not at all. Fields that are None leave things as they are."""

    version: int | None = None
    question_revision: str | None = None
    #: Guards against votes and messages that arrived meanwhile.
    input_revision: str | None = None
    session_revision: str | None = None
    events: Sequence[Json] = ()
    question: Json | Literal["none"] | None = None
    closed: Json | None = None
    session: Json | None = None
    over: bool = False
    taken: Sequence[str] = ()
    put_back: Mapping[str, Json] = field(default_factory=dict)
    redraw: Sequence[str] = ()
    #: What may be drawn together with later changes.
    redraw_later: Sequence[str] = ()
    turn: str | Literal["none"] | None = None
    #: This says something else than a model may have learned or suggested: once the turn is closed, and be that by
    #: this commit, training is wanted.
    corrected: bool = False
    #: Question id to the verdict on its suggestions; None takes an earlier verdict back.
    judged: Mapping[str, Sequence[Any] | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Redraw:
    """Something that the thread must show anew."""

    name: str
    stamp: float
    #: False for a change that may be drawn together with later ones.
    urgent: bool


def _text(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _strings(items: Iterable[object]) -> str:
    return _text([item if isinstance(item, str) else _text(item) for item in items])


def _index_keys(own: Keys) -> list[str]:
    """The keys that reminders.lua takes."""
    return [keys.REMINDERS, keys.REMINDERS_HELD, own.reminders, own.alarms, own.criteria, own.head]


#: Types of events that change which reminders are to fire.
_ABOUT_REMINDERS = frozenset({"reminder", "cancel_reminder", "user", "restart", "session_started", "undo", "rewind"})


def _reminder_changes(rows: Iterable[Json]) -> list[Change]:
    relevant = (row for row in rows if row.get("event") in _ABOUT_REMINDERS)
    return list(changes(event_from_dict(row) for row in relevant))


def available(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Turns Redis's own errors into StoreUnavailable. The client has retried within its bound by then."""

    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except (RedisConnectionError, RedisTimeoutError, OSError) as error:
            raise StoreUnavailable(f"Redis does not answer ({error}); start it, or correct REDIS_URL") from error
        except RedisError as error:
            raise StoreUnavailable(f"Redis refuses ({error})") from error

    call.__doc__ = function.__doc__
    return call


class Store:
    """Conversations in one Redis or Valkey database.

    Every method raises StoreUnavailable when Redis doesn't answer within the client's bound.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        lua = files("slackbot.store") / "lua"
        texts = {
            name: (lua / f"{name}.lua").read_text(encoding="utf-8")
            for name in (
                *("create", "commit", "vote", "message", "drawn", "settle", "release", "renew"),
                *("reminders", "reindex"),
            )
        }
        reminders = texts.pop("reminders")
        for name in ("commit", "reindex"):
            texts[name] = f"{reminders}\n{texts[name]}"
        self._scripts = {name: redis.register_script(text) for name, text in texts.items()}

    async def _run(self, script: str, keys: Sequence[str], args: Sequence[Any]) -> Any:
        return await self._scripts[script](keys=list(keys), args=list(args))

    @available
    async def create(
        self, conversation_id: str, session: Json, events: Sequence[Json], redraw: str, *, questions: int = 0
    ) -> bool:
        """Opens a conversation. False, and nothing changed, if it exists.

        ``questions`` is the number after which its questions are numbered.
        """
        own = Keys(conversation_id)
        opened = await self._run(
            "create",
            [own.log, own.head, own.redraw, keys.ACTIVE, keys.DUE, keys.UNDRAWN],
            [
                *(conversation_id, _text(session), _strings(events), redraw),
                *("" if _reminder_changes(events) else "1", questions),
            ],
        )
        return bool(opened)

    @available
    async def read(self, conversation_id: str, since: int = 0) -> Snapshot | None:
        """The conversation as it is now, with the log from position ``since`` on. None if there is none."""
        own = Keys(conversation_id)
        pipe = self._redis.pipeline(transaction=True)
        pipe.lrange(own.log, since, -1)
        pipe.llen(own.log)
        pipe.hgetall(own.head)
        pipe.hgetall(own.votes)
        pipe.hgetall(own.waiting)
        pipe.zscore(keys.DUE, conversation_id)
        pipe.zrange(own.alarms, 0, 0, withscores=True)
        log, version, head, votes, waiting, due, alarms = await pipe.execute()
        if not head:
            return None
        return Snapshot(
            conversation_id=conversation_id,
            version=version,
            events=tuple(json.loads(event) for event in log),
            since=since,
            session=json.loads(head["session"]),
            thread_ts=head.get("thread_ts"),
            question=json.loads(head["question"]) if "question" in head else None,
            questions=int(head["questions"]),
            votes=tuple(stored_vote(person, json.loads(vote)) for person, vote in votes.items()),
            waiting={ts: json.loads(waiting[ts]) for ts in sorted(waiting)},
            turn=head.get("turn"),
            question_revision=head["question_revision"],
            input_revision=head["input_revision"],
            session_revision=head["session_revision"],
            due=due,
            alarm=(alarms[0][0], alarms[0][1]) if alarms else None,
            reminders_indexed=head.get("reminders") == "indexed",
            waiting_since=float(head["waiting_since"]) if "waiting_since" in head else None,
        )

    @available
    async def commit(self, conversation_id: str, commit: Commit) -> int:
        """Writes one decision atomically and returns the new version.

        Raises Conflict, and writes nothing, when the conversation is not as the commit expects.
        """
        own = Keys(conversation_id)
        question = commit.question
        judged = [part for key, value in commit.judged.items() for part in (key, _text(value) if value else "")]
        put_back = [part for ts, message in commit.put_back.items() for part in (ts, _text(message))]
        expected: list[object] = [
            "" if value is None else value
            for value in (
                commit.version,
                commit.question_revision,
                commit.input_revision,
                commit.session_revision,
            )
        ]
        version = await self._run(
            "commit",
            [
                own.log,
                own.head,
                own.votes,
                own.waiting,
                own.questions,
                own.redraw,
                keys.ACTIVE,
                keys.DUE,
                keys.UNDRAWN,
                own.later,
                keys.TRAINING,
                keys.JUDGED,
                *_index_keys(own)[:-1],
            ],
            [
                conversation_id,
                *expected,
                _strings(commit.events),
                question if isinstance(question, str) else "" if question is None else _text(question),
                question["id"] if isinstance(question, dict) else "",
                commit.closed["id"] if commit.closed else "",
                _text(commit.closed) if commit.closed else "",
                _text(commit.session) if commit.session else "",
                "1" if commit.over else "",
                _strings(commit.taken),
                _text(put_back),
                _strings(commit.redraw),
                _strings(commit.redraw_later),
                commit.turn or "",
                "1" if commit.corrected else "",
                _text(judged),
                _text(_reminder_changes(commit.events)),
            ],
        )
        if version < 0:
            raise Conflict(f"conversation {conversation_id} changed since it was read")
        return cast(int, version)

    @available
    async def index_reminders(self, conversation_id: str, version: int, changes: Sequence[Change]) -> bool:
        """Makes the index of a conversation's reminders anew; False, and nothing changed, if the log has grown."""
        own = Keys(conversation_id)
        made = await self._run("reindex", [*_index_keys(own), own.log], [conversation_id, version, _text(changes)])
        return bool(made)

    async def append(self, conversation_id: str, expected_version: int, events: Sequence[Json]) -> int:
        """Appends events if the log still has ``expected_version`` events, and returns how many it has then.

        Atomic. Raises Conflict, and appends nothing, when the log has grown since.
        """
        return await self.commit(conversation_id, Commit(version=expected_version, events=events))

    @available
    async def vote(
        self,
        conversation_id: str,
        question_id: str,
        person: str,
        answers: Sequence[str],
        *,
        mark: str = "",
        comment: str = "",
    ) -> bool:
        """Takes a vote, replacing the person's earlier one. False if that question is not open (any more).

        A ``flag`` stays, with its comment, when the person votes after it.
        """
        own = Keys(conversation_id)
        sequence = await self._run(
            "vote",
            [own.head, own.votes, own.later, keys.DUE, keys.UNDRAWN],
            [conversation_id, question_id, person, _text(list(answers)), f"card:{question_id}", mark, comment],
        )
        return bool(sequence)

    @available
    async def take_message(
        self, conversation_id: str, ts: str, message: Json | None, *, changed: str = "0", redraw: str = ""
    ) -> str:
        """Takes a message of the speaker, or its edit or deletion (``message`` None) at ``changed``.

        Returns ``taken``, ``changed``, ``repeated`` or ``late``, as message.lua explains.
        """
        own = Keys(conversation_id)
        outcome = await self._run(
            "message",
            [own.head, own.waiting, own.seen, own.later, keys.DUE, keys.UNDRAWN],
            [conversation_id, ts, _text(message) if message else "", changed, redraw, _text(WITHDRAWN)],
        )
        return cast(str, outcome)

    @available
    async def seen(self, conversation_id: str) -> dict[str, str]:
        """Every message that was heard of: its ts, and the ts of its latest change ("0" for none)."""
        return await cast(Awaitable[dict[str, str]], self._redis.hgetall(Keys(conversation_id).seen))

    @available
    async def settle(self, conversation_id: str, due: float) -> None:
        """Notes that nothing is to be done in the conversation, unless something happened after ``due``."""
        await self._run("settle", [keys.DUE], [conversation_id, repr(due)])

    @available
    async def due(self, older_than: float) -> list[str]:
        """Ids of conversations in which something has been to do for ``older_than`` seconds, oldest first."""
        return await self._older(keys.DUE, older_than)

    @available
    async def undrawn(self, older_than: float) -> list[str]:
        """Ids of conversations whose thread has been behind for ``older_than`` seconds, oldest first."""
        return await self._older(keys.UNDRAWN, older_than)

    async def _older(self, index: str, seconds: float) -> list[str]:
        now, micros = await self._redis.time()
        found = await self._redis.zrangebyscore(index, "-inf", now + micros / 1e6 - seconds)
        return cast(list[str], found)

    @available
    async def active(self) -> list[str]:
        """Ids of the conversations that are not over."""
        return sorted(await cast(Awaitable[set[str]], self._redis.smembers(keys.ACTIVE)))

    @available
    async def conversations(self, limit: int) -> list[str]:
        """Ids of conversations, open or over, in order; no more than ``limit`` of them. Looks through all keys."""
        before, after = Keys("*").head.split("*")
        found: set[str] = set()
        async for name in self._redis.scan_iter(match=f"{before}*{after}", count=1000):
            found.add(name.removeprefix(before).removesuffix(after))
            if len(found) >= limit:
                break
        return sorted(found)

    @available
    async def bind_thread(self, conversation_id: str, channel: str, thread_ts: str) -> None:
        """Notes which Slack thread the conversation is held in."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(Keys(conversation_id).head, "thread_ts", thread_ts)
        pipe.hset(keys.THREADS, f"{channel}:{thread_ts}", conversation_id)
        await pipe.execute()

    @available
    async def conversation_in(self, channel: str, thread_ts: str) -> str | None:
        """The id of the conversation held in that Slack thread."""
        return await cast(Awaitable[str | None], self._redis.hget(keys.THREADS, f"{channel}:{thread_ts}"))

    @available
    async def closed_question(self, conversation_id: str, question_id: str) -> Json | None:
        """The record of a closed question."""
        record = await cast(Awaitable[str | None], self._redis.hget(Keys(conversation_id).questions, question_id))
        return json.loads(record) if record else None

    @available
    async def closed_questions(self, conversation_id: str) -> list[Json]:
        """The records of all closed questions, in the order of their ids' numbers."""
        records = await cast(Awaitable[list[str]], self._redis.hvals(Keys(conversation_id).questions))
        return sorted((json.loads(record) for record in records), key=lambda record: int(record["id"]))

    @available
    async def redraws(self, conversation_id: str) -> list[Redraw]:
        """What the thread must show anew: the urgent first, then in the order in which it came."""
        own = Keys(conversation_id)
        pipe = self._redis.pipeline(transaction=True)
        pipe.zrange(own.redraw, 0, -1, withscores=True)
        pipe.zrange(own.later, 0, -1, withscores=True)
        urgent, later = await pipe.execute()
        names = {name for name, _ in urgent}
        return [Redraw(name, stamp, True) for name, stamp in urgent] + [
            Redraw(name, stamp, False) for name, stamp in later if name not in names
        ]

    @available
    async def shown(self, conversation_id: str, name: str) -> Json | None:
        """What was noted when that part of the thread was drawn last."""
        record = await cast(Awaitable[str | None], self._redis.hget(Keys(conversation_id).shown, name))
        return json.loads(record) if record else None

    @available
    async def shown_as(self, conversation_id: str, ts: str) -> str | None:
        """The name under which a message of this ts was drawn last, such as ``card:3``."""
        records = await cast(Awaitable[dict[str, str]], self._redis.hgetall(Keys(conversation_id).shown))
        return next((name for name, record in records.items() if json.loads(record).get("ts") == ts), None)

    @available
    async def note_shown(self, conversation_id: str, name: str, record: Json) -> None:
        """Notes what the thread shows (or is about to show) under a name."""
        await self._redis.hset(Keys(conversation_id).shown, name, _text(record))

    @available
    async def drawn(self, conversation_id: str, redraw: Redraw, record: Json | None) -> int:
        """Notes that something was drawn; returns how much is left to draw, newer changes of it included."""
        own = Keys(conversation_id)
        left = await self._run(
            "drawn",
            [own.redraw, own.later, own.shown, keys.UNDRAWN],
            [conversation_id, redraw.name, repr(redraw.stamp), _text(record) if record else ""],
        )
        return cast(int, left)

    @asynccontextmanager
    async def lease(self, conversation_id: str) -> AsyncIterator[bool]:
        """True while we alone may draw this conversation's thread, False when somebody else does.

        It is renewed for as long as it is held, and runs out LEASE_SECONDS after its holder died. It keeps drawings
        in order and guards no data: commits guard themselves.
        """
        token = secrets.token_hex(8)
        key = Keys(conversation_id).lease
        taken = await available(self._redis.set)(key, token, nx=True, ex=LEASE_SECONDS)
        if not taken:
            yield False
            return
        renewing = asyncio.create_task(self._renew(key, token), name=f"holding {key}")
        try:
            yield True
        finally:
            while not renewing.done():  # Python 3.11's wait_for, in the client, may swallow a cancellation
                renewing.cancel()
                await asyncio.wait({renewing}, timeout=0.1)
            await available(self._run)("release", [key], [token])

    async def _renew(self, key: str, token: str) -> None:
        """Until it is cancelled, or somebody else has the lease."""
        held = True
        while held:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(StoreUnavailable):
                held = bool(await available(self._run)("renew", [key], [token, LEASE_SECONDS]))

    @available
    async def save_draft(self, token: str, draft: Json) -> None:
        """Keeps what somebody has entered in a modal, for a day."""
        await self._redis.set(keys.draft(token), _text(draft), ex=DRAFT_SECONDS)

    @available
    async def draft(self, token: str) -> Json | None:
        """What somebody has entered in a modal so far."""
        record = await self._redis.get(keys.draft(token))
        return json.loads(record) if record else None

    @available
    async def ping(self) -> None:
        """Raises StoreUnavailable unless Redis answers."""
        await self._redis.ping()


def stored_vote(person: str, record: Json) -> StoredVote:
    """A vote as it is kept under its person."""
    answers = tuple(json.loads(record["answers"]))
    return StoredVote(person, answers, int(record["sequence"]), record.get("mark", ""), record.get("comment", ""))
