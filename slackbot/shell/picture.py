"""The conversations of the shell as a graph: what they share once, branches apart, what is not agreed on dashed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from fast_sugiyama import from_edges

from slackbot.dialogue.events import ActionExecuted, Event, UserUttered
from slackbot.learning.conversation import Conversation
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import PartKind
from slackbot.learning.turns import standing

Kind = Literal["start", "user", "action"]
_UNSHOWN = {ACTION_LISTEN, "action_session_start"}
#: Pixels.
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN = 190, 40, 220, 70, 20
#: What the layout puts between neighbours.
_UNIT = 72.0
_COLOURS = {"start": "#e8e8e8", "user": "#d5e8fb", "action": "#e3f4d7"}
_LONGEST = 26


@dataclass(frozen=True)
class Node:
    """One step: a message of the user or an action."""

    kind: Kind
    label: str
    #: A second line: the message's text.
    detail: str = ""
    #: False while nobody has agreed on it.
    agreed: bool = True


@dataclass
class Graph:
    """Nodes by what leads to them, and edges between their keys."""

    nodes: dict[str, Node] = field(default_factory=lambda: {"": Node("start", "start")})
    edges: dict[tuple[str, str], bool] = field(default_factory=dict)

    def add(self, steps: Sequence[Node]) -> None:
        """A path from the start. What another path begins with, too, is there once."""
        key = ""
        for step in steps:
            following = f"{key}/{step.kind}:{step.label}"
            known = self.nodes.get(following)
            if known is None or (step.agreed and not known.agreed):
                self.nodes[following] = step
            self.edges[key, following] = self.edges.get((key, following), False) or step.agreed
            key = following


def graph_of(conversations: Sequence[Conversation]) -> Graph:
    """All parts between restarts, and at the end of each conversation what it asks about."""
    graph = Graph()
    for conversation in conversations:
        parts: dict[int, list[Node]] = {}
        last = 0
        for part, _, event in standing(conversation.tracker):
            parts.setdefault(part, []).extend(_node(event))
            last = part
        open_steps = list(_open(conversation)) if conversation.is_open else []
        for part, steps in parts.items():
            graph.add([*steps, *(open_steps if part == last else [])])
    return graph


def _node(event: Event) -> Iterator[Node]:
    if isinstance(event, UserUttered):
        yield Node("user", str(event.intent_name), event.text or "")
    elif isinstance(event, ActionExecuted) and event.action_name not in _UNSHOWN:
        yield Node("action", str(event.action_name or event.action_text))


def _open(conversation: Conversation) -> Iterator[Node]:
    """What the open question says and the log doesn't hold yet."""
    question = conversation.question
    for index, part in enumerate(question.parts if question else ()):
        if question is None or index < question.appended:
            continue
        if part.kind is PartKind.INTENT:
            yield Node("user", part.answer or "?", question.message.text, agreed=False)
        elif part.kind is PartKind.ACTION and part.answer not in _UNSHOWN:
            yield Node("action", part.answer, agreed=False)


def svg_of(graph: Graph) -> str:
    """The graph as a picture of its own size. The layout is a library's."""
    places, width, height = _places(graph)
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    drawn = [_edge(places[a], places[b], agreed=agreed) for (a, b), agreed in graph.edges.items()]
    drawn += [_box(node, *places[key]) for key, node in graph.nodes.items()]
    style = "text{font:13px sans-serif;text-anchor:middle}.detail{fill:#555;font-size:11px}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{style}</style>{"".join(drawn)}</svg>\n'


def _places(graph: Graph) -> tuple[dict[str, tuple[float, float]], float, float]:
    """The middle of each node, and the size of the picture, in pixels; the start at the top."""
    margins = 2 * _MARGIN
    if not graph.edges:
        return {"": (_MARGIN + _WIDTH / 2, _MARGIN + _HEIGHT / 2)}, _WIDTH + margins, _HEIGHT + margins
    [(found, _, tall, _)] = from_edges(list(graph.edges))
    left = min(x for _, (x, _) in found)
    places = {
        str(key): (
            (x - left) / _UNIT * _ACROSS + _MARGIN + _WIDTH / 2,
            (tall - y) / _UNIT * _DOWN + _MARGIN + _HEIGHT / 2,
        )
        for key, (x, y) in found
    }
    reach = [max(place[axis] for place in places.values()) for axis in (0, 1)]
    return places, reach[0] + _WIDTH / 2 + _MARGIN, reach[1] + _HEIGHT / 2 + _MARGIN


def _edge(start: tuple[float, float], end: tuple[float, float], *, agreed: bool) -> str:
    (x1, y1), (x2, y2) = start, end
    y1, y2 = y1 + _HEIGHT / 2, y2 - _HEIGHT / 2
    middle, dashes = (y1 + y2) / 2, "" if agreed else ' stroke-dasharray="6 4"'
    curve = f"M{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
    return f'<path d="{curve}" fill="none" stroke="#888" stroke-width="1.5"{dashes}/>'


def _box(node: Node, x: float, y: float) -> str:
    dashes = "" if node.agreed else ' stroke-dasharray="6 4"'
    corner = f'x="{x - _WIDTH / 2:.0f}" y="{y - _HEIGHT / 2:.0f}" width="{_WIDTH}" height="{_HEIGHT}" rx="6"'
    shape = f'<rect {corner} fill="{_COLOURS[node.kind]}" stroke="#666"{dashes}/>'
    up = y - 2 if node.detail else y + 5
    lines = f'<text x="{x:.0f}" y="{up:.0f}">{escape(_cut(node.label))}</text>'
    if node.detail:
        lines += f'<text class="detail" x="{x:.0f}" y="{y + 13:.0f}">{escape(_cut(node.detail))}</text>'
    whole = escape(_plain(f"{node.label}: {node.detail}" if node.detail else node.label))
    return f"<g><title>{whole}</title>{shape}{lines}</g>"


def _cut(text: str) -> str:
    line = _plain(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _plain(text: str) -> str:
    """The text without what XML can't hold."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
