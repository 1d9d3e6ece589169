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

#: Seconds between two drawings at a terminal.
DRAWN_EVERY = 0.5
#: Seconds that something takes before there is a line of it elsewhere, and between two lines of it.
TOLD_AFTER, TOLD_EVERY = 1.0, 10.0


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
    terminal, elsewhere in a line for each thing that takes long and one now and then.
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


class _Shown:
    """A thread looks at what is being done, so that the seconds go on where it can't be counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._step = stream, Step("")
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="showing progress", daemon=True)
        self._thread.start()

    def reached(self, what: str, done: int, of: int) -> None:
        since = self._step.since if what == self._step.what else time.monotonic()
        with self._lock:
            self._step = Step(what, done, of, since)
            if not what:
                self._cleared()  # before anybody else writes a line

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(DRAWN_EVERY):
            with self._lock:
                if self._step.what:
                    self._look(self._step, time.monotonic())

    def _look(self, step: Step, now: float) -> None:
        raise NotImplementedError

    def _cleared(self) -> None:
        """Nothing is being done any more."""


class _Lines(_Shown):
    """Plain lines, of what takes longer than a moment."""

    def __init__(self, stream: TextIO) -> None:
        self._told_of, self._told = "", 0.0
        super().__init__(stream)

    def _look(self, step: Step, now: float) -> None:
        quiet_since = self._told if step.what == self._told_of else step.since
        if now - quiet_since >= (TOLD_EVERY if step.what == self._told_of else TOLD_AFTER):
            self._told_of, self._told = step.what, now
            print(step.words(now), file=self._stream, flush=True)


class _AtTerminal(_Shown):
    """One line."""

    def __init__(self, stream: TextIO) -> None:
        self._width = 0
        super().__init__(stream)

    def _look(self, step: Step, now: float) -> None:
        self._write(step.words(now))

    def _cleared(self) -> None:
        self._write("")

    def _write(self, line: str) -> None:
        if line or self._width:
            self._stream.write(f"\r{line:<{self._width}}" + ("" if line else "\r"))
            self._stream.flush()
        self._width = len(line)
