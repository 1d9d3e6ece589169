"""Which of hundreds of stories are drawn around a conversation, and what tells of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slackbot.picture.graph import OWN, Graph, Path, Role, Trie
from slackbot.picture.steps import Kind, Step
from slackbot.picture.words import counted


@dataclass(frozen=True)
class Bounds:
    """How many of each are drawn, at most, and how many steps of a story after it has left the conversation."""

    stories: int
    rules: int
    branches: int
    wrong_turns: int
    steps: int
    #: How many steps of the conversation.
    own: int


#: What a picture on a phone can hold.
PHONE = Bounds(stories=3, rules=2, branches=2, wrong_turns=12, steps=4, own=100)


@dataclass(frozen=True)
class Neighbourhood:
    """A graph, and what it leaves out."""

    graph: Graph
    stories: int = 0
    rules: int = 0
    branches: int = 0
    wrong_turns: int = 0

    @property
    def left_out(self) -> str:
        """What isn't drawn, in words; empty if nothing is left out."""
        counts = {
            "story": self.stories,
            "rule": self.rules,
            "branch": self.branches,
            "wrong turn": self.wrong_turns,
        }
        return ", ".join(counted(noun, number) for noun, number in counts.items() if number)


def whole(paths: Sequence[Path]) -> Graph:
    """Everything, the conversation's own paths first."""
    return Trie(sorted(paths, key=lambda path: path.role not in OWN)).graph()


def neighbourhood(paths: Sequence[Path], bounds: Bounds = PHONE) -> Neighbourhood:
    """The conversation with the stories that go along with it farthest; the latest wrong turns and branches.

    Where stories that are left out leave the conversation, the step says how many: ``+37 more``. A story that was cut
    short ends in how many steps it has left.
    """
    by_role: dict[Role, list[Path]] = {role: [] for role in Role}
    for path in _latest(paths, bounds.own):
        by_role[path.role].append(path)
    own = [*by_role[Role.CURRENT], *by_role[Role.EARLIER]]
    wrong, branches = by_role[Role.TAKEN_BACK], by_role[Role.BRANCH]
    trie = Trie([*own, *wrong[max(len(wrong) - bounds.wrong_turns, 0) :]])
    stories = _nearest(own, [*by_role[Role.STORY], *by_role[Role.TAUGHT]])
    rules = [rule for rule in _nearest(own, by_role[Role.RULE]) if _shared_turns(own, rule)]
    for story in stories[bounds.stories :]:
        trie.farthest(story).elsewhere += 1
    for path in branches[: bounds.branches]:
        trie.add(path)
    for path in stories[: bounds.stories]:
        trie.add(_shortened(trie, path, bounds.steps))
    for rule in rules[: bounds.rules]:
        trie.add(rule)
    return Neighbourhood(
        trie.graph(),
        stories=max(len(stories) - bounds.stories, 0),
        rules=len(by_role[Role.RULE]) - len(rules[: bounds.rules]),
        branches=max(len(branches) - bounds.branches, 0),
        wrong_turns=max(len(wrong) - bounds.wrong_turns, 0),
    )


def _latest(paths: Sequence[Path], most: int) -> list[Path]:
    """The paths without the beginning of a conversation that is too long, and without those that begin otherwise."""
    now = next((path for path in paths if path.role is Role.CURRENT), None)
    if now is None or len(now.steps) <= most:
        return list(paths)
    cut = len(now.steps) - most
    before = Step(Kind.MORE, f"{cut} steps before")
    return [
        replace(path, steps=(before, *path.steps[cut:])) for path in paths if path is now or _common(now, path) >= cut
    ]


def _nearest(own: Sequence[Path], paths: Sequence[Path]) -> list[Path]:
    """Those first that begin as the conversation does for longest, then those with most of its turns, then short ones.

    Of paths with the same steps only the first is kept.
    """
    different = {tuple(step.key for step in path.steps): path for path in reversed(paths)}
    order = {path: number for number, path in enumerate(paths)}
    kept = sorted(different.values(), key=order.__getitem__)

    def distance(path: Path) -> tuple[int, int, int]:
        return -max((_common(each, path) for each in own), default=0), -_shared_turns(own, path), len(path.steps)

    return sorted(kept, key=distance)


def _common(one: Path, other: Path) -> int:
    """How many steps two paths begin with together."""
    count = 0
    for step, same in zip(one.steps, other.steps, strict=False):
        if step.key != same.key:
            break
        count += 1
    return count


def _shared_turns(own: Sequence[Path], path: Path) -> int:
    """How many pairs of neighbouring steps a path has in common with the conversation."""
    pairs = {pair for each in own for pair in _pairs(each)}
    return len(pairs & set(_pairs(path)))


def _pairs(path: Path) -> list[tuple[object, object]]:
    return [(step.key, following.key) for step, following in zip(path.steps, path.steps[1:], strict=False)]


def _shortened(trie: Trie, path: Path, keep: int) -> Path:
    """The path, cut if it goes on for long after it has left what is there."""
    known = _depth(trie, path)
    left = len(path.steps) - known - keep
    if left <= 1:
        return path
    more = Step(Kind.MORE, f"{left} more steps", detail=path.name)
    return replace(path, steps=(*path.steps[: known + keep], more))


def _depth(trie: Trie, path: Path) -> int:
    place, depth = trie.start, 0
    for step in path.steps:
        if step.key not in place.children:
            break
        place, depth = place.children[step.key], depth + 1
    return depth
