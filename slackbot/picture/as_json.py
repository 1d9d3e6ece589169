"""A story picture as JSON, which the live page draws. Nobody is named in it, and no vote that hasn't decided shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackbot.picture.graph import OWN, Path, Role
from slackbot.picture.layout import WIDTH, Box, Drawing, Line, Row, details
from slackbot.picture.steps import State, Step
from slackbot.picture.words import counted, title_of, turns_of

Json = dict[str, Any]


def as_json(drawing: Drawing, paths: Sequence[Path], left_out: str, *, status: str, voted: int) -> Json:
    """The drawing with its places in pixels, a title, and the same as lists of words.

    ``status`` is the session's; ``voted`` is how many people have answered the open question, whatever they said.
    """
    stories = sum(path.role in {Role.STORY, Role.TAUGHT, Role.RULE} for path in paths)
    return {
        "title": title_of(paths),
        "status": status,
        "note": f"Not shown: {left_out}." if left_out else "",
        "voted": counted("person", voted).replace("persons", "people") if voted else "",
        "stories": stories,
        "width": drawing.width,
        "height": drawing.height,
        "boxes": [_box(box) for box in drawing.boxes],
        "lines": [_line(drawing, line) for line in drawing.lines],
        "lists": _lists(paths),
    }


def _box(box: Box) -> Json:
    return {"x": box.x, "width": WIDTH, "rows": [_row(row) for row in box.rows]}


def _row(row: Row) -> Json:
    node = row.node
    return {
        "kind": node.step.kind,
        "label": node.step.label,
        "state": node.step.state,
        "own": bool(node.roles & OWN),
        "branch": node.roles == {Role.BRANCH},
        "changed": bool(node.step.instead_of),
        "lines": details(node),
        "tally": node.step.tally,
        "ends": [name for name in node.ends if name],
        "paths": node.paths,
        "y": row.y,
        "height": row.height,
    }


def _line(drawing: Drawing, line: Line) -> Json:
    order = (Role.CURRENT, Role.EARLIER, Role.TAKEN_BACK, Role.BRANCH)
    step = drawing.boxes[line.end].rows[0].node.step
    return {
        "points": [[round(x, 1), round(y, 1)] for x, y in line.points],
        "role": next((role.value for role in order if role in line.roles), "story"),
        "open": step.state is State.OPEN,
    }


def _lists(paths: Sequence[Path]) -> list[Json]:
    """The conversation turn by turn, then what was before restarts, what was taken back, and branches."""
    titles = {
        Role.CURRENT: "This conversation",
        Role.EARLIER: "Before a restart",
        Role.TAKEN_BACK: "Taken back",
        Role.BRANCH: "A branch of it",
    }
    found = []
    for path in paths:
        if path.role in titles and path.steps:
            items = [", then ".join(map(_words, turn)) for turn in turns_of(path.steps)]
            found.append({"title": titles[path.role], "items": items})
    return found


def _words(step: Step) -> str:
    signs = {State.OPEN: "not decided yet: ", State.TAKEN_BACK: "taken back: ", State.AGREED: ""}
    words = f"{signs[step.state]}{step.label}"
    if step.instead_of:
        words += f" instead of {step.instead_of}"
    more = "; ".join(part for part in (step.detail, step.tally) if part)
    return f"{words} ({more})" if more else words
