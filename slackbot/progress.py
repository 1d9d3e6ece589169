"""How far long work has come. Who does it says so; it is shown where somebody watches, and goes unheard elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TextIO

#: Seconds between two drawings at a terminal, and between two lines elsewhere.
DRAWN_EVERY, TOLD_EVERY = 0.5, 10.0


@dataclass(frozen=True)
class Step:
    """What is being done: ``done`` of ``of``, where that can be counted, since the clock stood at ``since``."""

    what: str
    done: int = 0
    of: int = 0
    since: float = 0.0

    def words(self, now: float) -> str:
        """``Reading sentences: 1,200 of 9,000, 14 s``."""
        counted = f": {self.done:,} of {self.of:,}" if self.of else ""
        return f"{self.what}{counted}, {now - self.since:.0f} s"


_watcher: ContextVar[Callable[[str, int, int], None] | None] = ContextVar("watcher", default=None)


def reached(what: str, done: int = 0, of: int = 0) -> None:
    """Says what is being done now; an empty ``what``: nothing more. Costs next to nothing where nobody watches."""
    if (watcher := _watcher.get()) is not None:
        watcher(what, done, of)


@contextmanager
def shown_on(stream: TextIO | None = None) -> Iterator[None]:
    """Shows on the stream (standard error) what is reached meanwhile: in one line that is drawn again and again at a
    terminal, elsewhere in a line for each thing that is begun and one now and then.
    """
    stream = stream or sys.stderr
    shown = _AtTerminal(stream) if stream.isatty() else _Lines(stream)
    token = _watcher.set(shown.reached)
    try:
        yield
    finally:
        _watcher.reset(token)
        shown.reached("", 0, 0)
        shown.close()


class _Lines:
    """Plain lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._what, self._since, self._told = stream, "", 0.0, 0.0

    def reached(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._since = what, now
        elif now - self._told < TOLD_EVERY:
            return
        self._told = now
        if what:
            print(Step(what, done, of, self._since).words(now), file=self._stream, flush=True)

    def close(self) -> None:
        pass


class _AtTerminal:
    """One line that a thread draws, so that the seconds go on where what is done can't be counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._step, self._width = stream, Step(""), 0
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._draw_on, name="showing progress", daemon=True)
        self._thread.start()

    def reached(self, what: str, done: int, of: int) -> None:
        since = self._step.since if what == self._step.what else time.monotonic()
        self._step = Step(what, done, of, since)
        if not what:
            self._draw("")  # before anybody else writes a line

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _draw_on(self) -> None:
        while not self._over.wait(DRAWN_EVERY):
            with self._lock:
                step = self._step
                if step.what:
                    self._write(step.words(time.monotonic()))

    def _draw(self, line: str) -> None:
        with self._lock:
            self._write(line)

    def _write(self, line: str) -> None:
        if line or self._width:
            self._stream.write(f"\r{line:<{self._width}}" + ("" if line else "\r"))
            self._stream.flush()
        self._width = len(line)
