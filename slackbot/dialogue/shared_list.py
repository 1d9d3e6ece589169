"""A list of which several hold the same beginning, without a copy of it for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar, overload

T = TypeVar("T")


class SharedList(Sequence[T]):
    """A list whose copies cost nothing: all have their items in one store, each up to an end of its own.

    Whoever adds where the store goes on already, because another has added there or because of a cut, gets a store of
    its own then, which costs the list's length. So adding to the latest of many copies, which is what a growing log
    comes to, costs the same however long it is. Not for threads that add at the same time.
    """

    __slots__ = ("_end", "_is_shared", "_store")

    def __init__(self) -> None:
        self._store: list[T] = []
        self._end = 0
        #: Whether others may have the same store.
        self._is_shared = False

    def copy(self) -> SharedList[T]:
        """One that grows on its own."""
        self._is_shared = True
        other = SharedList[T]()
        other._store, other._end, other._is_shared = self._store, self._end, True
        return other

    def append(self, item: T) -> None:
        """Adds an item at the end."""
        if len(self._store) != self._end:
            self._store, self._is_shared = self._store[: self._end], False
        self._store.append(item)
        self._end += 1

    def cut(self, end: int) -> None:
        """Keeps so many of the first items, which are not more than there are."""
        self._end = end
        if not self._is_shared:
            del self._store[end:]

    def __len__(self) -> int:
        return self._end

    def __iter__(self) -> Iterator[T]:
        return islice(self._store, self._end)

    def __reversed__(self) -> Iterator[T]:
        return map(self._store.__getitem__, range(self._end - 1, -1, -1))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._end)
            return self._store[start:stop] if step == 1 else list(self)[index]
        place = index + self._end if index < 0 else index
        if not 0 <= place < self._end:
            raise IndexError(f"there are {self._end} items, and none at {index}")
        return self._store[place]
