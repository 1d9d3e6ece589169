"""Who agrees most with answers that are known to be right. Speed and number of votes are worth nothing in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from slackbot.crowd.agreement import Unit, accuracies
from slackbot.crowd.quorum import Skill

#: Known answers that somebody must have voted on, to be ranked.
FEWEST = 5


@dataclass(frozen=True)
class Rank:
    """One person's place. People who do equally well have the same one."""

    place: int
    person: str
    right: int
    votes: int


def leaderboard(gold: Iterable[tuple[str, Unit]], fewest: int = FEWEST) -> list[Rank]:
    """From right answers and what people said before they were known; the best first.

    Ranked by the mean of the Beta distribution of each person's accuracy: nobody comes first by a few lucky answers,
    and more answers of the same accuracy bring no more than certainty.
    """
    ranked = [
        (-Skill(one.right, one.votes - one.right).accuracy, person, one)
        for person, one in accuracies(gold).items()
        if one.votes >= fewest
    ]
    ranked.sort(key=lambda row: (row[0], row[1]))
    scores = [score for score, *_ in ranked]
    return [Rank(scores.index(score) + 1, person, one.right, one.votes) for score, person, one in ranked]
