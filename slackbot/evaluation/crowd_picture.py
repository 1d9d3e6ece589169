"""A picture of how a crowd does: which intents people take for which, and how right each of them is."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

from slackbot.crowd.agreement import Accuracy
from slackbot.evaluation.confusion import draw_counts, pictured, short

#: As many intents, and people, as can be read.
MOST_INTENTS, MOST_PEOPLE = 25, 40
_CELL, _CHARACTER, _ROW = 0.3, 0.085, 0.28
_DOTS = 110


def crowd_picture(confusion: Counter[tuple[str, str]], people: Sequence[tuple[str, Accuracy]]) -> bytes:
    """A PNG. ``people`` are names, the best first, and what is known of each; either may be empty, but not both."""
    intents = pictured(confusion, MOST_INTENTS)
    shown = people[:MOST_PEOPLE]
    side = len(intents) * _CELL + max(map(len, map(short, intents)), default=0) * _CHARACTER + 1.5
    widths = [width for width in (side if intents else 0, 6.0 if shown else 0) if width]
    height = max(side if intents else 0, len(shown) * _ROW + 1.6, 3.0)
    figure = Figure(figsize=(sum(widths), height), dpi=_DOTS, layout="constrained")
    panels = iter(np.atleast_1d(figure.subplots(1, len(widths), width_ratios=widths)))
    if intents:
        _intents(next(panels), confusion, intents)
    if shown:
        _people(next(panels), shown, len(people))
    picture = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(picture, format="png")
    return picture.getvalue()


def drawable(name: str) -> bool:
    """Whether the picture's font has every letter of it."""
    font = get_font(findfont(FontProperties()))
    return all(font.get_char_index(ord(letter)) for letter in name)


def _intents(axes: Axes, confusion: Mapping[tuple[str, str], int], names: Sequence[str]) -> None:
    numbers = np.array([[confusion.get((agreed, given), 0) for given in names] for agreed in names], dtype=np.int64)
    draw_counts(axes, numbers, [short(name) for name in names])
    axes.set_xlabel("given by people")
    axes.set_ylabel("agreed")
    axes.set_title("Intents: what people gave\nfor what was agreed", fontsize=11)


def _people(axes: Axes, people: Sequence[tuple[str, Accuracy]], everybody: int) -> None:
    shares = np.array([one.right / max(one.votes, 1) for _, one in people])
    bounds = np.array([one.interval for _, one in people])
    places = np.arange(len(people))
    reach = np.clip(np.abs(bounds.T - shares), 0, 1)
    axes.errorbar(shares, places, xerr=reach, fmt="o", color="#1f5fa8", ecolor="#9db8d6", elinewidth=4, capsize=0)
    axes.set_yticks(places, [f"{short(name)}  ({one.votes})" for name, one in people], fontsize=9)
    axes.set_ylim(len(people) - 0.5, -0.5)
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="x", color="#e4e4e4")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    left_out = f"\nthe first {len(people)} of {everybody}" if everybody > len(people) else ""
    axes.set_title(f"Agreed answers given (votes),\nwith 95 % intervals{left_out}", fontsize=11)
