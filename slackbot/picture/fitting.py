"""Fits a story picture to a phone: as many neighbours as have room beside the conversation, a long one in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from slackbot.picture.graph import Path
from slackbot.picture.layout import ACROSS, DOWN, MARGIN, PAD, WIDTH, Drawing, Line, laid_out
from slackbot.picture.neighbours import PHONE, Neighbourhood, neighbourhood

#: Pixels of the layout. A wider picture has letters that a phone's screen shows too small.
_WIDEST, _WIDEST_IN_COLUMNS, _TALLEST = 1130.0, 840.0, 1500.0
#: Stories and branches that are drawn, from the most to the least.
_FEWER = ((3, 2), (2, 2), (1, 2), (1, 1), (0, 1))


def fitted(paths: Sequence[Path]) -> tuple[Drawing, Neighbourhood]:
    """The picture, and what it leaves out. Wrong turns are drawn even if that makes it wider."""
    for stories, branches in _FEWER:
        near = neighbourhood(paths, replace(PHONE, stories=stories, branches=branches))
        drawing = laid_out(near.graph)
        if drawing.width <= (_WIDEST if drawing.height <= _TALLEST else _WIDEST_IN_COLUMNS):
            break
    return in_columns(drawing, _TALLEST), near


def in_columns(drawing: Drawing, tallest: float) -> Drawing:
    """The drawing cut into columns beside each other where a single line leads down, and it would be too tall."""
    column_of = _columns(drawing, tallest)
    if not any(column_of):
        return drawing
    shifts, left = [], 0.0
    for column in range(max(column_of) + 1):
        inside = [box for box, its in zip(drawing.boxes, column_of, strict=True) if its == column]
        shifts.append((left + MARGIN - min(box.x for box in inside), MARGIN + DOWN - min(box.y for box in inside)))
        left += max(box.x for box in inside) - min(box.x for box in inside) + WIDTH + 2 * ACROSS
    boxes = []
    for box, column in zip(drawing.boxes, column_of, strict=True):
        dx, dy = shifts[column]
        rows = tuple(replace(row, y=row.y + dy) for row in box.rows)
        boxes.append(replace(box, x=box.x + dx, y=box.y + dy, rows=rows))
    moved = replace(drawing, boxes=tuple(boxes))
    lines = tuple(piece for line in drawing.lines for piece in _pieces(moved, line, column_of, shifts))
    bottom = max(box.y + box.height for box in boxes) + DOWN
    return Drawing(tuple(boxes), lines, left - ACROSS + MARGIN, bottom + MARGIN)


def _columns(drawing: Drawing, tallest: float) -> list[int]:
    """The column of each box: a new one begins where one would be too tall and only one line leads there."""
    tops = sorted({box.y for box in drawing.boxes})
    ends = [(drawing.boxes[line.start].y, drawing.boxes[line.end].y) for line in drawing.lines]
    column, begun, found = 0, tops[0], {}
    for place, top in enumerate(tops):
        following = tops[place + 1] if place + 1 < len(tops) else drawing.height
        is_single = sum(start < top <= end for start, end in ends) == 1
        if is_single and following - begun > tallest and top > begun:
            column, begun = column + 1, top
        found[top] = column
    return [found[box.y] for box in drawing.boxes]


def _pieces(
    drawing: Drawing, line: Line, column_of: Sequence[int], shifts: Sequence[tuple[float, float]]
) -> list[Line]:
    start, end = drawing.boxes[line.start], drawing.boxes[line.end]
    first, last = column_of[line.start], column_of[line.end]
    if first == last:
        dx, dy = shifts[first]
        return [replace(line, points=tuple((x + dx, y + dy) for x, y in line.points))]
    mark = chr(ord("A") + (last - 1) % 26)
    bottom, top = start.y + start.height - PAD, end.y + PAD
    middle, other = start.x + WIDTH / 2, end.x + WIDTH / 2
    out = replace(line, points=((middle, bottom), (middle, bottom + DOWN)), mark=mark)
    return [out, replace(line, points=((other, top - DOWN), (other, top)), mark=mark)]
