"""A graph of which the paths are conversations and stories: what they begin with is there once, equal ends too."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from slackbot.picture.steps import Kind, Step


class Role(StrEnum):
    """What a path is to the conversation that the picture is of."""

    #: The conversation as it stands, since its last restart.
    CURRENT = "current"
    #: What the conversation was before a restart.
    EARLIER = "earlier"
    #: A turn that was taken back.
    TAKEN_BACK = "taken_back"
    #: Another conversation that was forked from this one, or this one from it.
    BRANCH = "branch"
    #: A story of the project.
    STORY = "story"
    RULE = "rule"
    #: What was agreed in another session.
    TAUGHT = "taught"


#: Those of the conversation itself.
OWN = frozenset({Role.CURRENT, Role.EARLIER, Role.TAKEN_BACK})


@dataclass(frozen=True)
class Path:
    """A conversation or a story from its beginning. The first step of a rule is of kind RULE."""

    role: Role
    name: str
    steps: tuple[Step, ...]
    #: Whether it goes on: its last step is no end, and is not drawn as one that is.
    goes_on: bool = False


@dataclass(frozen=True)
class Node:
    """A step of one path or of several."""

    step: Step
    roles: frozenset[Role]
    #: Names of the paths that end here.
    ends: tuple[str, ...]
    #: How many paths go through it.
    paths: int
    #: How many more go on from here in another way, and are not drawn.
    elsewhere: int = 0


@dataclass(frozen=True)
class Graph:
    """Nodes, and edges by their places among the nodes. A node comes before those that it leads to."""

    nodes: tuple[Node, ...]
    edges: Mapping[tuple[int, int], frozenset[Role]]

    def followers(self) -> list[list[int]]:
        """For each node those that it leads to."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for start, end in self.edges:
            found[start].append(end)
        return found


@dataclass(eq=False)
class Place:
    """A node of the trie: one step after one beginning."""

    step: Step
    roles: set[Role] = field(default_factory=set)
    ends: list[str] = field(default_factory=list)
    #: Whether what ends here is not over, and must not be taken for another's end.
    apart: bool = False
    children: dict[Hashable, Place] = field(default_factory=dict)
    #: The roles of the paths that lead to each child.
    leads: dict[Hashable, set[Role]] = field(default_factory=dict)
    paths: int = 0
    elsewhere: int = 0


class Trie:
    """Paths put together by what they begin with. The conversation's own are to be added first: details are theirs."""

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self.start = Place(Step(Kind.START, "start"))
        self._rules: dict[Hashable, Place] = {}
        for path in paths:
            self.add(path)

    def add(self, path: Path) -> None:
        """One more path."""
        place, steps = self._beginning(path)
        _pass(place, path.role)
        for step in steps:
            child = place.children.setdefault(step.key, Place(step))
            child.step = _joined(child, step, path.role)
            place.leads.setdefault(step.key, set()).add(path.role)
            place = child
            _pass(place, path.role)
        place.ends.append(path.name)
        place.apart = place.apart or path.goes_on

    def farthest(self, path: Path) -> Place:
        """Up to where the path is there already."""
        place, steps = self._beginning(path)
        for step in steps:
            if step.key not in place.children:
                break
            place = place.children[step.key]
        return place

    def _beginning(self, path: Path) -> tuple[Place, Sequence[Step]]:
        """Where the path begins, and its steps from there on."""
        if not path.steps or path.steps[0].kind is not Kind.RULE:
            return self.start, path.steps
        first = path.steps[0]
        return self._rules.setdefault(first.key, Place(first)), path.steps[1:]

    def graph(self) -> Graph:
        """All of it; where exactly the same follows on a step, that step and what follows are there once."""
        roots = [self.start, *self._rules.values()]
        drawn = _same_ends(roots)
        together: dict[Place, list[Place]] = {}
        for place in _in_order(roots):
            together.setdefault(drawn[place], []).append(place)
        order = _ordered(together, drawn, roots)
        edges: dict[tuple[int, int], frozenset[Role]] = {}
        for places in together.values():
            for place in places:
                for key, child in place.children.items():
                    edge = order[drawn[place]], order[drawn[child]]
                    edges[edge] = edges.get(edge, frozenset()) | place.leads[key]
        return Graph(tuple(_node(together[place]) for place in order), edges)


def _pass(place: Place, role: Role) -> None:
    place.roles.add(role)
    place.paths += 1


def _joined(place: Place, step: Step, role: Role) -> Step:
    """The step to show where one more path comes to a place: no detail that holds for some of its paths only."""
    if not place.paths:
        return step
    if role in OWN and not place.roles & OWN:
        return step
    return place.step if place.roles & OWN or place.step.detail == step.detail else _plain(step)


def _plain(step: Step) -> Step:
    return Step(step.kind, step.label, step.state)


def _in_order(roots: Iterable[Place]) -> Iterator[Place]:
    """Every place once, parents before their children."""
    pending = list(roots)[::-1]
    while pending:
        place = pending.pop()
        yield place
        pending.extend(reversed(place.children.values()))


def _same_ends(roots: Sequence[Place]) -> dict[Place, Place]:
    """For each place the one that is drawn in its stead, after which exactly the same follows."""
    first: dict[Hashable, Place] = {}
    drawn: dict[Place, Place] = {}
    for place in reversed(list(_in_order(roots))):
        following = frozenset(id(drawn[child]) for child in place.children.values())
        is_alone = place.apart or place.step.kind in {Kind.START, Kind.RULE, Kind.MORE}
        signature: Hashable = id(place) if is_alone else (place.step.key, bool(place.ends), following)
        drawn[place] = first.setdefault(signature, place)
    return drawn


def _ordered(
    together: Mapping[Place, object], drawn: Mapping[Place, Place], roots: Sequence[Place]
) -> dict[Place, int]:
    """The places that are drawn, each before those that it leads to."""
    followers = {place: list(dict.fromkeys(drawn[child] for child in place.children.values())) for place in together}
    missing = dict.fromkeys(together, 0)
    for each in followers.values():
        for follower in each:
            missing[follower] += 1
    ready, order = list(roots)[::-1], dict[Place, int]()
    while ready:
        place = ready.pop()
        order[place] = len(order)
        for follower in reversed(followers[place]):
            missing[follower] -= 1
            if not missing[follower]:
                ready.append(follower)
    return order


def _node(places: Sequence[Place]) -> Node:
    own = [place for place in places if place.roles & OWN]
    step = (own or places)[0].step
    if not own and any(place.step.detail != step.detail for place in places):
        step = _plain(step)
    return Node(
        step,
        frozenset(role for place in places for role in place.roles),
        tuple(name for place in places for name in place.ends),
        sum(place.paths for place in places),
        sum(place.elsewhere for place in places),
    )
