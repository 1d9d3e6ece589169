"""The last of what happened, in order, for tests to look at and for pages to follow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Records(Generic[T]):
    """Keeps the last `keep` records (None: all), and tells listeners of each that is added or changed."""

    def __init__(self, keep: int | None = None) -> None:
        self._kept: deque[T] = deque(maxlen=keep)
        self._listeners: list[Callable[[T], None]] = []

    def listen(self, listener: Callable[[T], None]) -> None:
        """Call `listener` at once, synchronously, with every record that is added or has changed."""
        self._listeners.append(listener)

    def add(self, record: T) -> None:
        """Append a record."""
        self._kept.append(record)
        self.tell(record)

    def tell(self, record: T) -> None:
        """Say that a record has changed."""
        for listener in self._listeners:
            listener(record)

    def all(self) -> list[T]:
        """Those that are kept, oldest first."""
        return list(self._kept)
