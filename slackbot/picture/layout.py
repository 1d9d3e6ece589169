"""Where everything of a graph goes: turns as boxes, ranked by a layout library. Lengths are pixels of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fast_sugiyama import from_edges

from slackbot.picture.graph import OWN, Graph, Node, Role
from slackbot.picture.steps import Kind

WIDTH, ROW, DETAIL, PAD, ACROSS, DOWN, MARGIN = 252.0, 30.0, 19.0, 7.0, 24.0, 34.0, 16.0
#: What the library puts between neighbours.
_UNIT = 72.0
#: Edges from which it is asked for a layout that is less tidy, and ready in a tenth of the time.
_MANY = 400
#: Before the names of the stories that end somewhere.
ENDS = "■"
#: What people have said, and whose details are therefore words.
SAID = OWN | {Role.BRANCH}
Point = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """A step in a box."""

    node: Node
    #: From the picture's top.
    y: float
    height: float


@dataclass(frozen=True)
class Box:
    """Steps that follow on each other without a choice: a turn, or a part of one."""

    rows: tuple[Row, ...]
    #: Of its left upper corner.
    x: float
    y: float
    height: float

    @property
    def roles(self) -> frozenset[Role]:
        """What it is a part of."""
        return self.rows[0].node.roles


@dataclass(frozen=True)
class Line:
    """From a box to another, down through points."""

    start: int
    end: int
    points: tuple[Point, ...]
    roles: frozenset[Role]
    #: Equal for the two pieces of a line that goes on in another column.
    mark: str = ""


@dataclass(frozen=True)
class Drawing:
    """A graph with its places."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def laid_out(graph: Graph) -> Drawing:
    """The graph as boxes and lines, the beginnings at the top. A step of a path is never above the one before."""
    turns = turns_of(graph)
    turn_of = {node: number for number, nodes in enumerate(turns) for node in nodes}
    edges = {
        (turn_of[start], turn_of[end]): roles
        for (start, end), roles in graph.edges.items()
        if turn_of[start] != turn_of[end]
    }
    heights = [2 * PAD + sum(map(row_height, (graph.nodes[node] for node in nodes))) for nodes in turns]
    spots = _spots(len(turns), edges)
    tops = _tops(spots.ranks, heights)
    boxes = []
    for number, nodes in enumerate(turns):
        top = tops[spots.ranks[number]]
        boxes.append(Box(_rows(graph, nodes, top + PAD), spots.columns[number] - WIDTH / 2, top, heights[number]))
    lines = []
    for (start, end), roles in edges.items():
        points = [(spots.columns[start], boxes[start].y + boxes[start].height - PAD)]
        for x, rank in spots.bends.get((start, end), ()):
            points += [(x, tops[rank]), (x, tops[rank + 1] - DOWN)]
        lines.append(Line(start, end, (*points, (spots.columns[end], boxes[end].y + PAD)), roles))
    right = max([*(box.x + WIDTH for box in boxes), *(x for line in lines for x, _ in line.points)])
    return Drawing(tuple(boxes), tuple(lines), right + MARGIN, tops[-1] - DOWN + MARGIN)


def _rows(graph: Graph, nodes: Sequence[int], y: float) -> tuple[Row, ...]:
    rows = []
    for place in nodes:
        node = graph.nodes[place]
        rows.append(Row(node, y, row_height(node)))
        y += rows[-1].height
    return tuple(rows)


def _tops(ranks: Sequence[int], heights: Sequence[float]) -> list[float]:
    """Where each rank begins, and after them where one more would."""
    tallest = [0.0] * (max(ranks) + 1)
    for rank, height in zip(ranks, heights, strict=True):
        tallest[rank] = max(tallest[rank], height)
    tops = [MARGIN]
    for height in tallest:
        tops.append(tops[-1] + height + DOWN)
    return tops


def turns_of(graph: Graph) -> list[list[int]]:
    """The nodes in boxes: a step goes into the box of the one before where nothing else leads from there or to it."""
    followers = graph.followers()
    leads_to = [0] * len(graph.nodes)
    for _, end in graph.edges:
        leads_to[end] += 1
    box_of: dict[int, list[int]] = {}
    boxes: list[list[int]] = []
    before = {end: start for start, end in graph.edges}
    for place in range(len(graph.nodes)):
        leader = before.get(place)
        if leader is not None and leads_to[place] == 1 and len(followers[leader]) == 1 and _joins(graph, leader, place):
            box = box_of[leader]
        else:
            box = []
            boxes.append(box)
        box.append(place)
        box_of[place] = box
    return boxes


def _joins(graph: Graph, leader: int, place: int) -> bool:
    before, node = graph.nodes[leader], graph.nodes[place]
    return (
        node.step.kind in {Kind.ACTION, Kind.FORM}
        and before.step.kind in {Kind.USER, Kind.ACTION, Kind.FORM}
        and before.roles == node.roles == graph.edges[leader, place]
        and before.step.state is node.step.state
        and not before.ends
    )


def row_height(node: Node) -> float:
    """Of a step in a box."""
    return ROW + DETAIL * len(details(node))


def details(node: Node) -> list[str]:
    """The smaller lines of a row: what had been suggested, what was said, and which stories end here."""
    step, names = node.step, [name for name in node.ends if name]
    lines = [f"instead of {step.instead_of}"] if step.instead_of else []
    if step.detail and step.kind is not Kind.MORE:
        lines.append(f"“{step.detail}”" if step.kind is Kind.USER and node.roles & SAID else step.detail)
    if names and step.kind is not Kind.MORE:
        lines.append(f"{ENDS} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else ""))
    if node.elsewhere:
        lines.append(f"+{node.elsewhere} more {'story' if node.elsewhere == 1 else 'stories'} from here")
    return lines


@dataclass(frozen=True)
class _Spots:
    """What the library says, by the numbers of the boxes: ranks count from 0 at the top."""

    #: The middle of each box.
    columns: Sequence[float]
    ranks: Sequence[int]
    #: Where an edge over several ranks passes each of those between.
    bends: Mapping[tuple[int, int], Sequence[tuple[float, int]]]


def _spots(number: int, edges: Mapping[tuple[int, int], object]) -> _Spots:
    """Asks the library. Something above all beginnings, which isn't drawn, keeps them together in one layout."""
    led_to = {end for _, end in edges}
    above = [(number, place) for place in range(number) if place not in led_to]
    quick = len(edges) > _MANY
    [(places, _, tall, chains)] = from_edges(
        [*above, *sorted(edges)], ranking_type="up" if quick else None, transpose=False if quick else None
    )
    scale, left = (WIDTH + ACROSS) / _UNIT, min(x for place, (x, _) in places if place != number)
    found = {
        int(place): (MARGIN + WIDTH / 2 + (x - left) * scale, round((tall - y) / _UNIT) - 1) for place, (x, y) in places
    }
    following = {int(start): int(end) for start, end in chains or () if int(start) > number}
    bends = {}
    for start, end in chains or ():
        passed, place = [], int(end)
        while place > number:
            passed.append(found[place])
            place = following[place]
        bends[int(start), place] = passed
    return _Spots([found[place][0] for place in range(number)], [found[place][1] for place in range(number)], bends)
