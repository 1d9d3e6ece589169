"""A bounded log with increasing ids that several windows follow, each from where it stopped."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

#: Ids of one run of the program are above those of every earlier one, so that an old window finds out.
_IDS_A_SECOND = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One item of a feed. What is in it is never changed."""

    id: int
    item: Any


class Feed:
    """Holds the last `keep` items."""

    def __init__(self, keep: int) -> None:
        self.last_id = int(time.time()) * _IDS_A_SECOND
        self.closed = False
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._news = asyncio.Event()

    def put(self, item: Any) -> None:
        """Append an item and wake whoever follows."""
        self.last_id += 1
        self._entries.append(Entry(self.last_id, item))
        self._wake()

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._wake()

    def reaches_back_to(self, seen: int) -> bool:
        """Whether nothing is missing after `seen`."""
        oldest = self._entries[0].id if self._entries else self.last_id + 1
        return oldest - 1 <= seen <= self.last_id

    async def after(self, seen: int, bound: float) -> list[Entry]:
        """The entries after `seen`, waiting at most `bound` seconds for one; empty if none came or it closed."""
        if self.last_id <= seen and not self.closed:
            try:
                async with asyncio.timeout(bound):
                    await self._news.wait()
            except TimeoutError:
                return []
        return [entry for entry in self._entries if entry.id > seen]

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
