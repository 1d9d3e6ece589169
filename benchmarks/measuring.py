"""What all benchmarks share: samples and their medians, words for durations, progress, and the last line."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import click

#: Seconds of silence before the first line of progress, and between two.
PROGRESS_EVERY = 1.0


@dataclass
class Samples:
    """Durations in seconds of the same things, measured at several sizes."""

    _seconds: defaultdict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def timed(self, name: str, size: int, repeated: int = 1) -> Iterator[None]:
        """A sample of how long the block takes, divided by how often it repeats what is measured."""
        started = time.perf_counter()
        yield
        self._seconds[name, size].append((time.perf_counter() - started) / repeated)

    def median(self, name: str, size: int) -> float:
        """Seconds. Raises statistics.StatisticsError where there is no sample."""
        return median(self._seconds[name, size])

    def medians(self, name: str, sizes: Sequence[int]) -> dict[int, float]:
        """The median of each size."""
        return {size: self.median(name, size) for size in sizes}


def ratios(medians: Mapping[int, float]) -> dict[int, float]:
    """How many times as long as at the smallest size it takes at each other size."""
    smallest = min(medians)
    return {size: value / medians[smallest] for size, value in medians.items() if size != smallest}


def duration(seconds: float) -> str:
    """Two significant digits in a unit that fits: ``2.1 µs``, ``34 ms``, ``1.2 s``."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1 or unit == "µs":
            return f"{_rounded(seconds * factor)} {unit}"
    raise AssertionError(seconds)


def sentence(what: str, medians: Mapping[int, float], unit: str) -> str:
    """``What takes 2.1 µs with 10 events; 2.2 µs with 1,000 (1.0 times as long)``."""
    smallest = min(medians)
    rest = [
        f"{duration(medians[size])} with {size:,} ({_rounded(ratio)} times as long)"
        for size, ratio in ratios(medians).items()
    ]
    return "; ".join([f"{what} takes {duration(medians[smallest])} with {smallest:,} {unit}", *rest]) + "."


def _rounded(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


class Progress:
    """Says on standard error how far a benchmark is, at most once a second, and nothing in its first second."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def at(self, words: str) -> None:
        """Tells where we are now."""
        if time.monotonic() - self._said > PROGRESS_EVERY:
            self._said = time.monotonic()
            click.echo(f"{words} ...", err=True)


def last_line(result: Mapping[str, Any]) -> None:
    """Prints the result as the one JSON object that a program reads. Fractions have four significant digits."""
    click.echo(json.dumps(_shortened(result), ensure_ascii=False))


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value
