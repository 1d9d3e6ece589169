"""A picture of which intents are taken for which: rows are what examples are, columns what they were taken for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

#: More intents than this can't be read in one picture: then those that were confused most often are shown.
MOST = 100

#: From so many on, the way from a cell to its names is long: they stand on all four sides.
_MANY = 30

#: Longer names are cut.
_LONGEST = 50

#: Inches of a cell, and of the space for names, a character.
_CELL, _CHARACTER = 0.26, 0.085
_DOTS = 110


def write_confusion(pairs: Iterable[tuple[str, str]], path: Path) -> None:
    """Writes a PNG of what examples are (the first of each pair) and what they were taken for (the second).

    There is at least one pair. Right ones are blue and wrong ones red, the darker the greater their share of the row;
    cells tell their numbers.
    """
    counts = Counter(pairs)
    names = pictured(counts)
    numbers = np.array([[counts[name, guess] for guess in names] for name in names], dtype=np.int64)
    shown = [short(name) for name in names]
    longest = max(map(len, shown)) * _CHARACTER
    side = len(names) * _CELL
    side += longest * (2 if len(names) >= _MANY else 1)
    figure = Figure(figsize=(side + 1.2, side + 1.2), dpi=_DOTS, layout="constrained")
    axes = figure.add_subplot()
    draw_counts(axes, numbers, shown)
    everything = len({name for pair in counts for name in pair})
    which = f", the {len(names)} most confused of {everything} intents" if everything > len(names) else ""
    title = f"What examples are, and what they were taken for{which}"
    figure.suptitle(title, fontsize=12 if len(names) < _MANY else 20)
    FigureCanvasAgg(figure).print_figure(path, format="png")


def pictured(counts: Counter[tuple[str, str]], at_most: int = MOST) -> list[str]:
    """The names in the order of the alphabet; those that were confused most often where there are more."""
    names = {name for pair in counts for name in pair}
    confused: Counter[str] = Counter()
    for (name, guess), count in counts.items():
        if name != guess:
            confused.update({name: count, guess: count})
    most = sorted(names, key=lambda name: (-confused[name], name))[:at_most]
    return sorted(most, key=lambda name: (name.lower(), name))


def draw_counts(axes: Axes, numbers: NDArray[np.int64], names: Sequence[str]) -> None:
    """Draws a square of counts: its diagonal blue, the rest red, the darker the greater its share of the row."""
    shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1)
    right = np.eye(len(names), dtype=bool)
    # A single mistake among many examples must be seen too.
    axes.imshow(np.where(right | (numbers == 0), np.nan, np.sqrt(shares)), cmap="Reds", vmin=0, vmax=1)
    axes.imshow(np.where(right, shares, np.nan), cmap="Blues", vmin=0, vmax=1.2)
    for row, column in zip(*np.nonzero(numbers), strict=True):
        dark = shares[row, column] > (0.6 if row == column else 0.35)
        colour = "white" if dark else "black"
        axes.text(column, row, str(numbers[row, column]), ha="center", va="center", fontsize=8, color=colour)
    _label(axes, names)


def _label(axes: Axes, names: Sequence[str]) -> None:
    places = range(len(names))
    axes.set_xticks(places, names, rotation=90, fontsize=9)
    axes.set_yticks(places, names, fontsize=9)
    axes.set_xlabel("taken for", fontsize=12)
    axes.set_ylabel("is", fontsize=12)
    if len(names) >= _MANY:
        axes.tick_params(labeltop=True, labelright=True, top=True, right=True)
    # Lines between the cells, every fifth a darker one, lead the eye from a cell to its names.
    for edge in range(len(names) + 1):
        colour = "#b0b0b0" if edge % 5 == 0 else "#e4e4e4"
        axes.axhline(edge - 0.5, color=colour, linewidth=0.6, zorder=0.5)
        axes.axvline(edge - 0.5, color=colour, linewidth=0.6, zorder=0.5)


def short(name: str) -> str:
    """The name, cut if it is long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
