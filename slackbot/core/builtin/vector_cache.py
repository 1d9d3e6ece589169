"""Vectors of texts that were worked out before, kept in a file so that training anew works out only those of new texts.

It is a cache and nothing more: it may be deleted at any time, and where it can't be written, everything is worked out.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

_Vector = NDArray[np.float32]

#: When there are more, it begins anew: about 80 MB with vectors of 384 numbers.
MOST = 50_000

#: Seconds to wait for another process that writes.
_PATIENCE = 2.0

#: Of a number.
_BYTES = 4

#: Older SQLite takes no more variables in one statement.
_AT_ONCE = 900


def cache_folder() -> Path:
    """Where this user's caches are: ``$XDG_CACHE_HOME/storythread``, or ``~/.cache/storythread``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "storythread"


class VectorCache:
    """The vectors of one model by text. The file holds digests of texts, never the texts."""

    def __init__(self, path: Path, width: int) -> None:
        """``width``: how many numbers a vector has. The file comes into being when the first is added."""
        self._path = path
        self._width = width

    def read(self, texts: Sequence[str]) -> dict[str, _Vector]:
        """The vectors of those texts that are known."""
        if not self._path.exists():
            return {}
        try:
            with self._opened() as database, database:
                return dict(self._found(database, {_key(text): text for text in texts}))
        except (OSError, sqlite3.Error) as error:
            self._complain(error)
            return {}

    def _found(self, database: sqlite3.Connection, texts: Mapping[bytes, str]) -> Iterator[tuple[str, _Vector]]:
        keys = list(texts)
        for some in (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE)):
            marks = ",".join("?" * len(some))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608  question marks only
            for key, vector in database.execute(query, some):
                if len(vector) == _BYTES * self._width:
                    yield texts[key], np.frombuffer(vector, np.float32)

    def add(self, vectors: Mapping[str, _Vector]) -> None:
        """Keep these too."""
        if not vectors:
            return
        rows = [(_key(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._opened() as database, database:
                (number,) = database.execute("SELECT count(*) FROM vectors").fetchone()
                if number + len(rows) > MOST:
                    database.execute("DELETE FROM vectors")
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except (OSError, sqlite3.Error) as error:
            self._complain(error)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as database:
            database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")
            yield database

    def _complain(self, error: Exception) -> None:
        _log.warning("The cache %s is left out (%s); if that goes on, delete it", self._path, error)


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
