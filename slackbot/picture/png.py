"""Draws a story picture as a PNG: shapes tell what colours tell, and the letters are large enough for a phone."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path as FilePath

from PIL import Image, ImageDraw, ImageFont

from slackbot.picture.graph import OWN, Role
from slackbot.picture.layout import DETAIL, ENDS, ROW, WIDTH, Box, Drawing, Line, Point, Row, details
from slackbot.picture.steps import Kind, State

#: Dots for each pixel of the layout, and as many as fit into what Slack shows.
_SCALE, _MOST_DOTS = 2.0, 16_000
_LABEL, _SMALL, _LEAST = 16, 13, 11
_INK, _MUTED, _WRONG, _CHANGED, _BRANCH = "#1d1c1d", "#5c5f66", "#a3182b", "#7a4b00", "#00655b"
_FILL = {Kind.USER: "#d6e6fb", Kind.ACTION: "#dff2d8", Kind.FORM: "#efe2fa", Kind.RULE: "#fff0c9"}
_PALE = {Kind.USER: "#eef4fc", Kind.ACTION: "#f1f8ee", Kind.FORM: "#f7f1fc", Kind.RULE: "#fff8e6"}
_EDGE = {Kind.USER: "#2c5aa0", Kind.ACTION: "#3c7a26", Kind.FORM: "#6b3fa0", Kind.RULE: "#8a6100"}
_SIDE = 6.0  # pixels between a box's side and its rows
_LEGEND = 22.0
_CJK = ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "Arial Unicode.ttf", "PingFang.ttc")


def png_of(drawing: Drawing, title: str, note: str = "") -> bytes:
    """The picture, with a title above it and what the signs mean below."""
    samples = _samples(drawing)
    width = max(drawing.width, WIDTH + 2 * 16)
    columns = max(1, int((width - 32) // 170))
    titles, notes = _wrapped(title, width - 32, _LABEL), _wrapped(note, width - 32, _SMALL)
    top = 14 + 22 * len(titles)
    bottom = 12 + 18 * len(notes) + _LEGEND * math.ceil(len(samples) / columns) + 12
    height = top + drawing.height + bottom
    scale = min(_SCALE, _MOST_DOTS / max(width, height))
    pen = _Pen(width, height, scale)
    for number, line in enumerate(titles):
        pen.text(16, 12 + 22 * number, line, _LABEL, bold=True)
    left = (width - drawing.width) / 2
    pen.shift = left, float(top)
    for edge in sorted(drawing.lines, key=lambda edge: bool(edge.roles & OWN)):
        _draw_line(pen, drawing, edge)
    for box in drawing.boxes:
        for number, row in enumerate(box.rows):
            _draw_row(pen, box, row, first=number == 0)
    pen.shift = 0.0, top + drawing.height + 4
    for number, line in enumerate(notes):
        pen.text(16, 18 * number, line, _SMALL, colour=_MUTED)
    for number, (kind, words) in enumerate(samples):
        x = 16 + (number % columns) * (width - 32) / columns
        _draw_sample(pen, kind, words, x, 18 * len(notes) + 10 + _LEGEND * (number // columns))
    return pen.png()


def _draw_row(pen: _Pen, box: Box, row: Row, *, first: bool) -> None:
    step, own = row.node.step, bool(row.node.roles & OWN)
    x1, y1, x2, y2 = box.x + _SIDE, row.y + 1.5, box.x + WIDTH - _SIDE, row.y + row.height - 1.5
    gone, is_open = step.state is State.TAKEN_BACK, step.state is State.OPEN
    ink = _WRONG if gone else _INK if own else _MUTED
    if not first:
        pen.line([((x1 + x2) / 2, row.y - 2.5), ((x1 + x2) / 2, row.y + 1.5)], ink, 3.0 if own and not gone else 1.5)
    if step.kind in {Kind.START, Kind.MORE}:
        pen.centred((x1 + x2) / 2, y1 + 4, step.label, _SMALL, x2 - x1, colour=_MUTED)
        pen.shape(Kind.MORE, (x1 + 10, y1, x2 - 10, y2), "", _MUTED, 1.0, dashes=(2, 4))
        _draw_details(pen, row, (x1 + x2) / 2, x2 - x1 - 30)
        return
    fill = "#ffffff" if is_open else "#fdeeee" if gone else (_FILL if own else _PALE)[step.kind]
    edge = _WRONG if gone else _BRANCH if row.node.roles == {Role.BRANCH} else _EDGE[step.kind]
    dashes = (7, 4) if is_open else (2, 3) if gone else None
    pen.shape(step.kind, (x1, y1, x2, y2), fill, edge, 2.6 if own else 1.2, dashes=dashes)
    sign = "? " if is_open else "✗ " if gone else "✎ " if step.instead_of else ""
    middle, room = (x1 + x2) / 2, x2 - x1 - 22
    pen.centred(middle, row.y + 5, sign + step.label, _LABEL, room, colour=ink, bold=own, struck=gone)
    _draw_details(pen, row, middle, room)


def _draw_details(pen: _Pen, row: Row, middle: float, room: float) -> None:
    step, own = row.node.step, bool(row.node.roles & OWN)
    for number, line in enumerate(details(row.node)):
        colour = _CHANGED if line.startswith("instead of ") and step.instead_of else _MUTED
        bold = colour == _CHANGED or (line.startswith(ENDS) and own)
        pen.centred(middle, row.y + ROW - 4 + DETAIL * number, line, _SMALL, room, colour=colour, bold=bold)


def _draw_line(pen: _Pen, drawing: Drawing, line: Line) -> None:
    colour, width, dashes = _stroke(drawing, line)
    points = _curved(line.points)
    pen.line(points, colour, width, dashes=dashes)
    (x1, y1), (x2, y2) = points[-4], points[-1]
    angle, reach = math.atan2(y2 - y1, x2 - x1), 6 + width
    wings = [(x2 - reach * math.cos(angle + turn), y2 - reach * math.sin(angle + turn)) for turn in (0.45, -0.45)]
    pen.polygon([(x2, y2), *wings], colour)
    if line.mark:
        x, y = points[len(points) // 2]
        pen.text(x + 8, y - 9, line.mark, _LABEL, bold=True)


def _stroke(drawing: Drawing, line: Line) -> tuple[str, float, tuple[int, int] | None]:
    state = drawing.boxes[line.end].rows[0].node.step.state
    if Role.CURRENT in line.roles:
        return _INK, 3.6, (7, 5) if state is State.OPEN else None
    if Role.EARLIER in line.roles:
        return _INK, 2.4, None
    if Role.TAKEN_BACK in line.roles:
        return _WRONG, 2.2, (2, 4)
    if Role.BRANCH in line.roles:
        return _BRANCH, 2.8, (12, 4)
    return "#9a9da3", 1.5, None


def _curved(points: Sequence[Point]) -> list[Point]:
    """Points of a smooth line that leaves and arrives downwards."""
    found: list[Point] = []
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        for number in range(13):
            t = number / 12
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            found.append(((a + b) * x1 + (c + d) * x2, a * y1 + (b + c) * middle + d * y2))
    return found


def _samples(drawing: Drawing) -> list[tuple[str, str]]:
    """The signs that the picture uses, and what they mean."""
    steps = [row.node for box in drawing.boxes for row in box.rows]
    kinds = {node.step.kind for node in steps}
    states = {node.step.state for node in steps}
    roles = {role for line in drawing.lines for role in line.roles}
    shown = [
        ("user", "the user says", Kind.USER in kinds),
        ("action", "the assistant does", Kind.ACTION in kinds),
        ("form", "a form asks", Kind.FORM in kinds),
        ("rule", "a rule begins", Kind.RULE in kinds),
        ("path", "this conversation", bool(roles & {Role.CURRENT, Role.EARLIER})),
        ("story", "other stories", bool(roles & {Role.STORY, Role.TAUGHT})),
        ("branch", "a branch of it", Role.BRANCH in roles),
        ("open", "not decided yet", State.OPEN in states),
        ("gone", "taken back", State.TAKEN_BACK in states),
        ("changed", "corrected", any(node.step.instead_of for node in steps)),
    ]
    return [(kind, words) for kind, words, is_used in shown if is_used]


def _draw_sample(pen: _Pen, kind: str, words: str, x: float, y: float) -> None:
    area = x, y, x + 34, y + 15
    if kind in {"user", "action", "form", "rule"}:
        pen.shape(Kind(kind), area, _FILL[Kind(kind)], _EDGE[Kind(kind)], 1.6)
    elif kind == "open":
        pen.shape(Kind.ACTION, area, "#ffffff", _INK, 1.6, dashes=(5, 3))
        pen.centred(x + 17, y - 1, "?", _SMALL, 30, bold=True)
    elif kind == "gone":
        pen.shape(Kind.ACTION, area, "#fdeeee", _WRONG, 1.6, dashes=(2, 3))
        pen.centred(x + 17, y - 1, "✗", _SMALL, 30, colour=_WRONG, bold=True)
    elif kind == "changed":
        pen.centred(x + 17, y - 1, "✎", _SMALL, 30, colour=_CHANGED, bold=True)
    else:
        colour, width, dashes = {
            "path": (_INK, 3.6, None),
            "story": ("#9a9da3", 1.5, None),
            "branch": (_BRANCH, 2.8, (12, 4)),
        }[kind]
        pen.line([(x, y + 8), (x + 34, y + 8)], colour, width, dashes=dashes)
    pen.text(x + 42, y - 1, words, _SMALL, colour=_INK)


@dataclass(frozen=True)
class _Letters:
    """A font of a size, and another for letters that it lacks."""

    font: ImageFont.FreeTypeFont
    other: ImageFont.FreeTypeFont | None

    def for_text(self, text: str) -> ImageFont.FreeTypeFont:
        if self.other is None or all(ord(letter) < 0x2E80 for letter in text):
            return self.font
        return self.other


@cache
def _letters(size: int, *, bold: bool) -> _Letters:
    """The font that comes with matplotlib, which has no Chinese, Japanese or Korean; for those the system's."""
    spec = find_spec("matplotlib")
    folder = FilePath((spec.submodule_search_locations or [""])[0] if spec else "") / "mpl-data" / "fonts" / "ttf"
    font = ImageFont.truetype(str(folder / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")), size)
    return _Letters(font, _system_font(size))


@cache
def _system_font(size: int) -> ImageFont.FreeTypeFont | None:
    for name in _CJK:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None


def _wrapped(text: str, width: float, size: int) -> list[str]:
    """The text in lines of this many pixels at most, but for words that are longer."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _letters(size, bold=True).for_text(longer).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class _Pen:
    """Draws with lengths in pixels of the layout."""

    def __init__(self, width: float, height: float, scale: float) -> None:
        self._scale = scale
        self._image = Image.new("RGB", (round(width * scale), round(height * scale)), "#ffffff")
        self._draw = ImageDraw.Draw(self._image)
        self.shift: Point = (0.0, 0.0)

    def png(self) -> bytes:
        """The picture."""
        # Few colours are used; a palette keeps the file small.
        file = io.BytesIO()
        self._image.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()

    def _at(self, point: Point) -> Point:
        return (point[0] + self.shift[0]) * self._scale, (point[1] + self.shift[1]) * self._scale

    def line(
        self, points: Sequence[Point], colour: str, width: float, *, dashes: tuple[int, int] | None = None
    ) -> None:
        """A line through the points. ``dashes``: pixels drawn, pixels left out."""
        for piece in _dashed(points, dashes) if dashes else [points]:
            self._draw.line(
                [self._at(point) for point in piece], colour, max(1, round(width * self._scale)), joint="curve"
            )

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        """A filled one."""
        self._draw.polygon([self._at(point) for point in points], fill=colour)

    def shape(
        self,
        kind: Kind,
        area: tuple[float, float, float, float],
        fill: str,
        edge: str,
        width: float,
        *,
        dashes: tuple[int, int] | None = None,
    ) -> None:
        """What the user says is round, an action has corners, a form has two lines, a rule is pointed."""
        outline = _outline(kind, area)
        if fill:
            self.polygon(outline, fill)
        self.line([*outline, outline[0], outline[1]], edge, width, dashes=dashes)
        if kind is Kind.FORM:
            x1, y1, x2, y2 = area
            for x in (x1 + 5, x2 - 5):
                self.line([(x, y1), (x, y2)], edge, max(width / 2, 1.0))

    def text(self, x: float, y: float, words: str, size: int, *, colour: str = _INK, bold: bool = False) -> None:
        """A line of words that begins there."""
        font = _letters(round(size * self._scale), bold=bold).for_text(words)
        self._draw.text(self._at((x, y)), _plain(words), fill=colour, font=font)

    def centred(
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        room: float,
        *,
        colour: str = _INK,
        bold: bool = False,
        struck: bool = False,
    ) -> None:
        """A line of words around ``x``, in smaller letters where it needs more room, and cut where that doesn't do."""
        words = _plain(words)
        for smaller in range(size, _LEAST - 1, -1):
            font = _letters(round(smaller * self._scale), bold=bold).for_text(words)
            long = font.getlength(words) / self._scale
            if long <= room:
                break
        while long > room and len(words) > 1:
            words = f"{words[: -2 - len(words) // 12].rstrip()}…"
            long = font.getlength(words) / self._scale
        y += (size - smaller) * 0.6
        self._draw.text(self._at((x - long / 2, y)), words, fill=colour, font=font)
        if struck:
            self.line([(x - long / 2, y + smaller * 0.66), (x + long / 2, y + smaller * 0.66)], colour, 1.4)


def _outline(kind: Kind, area: tuple[float, float, float, float]) -> list[Point]:
    x1, y1, x2, y2 = area
    if kind is Kind.RULE:
        point = min(12.0, (y2 - y1) / 2)
        middle = (y1 + y2) / 2
        return [(x1 + point, y1), (x2 - point, y1), (x2, middle), (x2 - point, y2), (x1 + point, y2), (x1, middle)]
    radius = {Kind.USER: min(15.0, (y2 - y1) / 2), Kind.MORE: 8.0}.get(kind, 2.0)
    corners = [(x2 - radius, y1 + radius, -90), (x2 - radius, y2 - radius, 0)]
    corners += [(x1 + radius, y2 - radius, 90), (x1 + radius, y1 + radius, 180)]
    return [
        (x + radius * math.cos(math.radians(start + turn)), y + radius * math.sin(math.radians(start + turn)))
        for x, y, start in corners
        for turn in range(0, 91, 15)
    ]


def _dashed(points: Sequence[Point], dashes: tuple[int, int]) -> list[list[Point]]:
    """The pieces of a line that are drawn."""
    pieces: list[list[Point]] = [[points[0]]]
    number, left = 0, float(dashes[0])
    for (x1, y1), (x2, y2) in pairwise(points):
        gone, length = 0.0, math.hypot(x2 - x1, y2 - y1)
        while length - gone > left:
            gone += left
            place = x1 + (x2 - x1) * gone / length, y1 + (y2 - y1) * gone / length
            if number % 2 == 0:
                pieces[-1].append(place)
            else:
                pieces.append([place])
            number, left = number + 1, float(dashes[(number + 1) % 2])
        left -= length - gone
        if number % 2 == 0:
            pieces[-1].append((x2, y2))
    return [piece for piece in pieces if len(piece) > 1]


def _plain(text: str) -> str:
    """The text on one line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
