"""Trained models in Redis: each a version, an archive, and what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

import redis

from slackbot import clock
from slackbot.errors import StoreUnavailable
from slackbot.store import keys
from slackbot.store.server import connect_sync

P = ParamSpec("P")
T = TypeVar("T")

#: Models that are kept: the latest of the same files, and the latest of all other files together.
KEPT, KEPT_OTHERS = 3, 2
#: Seconds that one training may take.
TRAINING_BOUND = 900


@dataclass(frozen=True)
class Model:
    """What is known of a stored model beside its archive."""

    #: Of the project's files that it was trained on (``dialogue.fingerprint``).
    fingerprint: str
    #: Unix seconds, and how many it took.
    trained_at: float
    seconds: float
    #: All that it was trained on, what was agreed in conversations included.
    examples: int
    stories: int
    #: Conversations in which something was agreed, and the messages that were agreed in them.
    conversations: int
    agreed: int
    #: The number of wishes for training (``Training.wanted``) that came before it read what was agreed.
    covers: int
    #: Shares of suggestions that were right over the turns that were agreed before it was trained.
    intent_accuracy: float | None = None
    action_accuracy: float | None = None
    #: Grows by one with every model of any project in this Redis; 0 until it is stored.
    version: int = 0


@dataclass(frozen=True)
class Failure:
    """A training that came to nothing."""

    #: One line for people.
    problem: str
    #: Unix seconds.
    at: float
    #: ``Training.wanted`` as it was.
    wanted: int


@dataclass(frozen=True)
class Training:
    """How training stands."""

    #: The stored models, the latest first.
    models: tuple[Model, ...]
    #: Counts the turns that were corrected or taken back.
    wanted: int
    #: Unix seconds since when one is running; None when none is.
    running_since: float | None
    #: Of the latest training, if it failed.
    failure: Failure | None

    def latest(self, fingerprint: str) -> Model | None:
        """The latest model that was trained on these files."""
        return next((model for model in self.models if model.fingerprint == fingerprint), None)

    @property
    def is_due(self) -> bool:
        """Whether something was corrected that no training has seen, be it one that failed."""
        seen = max((model.covers for model in self.models), default=0)
        return self.wanted > max(seen, self.failure.wanted if self.failure else 0)


def _available(method: Callable[Concatenate[Models, P], T]) -> Callable[Concatenate[Models, P], T]:
    def call(self: Models, /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(self, *args, **kwargs)
        except redis.RedisError as error:
            raise StoreUnavailable(f"Redis does not answer ({error}); start it, or correct REDIS_URL") from error

    call.__doc__ = method.__doc__
    return call


class Models:
    """The models in one database. Blocks: from async code call it with ``asyncio.to_thread``.

    Every method raises StoreUnavailable when Redis doesn't answer within the client's bound.
    """

    def __init__(self, connection: redis.Redis) -> None:
        """The connection must answer bytes (``connect_sync``)."""
        self._redis = connection
        script = (files("slackbot.store") / "lua" / "model.lua").read_text(encoding="utf-8")
        self._store = connection.register_script(script)

    @classmethod
    def at(cls, redis_url: str) -> Self:
        """Those at a URL; used with ``with``, the connection is closed at the end."""
        return cls(connect_sync(redis_url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._redis.close()

    @_available
    def store(self, model: Model, archive: bytes) -> Model | None:
        """Stores a model as the next version, and forgets old ones and the latest failure. Atomic.

        None, and nothing is changed, where a model of the same files was stored meanwhile that has seen more.
        """
        known = asdict(replace(model, version=0))
        version = self._store(
            keys=[keys.MODELS, keys.MODEL_VERSION, keys.TRAINING],
            args=[json.dumps(known), archive, keys.model(""), KEPT, KEPT_OTHERS],
        )
        return replace(model, version=int(version)) if version else None

    @_available
    def archive(self, version: int) -> bytes | None:
        """The archive of a model; None where it was dropped."""
        return cast(bytes | None, self._redis.get(keys.model(version)))

    @_available
    def training(self) -> Training:
        """How training stands: all of it read in one transaction."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hgetall(keys.MODELS)
        pipe.hgetall(keys.TRAINING)
        pipe.get(keys.TRAINING_NOW)
        known, training, running = pipe.execute()
        models = [Model(**{**json.loads(text), "version": int(version)}) for version, text in known.items()]
        return Training(
            tuple(sorted(models, key=lambda model: -model.version)),
            wanted=int(training.get(b"wanted", 0)),
            running_since=float(running) if running else None,
            failure=Failure(**json.loads(training[b"failure"])) if b"failure" in training else None,
        )

    @_available
    def latest_version(self) -> int:
        """The latest version that was ever stored; 0 before the first."""
        return int(self._redis.get(keys.MODEL_VERSION) or 0)

    @_available
    def begins(self) -> None:
        """Notes that a training is running, for TRAINING_BOUND seconds at most."""
        self._redis.set(keys.TRAINING_NOW, clock.now(), ex=TRAINING_BOUND)

    @_available
    def ended(self) -> None:
        """Notes that no training is running any more."""
        self._redis.delete(keys.TRAINING_NOW)

    @_available
    def failed(self, failure: Failure) -> None:
        """Notes how the latest training failed, until one succeeds."""
        self._redis.hset(keys.TRAINING, "failure", json.dumps(asdict(failure)))

    @_available
    def verdicts(self) -> list[tuple[str, Sequence[Any]]]:
        """All verdicts on suggestions, each with its conversation's id, in no order."""
        found = cast(Mapping[bytes, bytes], self._redis.hgetall(keys.JUDGED))
        return [(name.decode().rpartition(":")[0], json.loads(text)) for name, text in found.items()]
