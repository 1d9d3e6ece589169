"""What people were reminded of: how far each question has come, and which digests were sent to whom."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files
from typing import Any, cast

from redis.asyncio import Redis

from slackbot.crowd.digest import Digest, Mentioned
from slackbot.crowd.nudges import Told
from slackbot.store import keys
from slackbot.store.conversations import available
from slackbot.store.keys import Keys

#: What is noted of a question, each with a time: that it began to wait, that people and backups were reminded, and that
#: its session was marked.
SINCE, REMINDED, ESCALATED, MARKED = "since", "reminded", "escalated", "marked"


@dataclass(frozen=True)
class Reminded:
    """What one person was told, and the digest that somebody is just sending, if any."""

    told: Told = field(default_factory=Told)
    sending: Digest | None = None
    #: As it is stored; None where nothing is.
    stored: str | None = None


class NudgeStore:
    """Every method raises StoreUnavailable when Redis doesn't answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        lua = files("slackbot.store") / "lua"
        self._put, self._mark = (
            redis.register_script((lua / f"{name}.lua").read_text(encoding="utf-8")) for name in ("reminded", "mark")
        )

    @available
    async def questions(self) -> dict[str, dict[str, float]]:
        """What is noted of each question: its id to ``SINCE``, ``REMINDED`` ... to Unix seconds."""
        found: dict[str, dict[str, float]] = {}
        for name, at in (await self._hash(keys.NUDGED_QUESTIONS)).items():
            question, _, kind = name.rpartition("\n")
            found.setdefault(question, {})[kind] = float(at)
        return found

    @available
    async def begin(self, question: str, now: float, noted: Collection[str] = ()) -> None:
        """Lets a question wait from ``now`` on, as if nobody had been reminded of it: ``noted`` is forgotten."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(keys.NUDGED_QUESTIONS, f"{question}\n{SINCE}", now)
        for kind in noted:
            if kind != SINCE:
                pipe.hdel(keys.NUDGED_QUESTIONS, f"{question}\n{kind}")
        await pipe.execute()

    @available
    async def forget(self, noted: Mapping[str, Collection[str]]) -> None:
        """Forgets what is noted of questions that are not open any more."""
        fields = [f"{question}\n{kind}" for question, kinds in noted.items() for kind in kinds]
        if fields:
            await self._redis.hdel(keys.NUDGED_QUESTIONS, *fields)

    @available
    async def people(self) -> dict[str, Reminded]:
        """Everybody who was ever sent a digest, or is being sent one."""
        return {person: _reminded(text) for person, text in (await self._hash(keys.NUDGED_PEOPLE)).items()}

    async def put(self, person: str, known: Reminded, new: Reminded) -> Reminded | None:
        """Notes something of a person; None, and nothing changed, where another process did meanwhile."""
        return await self._swap(person, known, new)

    async def sent(
        self, person: str, known: Reminded, digest: Digest, now: float, counted: Iterable[str] = ()
    ) -> Reminded | None:
        """Notes that a digest was posted, with all that follows. None as ``put``.

        ``counted`` are the ids of questions that it counts and doesn't list: they are no news to the person.
        """
        told = Told(now, frozenset((*(one.id for one in digest.items), *counted)))
        fields = [f"{one.id}\n{ESCALATED if one.as_backup else REMINDED}" for one in digest.items]
        return await self._swap(person, known, Reminded(told), digest=digest, fields=fields, now=now)

    @available
    async def _swap(
        self,
        person: str,
        known: Reminded,
        new: Reminded,
        *,
        digest: Digest | None = None,
        fields: Collection[str] = (),
        now: float = 0.0,
    ) -> Reminded | None:
        text = _text(new)
        swapped = await self._put(
            keys=[keys.NUDGED_PEOPLE, keys.DIGESTS, keys.NUDGED_QUESTIONS],
            args=[
                person,
                known.stored or "",
                text,
                digest.id if digest else "",
                json.dumps(asdict(digest)) if digest else "",
                now,
                json.dumps(list(fields)),
            ],
        )
        return replace(new, stored=text) if swapped else None

    @available
    async def digests(self) -> list[Digest]:
        """Those that were posted and are not struck out yet, the oldest first."""
        found = [_digest(json.loads(text)) for text in (await self._hash(keys.DIGESTS)).values()]
        return sorted(found, key=lambda one: (one.at, one.id))

    @available
    async def drop(self, digest: Digest) -> None:
        """Forgets a digest: it is struck out, or too old to be."""
        await self._redis.hdel(keys.DIGESTS, digest.id)

    @available
    async def mark(self, conversation: str, question: str, input_revision: str, now: float) -> bool:
        """Marks a session as waiting. False, and nothing changed, where somebody has voted since it was read."""
        own = Keys(conversation)
        marked = await self._mark(
            keys=[own.head, own.later, keys.UNDRAWN, keys.NUDGED_QUESTIONS],
            args=[conversation, question, input_revision, now, f"{conversation}\n{question}\n{MARKED}"],
        )
        return bool(marked)

    async def _hash(self, name: str) -> dict[str, str]:
        return await cast(Awaitable[dict[str, str]], self._redis.hgetall(name))


def _text(reminded: Reminded) -> str:
    sending, told = reminded.sending, reminded.told
    digest = asdict(sending) if sending else None
    return json.dumps({"at": told.at, "questions": sorted(told.questions), "sending": digest})


def _reminded(text: str) -> Reminded:
    data = json.loads(text)
    told = Told(data["at"], frozenset(data["questions"]))
    return Reminded(told, _digest(data["sending"]) if data["sending"] else None, text)


def _digest(data: dict[str, Any]) -> Digest:
    return Digest(**{**data, "items": tuple(Mentioned(**item) for item in data["items"])})
