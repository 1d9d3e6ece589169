"""JSON that is written once: events as the log has them are cut out of it and put into answers as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from slackbot.dialogue.events import Event


class Raw:
    """JSON that is written already, in UTF-8, in parts: long ones are put together once, at the end."""

    __slots__ = ("parts",)

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    def __bytes__(self) -> bytes:
        """All of it."""
        return b"".join(self.parts)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


def written(answer: Mapping[str, Any]) -> Raw:
    """An object as JSON, in its order; values that are JSON already go in as they are."""
    parts = [b"{"]
    for is_raw, pairs in groupby(answer.items(), key=lambda pair: isinstance(pair[1], Raw)):
        if is_raw:
            for key, value in pairs:
                parts += [_encode(key).encode(), b":", *value.parts, b","]
        else:
            parts += [_encode(dict(pairs))[1:-1].encode(), b","]
    return Raw(*parts[: max(len(parts) - 1, 1)], b"}")


def event_text(event: Event) -> str:
    """An event's JSON as the log has it."""
    return _encode(event.as_dict())


class WrittenLog:
    """The JSON of a log's events, one behind the other with commas between them. It only grows."""

    def __init__(self) -> None:
        self._joined = bytearray()
        self._ends: list[int] = []

    def __len__(self) -> int:
        """The number of its events."""
        return len(self._ends)

    def extend(self, texts: Iterable[str]) -> None:
        """Takes the next events."""
        for text in texts:
            if self._ends:
                self._joined += b","
            self._joined += text.encode()
            self._ends.append(len(self._joined))

    def cut(self, start: int, stop: int) -> bytes:
        """The events from position ``start`` up to ``stop``, with commas between them; empty where there are none."""
        if start >= stop:
            return b""
        begin = self._ends[start - 1] + 1 if start else 0
        return bytes(memoryview(self._joined)[begin : self._ends[stop - 1]])
