"""The questions that wait for people: whose turn it is, and which of them is the most urgent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from slackbot.crowd.votes import Mark, Vote
from slackbot.learning.question import ClosedQuestion, Question
from slackbot.learning.session import Session, Status
from slackbot.learning.verdicts import is_disputed

#: Votes that a session must have before anybody's share of them is capped.
LEAST_VOTES = 10


@dataclass(frozen=True)
class Pending:
    """A question that is open, in whichever session."""

    conversation: str
    session: Session
    question: Question
    votes: tuple[Vote, ...]
    #: How many messages of the speaker wait until it is decided.
    waiting: int
    #: ts of the message that shows it; None until it is posted.
    card_ts: str | None
    #: Changes with every vote and message.
    input_revision: str = "0"
    #: Whether its session is marked as waiting for votes that don't come.
    marked: bool = False

    @property
    def id(self) -> str:
        """Among the questions of all conversations."""
        return f"{self.conversation}\n{self.question.id}"

    @property
    def waits_for_votes(self) -> bool:
        """Whether somebody who has said nothing is asked."""
        return self.asks("")

    @property
    def opened_at(self) -> float:
        """Unix seconds; 0 where nobody noted it."""
        return self.question.terms.opened_at if self.question.terms else 0.0

    @property
    def _is_decided_now(self) -> bool:
        return self.session.status is Status.OPEN and self.session.paused_by is None

    def asks(self, person: str) -> bool:
        """Whether the person has said nothing about the open part yet."""
        question = self.question
        if not self._is_decided_now or not question.open_parts or question.failure is not None:
            return False
        decided = question.decided
        mine = next((vote for vote in self.votes if vote.person == person), None)
        if mine is None:
            return True
        if not mine.answers:
            return mine.mark not in {Mark.UNSURE, Mark.SKIP}
        return mine.answers == decided[: len(mine.answers)] or mine.answers[: len(decided)] != decided

    @property
    def to_decide(self) -> bool:
        """Whether adjudicators may decide it."""
        return self._is_decided_now and is_disputed(self.question, self.votes)


def by_urgency(pending: Iterable[Pending]) -> list[Pending]:
    """Those that hold up most messages first, then the oldest."""
    return sorted(pending, key=lambda one: (-one.waiting, one.opened_at, one.conversation))


def share_of(person: str, closed: Iterable[ClosedQuestion], votes: Sequence[Vote]) -> tuple[int, int]:
    """How many of a session's votes the person has given, and how many there are."""
    given = Counter(name for question in closed for name, answers in question.votes.items() if answers)
    given.update(vote.person for vote in votes if vote.answers)
    return given[person], given.total()


def is_over_share(mine: int, total: int, most: float, others: int) -> bool:
    """Whether one more vote would be more than the share ``most`` of all, and the others are enough for the rest."""
    return total >= LEAST_VOTES and others >= ceil(1 / most) and mine + 1 > most * (total + 1)
