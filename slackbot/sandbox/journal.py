"""A file of keys and values that only grows, so that a process killed at any moment leaves a readable one."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from slackbot.errors import FileError

log = logging.getLogger(__name__)

Key = tuple[str, ...]
Entries = Iterable[tuple[Key, Any]]

#: The file is written anew when it has grown by this many bytes and by more than it then held.
REWRITE_AFTER = 8_000_000


class Journal:
    """One JSON line ``[key, value]`` a change; the last line of a key counts, null removes it.

    A line is with the operating system when `put` returns: it outlives the process, though not the machine's power.
    `everything` gives all that is to be kept, for when the file is written anew.
    """

    def __init__(self, path: Path, everything: Callable[[], Entries]) -> None:
        self._path, self._everything = path, everything
        self._file = -1
        self._held = self._grown = 0

    def start(self) -> None:
        """Write the file anew and go on from there."""
        self._rewrite()

    def put(self, key: Key, value: Any) -> None:
        """Append a change. A disk that takes no more is logged, and everything is written once it does again."""
        if self._file < 0:
            return
        line = _line(key, value)
        try:
            if self._grown > max(REWRITE_AFTER, self._held):
                self._rewrite()  # which holds this change already
                return
            self._write(line)
        except OSError as error:
            log.warning("%s can't be written (%s); what is new is lost when this ends", self._path, error.strerror)
            self._grown = self._held + REWRITE_AFTER + 1  # with the next change, try all of it

    def close(self) -> None:
        """Write nothing more."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _write(self, line: bytes) -> None:
        written = os.write(self._file, line)
        if written < len(line):
            raise OSError(28, "no space left on device")
        self._grown += written

    def _rewrite(self) -> None:
        text = b"".join(_line(key, value) for key, value in self._everything())
        replace_file(self._path, text)
        self.close()
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._held, self._grown = len(text), 0


def read_journal(path: Path) -> dict[Key, Any]:
    """What a journal says, by key; empty where there is none. FileError where it is damaged, and not at its end."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    found: dict[Key, Any] = {}
    damaged: int | None = None
    for number, line in enumerate(lines, start=1):
        entry = _entry(line)
        if entry is None:
            damaged = damaged or number  # a line that a crash cut off, if nothing follows
        elif damaged is not None:
            raise FileError(path, damaged, "is damaged", "forget the workspace with: storythread demo --fresh")
        elif entry[1] is None:
            found.pop(entry[0], None)
        else:
            found[entry[0]] = entry[1]
    return found


def replace_file(path: Path, content: bytes) -> None:
    """Write a file of our own that is there in full or not at all."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _line(key: Key, value: Any) -> bytes:
    return json.dumps([key, value], separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass") + b"\n"


def _entry(line: bytes) -> tuple[Key, Any] | None:
    try:
        key, value = json.loads(line)
        return tuple(key), value
    except (ValueError, TypeError):
        return None
