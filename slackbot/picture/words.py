"""A story picture in words: its title, and what it shows, for those who can't see it."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.picture.graph import Path, Role
from slackbot.picture.steps import Kind, State, Step


def title_of(paths: Sequence[Path]) -> str:
    """How many turns, corrections, wrong turns and branches a conversation has."""
    current = [path for path in paths if path.role in {Role.CURRENT, Role.EARLIER}]
    steps = [step for path in current for step in path.steps]
    counts = [
        ("turn", sum(step.kind is Kind.USER for step in steps)),
        ("correction", sum(bool(step.instead_of) for step in steps)),
        ("wrong turn", sum(path.role is Role.TAKEN_BACK for path in paths)),
        ("restart", sum(path.role is Role.EARLIER for path in paths)),
        ("branch", sum(path.role is Role.BRANCH for path in paths)),
    ]
    return ", ".join(counted(noun, number) for noun, number in counts if number or noun == "turn")


def counted(noun: str, number: int) -> str:
    """``1 story``, ``3 stories``."""
    many = {"story": "stories", "branch": "branches"}.get(noun, f"{noun}s")
    return f"{number} {noun if number == 1 else many}"


def described(paths: Sequence[Path]) -> str:
    """The whole conversation, turn by turn, then what was taken back."""
    sentences = [f"The conversation as a graph: {title_of(paths)}."]
    for path in paths:
        turns = [_turn(turn) for turn in turns_of(path.steps)]
        if path.role is Role.CURRENT and turns:
            sentences.append(f"{'; '.join(turns)}.")
        elif path.role is Role.EARLIER:
            sentences.append(f"Before a restart: {'; '.join(turns)}.")
        elif path.role is Role.TAKEN_BACK:
            gone = [step.label for step in path.steps if step.state is State.TAKEN_BACK]
            sentences.append(f"Taken back: {', '.join(gone)}.")
    return " ".join(sentences)


def turns_of(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps by turns, each beginning with a message."""
    found: list[list[Step]] = []
    for step in steps:
        if step.kind is Kind.USER or not found:
            found.append([])
        found[-1].append(step)
    return found


def _turn(steps: Sequence[Step]) -> str:
    return ", ".join(f"{_state(step)}{step.label}{_changed(step)}" for step in steps)


def _state(step: Step) -> str:
    return "not decided yet: " if step.state is State.OPEN else ""


def _changed(step: Step) -> str:
    return f" (instead of {step.instead_of})" if step.instead_of else ""
