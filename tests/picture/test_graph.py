"""Stories put together as one graph: every story is a path in it, and there are no other paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.picture.fitting import fitted, in_columns
from slackbot.picture.graph import OWN, Graph, Path, Role, Trie
from slackbot.picture.layout import details, laid_out, turns_of
from slackbot.picture.neighbours import Bounds, neighbourhood, whole
from slackbot.picture.steps import Kind, State, Step

steps = st.builds(
    Step,
    st.sampled_from([Kind.USER, Kind.ACTION, Kind.FORM]),
    st.sampled_from("abc"),
    detail=st.sampled_from(["", "x", "y"]),
)
stories = st.builds(
    lambda role, name, found: Path(role, name, tuple(found)),
    st.sampled_from([Role.STORY, Role.TAUGHT, Role.EARLIER, Role.BRANCH]),
    st.sampled_from(["one", "two"]),
    st.lists(steps, max_size=6),
)
rules = st.builds(
    lambda where, found: Path(Role.RULE, "rule", (Step(Kind.RULE, where), *found)),
    st.sampled_from(["anywhere", "in a form"]),
    st.lists(steps, min_size=1, max_size=3),
)
wrong_turns = st.builds(
    lambda right, wrong: Path(
        Role.TAKEN_BACK, "", (*right, *(Step(step.kind, step.label, State.TAKEN_BACK) for step in wrong)), goes_on=True
    ),
    st.lists(steps, max_size=4),
    st.lists(steps, min_size=1, max_size=3),
)
conversations = st.builds(
    lambda found, asked: Path(
        Role.CURRENT, "", (*found, *(Step(step.kind, step.label, State.OPEN) for step in asked)), goes_on=True
    ),
    st.lists(steps, max_size=6),
    st.lists(steps, max_size=2),
)
Key = tuple[object, ...]
FEW = settings(max_examples=25, deadline=None)


def key_of(path: Path) -> Key:
    return tuple(step.key for step in path.steps)


def paths_in(graph: Graph) -> Iterator[Key]:
    """All ways through the graph from a beginning to where something ends."""
    followers, led_to = graph.followers(), {end for _, end in graph.edges}
    pending: list[tuple[int, Key]] = [(place, ()) for place in range(len(graph.nodes)) if place not in led_to]
    while pending:
        place, before = pending.pop()
        node = graph.nodes[place]
        key = before if node.step.kind is Kind.START else (*before, node.step.key)
        if node.ends:
            yield key
        pending += [(follower, key) for follower in followers[place]]


everything = st.tuples(
    conversations, st.lists(wrong_turns, max_size=3), st.lists(st.one_of(stories, rules), max_size=12)
)


def flat(found: tuple[Path, Sequence[Path], Sequence[Path]]) -> list[Path]:
    current, wrong, others = found
    return [current, *wrong, *others]


@FEW
@given(everything)
def test_every_story_is_a_path_and_merging_invents_and_loses_none(found: tuple[Path, list[Path], list[Path]]) -> None:
    paths = flat(found)
    ways = list(paths_in(whole(paths)))
    assert sorted(map(repr, ways)) == sorted(map(repr, {key_of(path) for path in paths}))


@FEW
@given(everything)
def test_the_conversation_is_one_marked_path_with_its_unconfirmed_steps(
    found: tuple[Path, list[Path], list[Path]],
) -> None:
    current = found[0]
    graph = whole(flat(found))
    marked = {start: end for (start, end), roles in graph.edges.items() if Role.CURRENT in roles}
    assert len(marked) == sum(Role.CURRENT in roles for roles in graph.edges.values()), "no node has two ways on"
    place, seen = next(place for place, node in enumerate(graph.nodes) if node.step.kind is Kind.START), []
    while place in marked:
        place = marked[place]
        seen.append(graph.nodes[place].step)
    assert [(step.key, step.state) for step in seen] == [(step.key, step.state) for step in current.steps]
    assert [step.detail for step in seen] == [step.detail for step in current.steps]


@FEW
@given(st.lists(stories, max_size=12))
def test_equal_ends_are_there_once(paths: list[Path]) -> None:
    graph = whole(paths)
    followers = graph.followers()
    seen = set()
    for place, node in enumerate(graph.nodes[1:], start=1):
        key = (node.step.key, bool(node.ends), frozenset(followers[place]))
        assert key not in seen
        seen.add(key)


@FEW
@given(everything)
def test_boxes_hold_every_step_once_and_in_order(found: tuple[Path, list[Path], list[Path]]) -> None:
    graph = whole(flat(found))
    boxes = turns_of(graph)
    assert sorted(place for box in boxes for place in box) == list(range(len(graph.nodes)))
    for box in boxes:
        assert all((start, end) in graph.edges for start, end in pairwise(box))


@FEW
@given(everything)
def test_no_box_covers_another_and_nothing_leads_upwards(found: tuple[Path, list[Path], list[Path]]) -> None:
    drawing = laid_out(whole(flat(found)))
    for number, box in enumerate(drawing.boxes):
        assert box.x >= 0 <= box.y
        assert box.x + 252 <= drawing.width
        assert box.y + box.height <= drawing.height
        for other in drawing.boxes[:number]:
            assert abs(box.x - other.x) >= 252 or box.y + box.height <= other.y or other.y + other.height <= box.y
    for line in drawing.lines:
        heights = [y for _, y in line.points]
        assert heights == sorted(heights)
        assert drawing.boxes[line.start].y < drawing.boxes[line.end].y


@FEW
@given(everything)
def test_a_neighbourhood_counts_what_it_leaves_out(found: tuple[Path, list[Path], list[Path]]) -> None:
    paths = flat(found)
    near = neighbourhood(paths, Bounds(stories=2, rules=1, branches=1, wrong_turns=1, steps=9, own=99))
    assert sum(node.elsewhere for node in near.graph.nodes) == near.stories
    different = {key_of(path) for path in paths if path.role in {Role.STORY, Role.TAUGHT}}
    assert near.stories == max(len(different) - 2, 0)
    kept = set(paths_in(near.graph))
    assert kept <= {key_of(path) for path in paths}
    assert key_of(found[0]) in kept


def test_the_nearest_of_500_stories_are_drawn_and_the_others_counted() -> None:
    def story(*labels: str) -> Path:
        return Path(Role.STORY, "-".join(labels), tuple(Step(Kind.USER, label) for label in labels))

    now = Path(Role.CURRENT, "", story("greet", "book", "friday").steps, goes_on=True)
    far = [story("bye", str(number)) for number in range(400)]
    near = [story("greet", "book", "monday"), story("greet", "book", "friday", "yes"), story("greet", "menu")]
    off = [story("greet", str(number)) for number in range(97)]
    found = neighbourhood([now, *far, *near, *off])
    labels = {node.step.label: node.elsewhere for node in found.graph.nodes}
    assert {"monday", "yes", "menu"} <= labels.keys()
    assert (labels["start"], labels["greet"]) == (400, 97)
    assert "+97 more stories from here" in details(next(n for n in found.graph.nodes if n.step.label == "greet"))
    assert found.left_out == "497 stories"


def test_a_long_story_is_cut_and_says_by_how_much() -> None:
    now = Path(Role.CURRENT, "", (Step(Kind.USER, "greet"),), goes_on=True)
    long = Path(Role.STORY, "long", tuple(Step(Kind.USER, label) for label in ("greet", *"abcdefgh")))
    assert "4 more steps" in [node.step.label for node in neighbourhood([now, long]).graph.nodes]


def test_of_a_long_conversation_the_latest_part_is_drawn() -> None:
    now = Path(Role.CURRENT, "", tuple(Step(Kind.USER, str(number)) for number in range(150)), goes_on=True)
    other = Path(Role.STORY, "another", now.steps[:3])
    labels = [node.step.label for node in neighbourhood([now, other]).graph.nodes]
    assert labels[:3] == ["start", "50 steps before", "50"]
    assert labels[-1] == "149"


def test_a_detail_that_holds_for_some_of_the_merged_steps_only_is_not_shown() -> None:
    paths = [Path(Role.STORY, name, (Step(Kind.USER, "inform", detail=name),)) for name in ("one", "two")]
    assert [node.step.detail for node in whole(paths).nodes if node.step.label == "inform"] == [""]
    own = Path(Role.CURRENT, "", (Step(Kind.USER, "inform", detail="mine"),))
    assert [node.step.detail for node in whole([*paths, own]).nodes if node.roles & OWN][1:] == ["mine"]


def test_a_graph_of_nothing_is_its_start() -> None:
    assert [node.step.label for node in Trie().graph().nodes] == ["start"]
    assert len(laid_out(Trie().graph()).boxes) == 1


@FEW
@given(everything)
def test_a_picture_in_columns_has_everything_and_nothing_covers_another(
    found: tuple[Path, list[Path], list[Path]],
) -> None:
    drawing = laid_out(whole(flat(found)))
    cut = in_columns(drawing, 150)
    assert [box.rows[0].node for box in cut.boxes] == [box.rows[0].node for box in drawing.boxes]
    assert {(line.start, line.end) for line in cut.lines} == {(line.start, line.end) for line in drawing.lines}
    for number, box in enumerate(cut.boxes):
        assert 0 <= box.x <= cut.width - 252
        assert box.y + box.height <= cut.height
        for other in cut.boxes[:number]:
            assert abs(box.x - other.x) >= 252 or box.y + box.height <= other.y or other.y + other.height <= box.y


def test_a_conversation_of_thirty_turns_is_in_columns_and_no_wider_than_it_must_be() -> None:
    steps = tuple(Step(kind, f"{number}") for number in range(30) for kind in (Kind.USER, Kind.ACTION))
    stories = [Path(Role.STORY, str(cut), (*steps[:cut], *steps[::-1])) for cut in range(40)]
    drawing, near = fitted([Path(Role.CURRENT, "", steps, goes_on=True), *stories])
    assert drawing.height < 2200
    assert len({line.mark for line in drawing.lines if line.mark}) >= 2
    assert "stories" in near.left_out
