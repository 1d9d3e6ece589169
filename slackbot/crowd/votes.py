"""A vote is a path through a question's parts; a part closes when enough people took the same way.

Parts are answered in order and each answer was given in the light of those before it. So a vote says something about
a part only as long as it agrees with everything that is decided before that part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What somebody may say of a question in the place of an answer, or beside it."""

    NONE = ""
    #: Has looked at it and doesn't know: one of the votes that a question may get, for no answer.
    UNSURE = "unsure"
    #: Does not want to be asked this.
    SKIP = "skip"
    #: Something is wrong with the question; the comment says what.
    FLAG = "flag"


@dataclass(frozen=True)
class Vote:
    """One person's answers to the parts of one question, from the first part on; later parts may be missing."""

    person: str
    answers: tuple[str, ...]
    #: The place of the vote in the order in which the store took votes of this conversation.
    sequence: int
    mark: Mark = Mark.NONE
    comment: str = ""


@dataclass(frozen=True)
class Agreement:
    """An answer that reached its quorum, and who gave it, in the order they voted."""

    answer: str
    people: tuple[str, ...]


def counting(votes: Iterable[Vote], decided: Sequence[str]) -> list[Vote]:
    """The votes that answer the part after the decided ones, in voting order; one a person, the latest."""
    latest: dict[str, Vote] = {}
    for vote in votes:
        known = latest.get(vote.person)
        if known is None or vote.sequence > known.sequence:
            latest[vote.person] = vote
    path = tuple(decided)
    return sorted(
        (vote for vote in latest.values() if len(vote.answers) > len(path) and vote.answers[: len(path)] == path),
        key=lambda vote: vote.sequence,
    )


def tally(votes: Iterable[Vote], decided: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each answer to the part after the decided ones, the people who gave it, in voting order."""
    people: dict[str, list[str]] = {}
    for vote in counting(votes, decided):
        people.setdefault(vote.answers[len(decided)], []).append(vote.person)
    return {answer: tuple(names) for answer, names in people.items()}


def agreement(votes: Iterable[Vote], decided: Sequence[str], quorum: int) -> Agreement | None:
    """The answer that ``quorum`` distinct people gave to the part after the decided ones.

    Where several answers have a quorum, the one that reached it first.
    """
    seen: dict[str, list[str]] = {}
    winner: str | None = None
    for vote in counting(votes, decided):
        answer = vote.answers[len(decided)]
        seen.setdefault(answer, []).append(vote.person)
        if winner is None and len(seen[answer]) >= quorum:
            winner = answer
    return None if winner is None else Agreement(winner, tuple(seen[winner]))
