"""How far somebody's votes can be relied on: from gold questions, and from what others answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slackbot.crowd.agreement import Accuracy
from slackbot.crowd.quorum import Skill


class Standing(StrEnum):
    """What is made of it."""

    #: Too little is known.
    NEW = "new"
    RELIABLE = "reliable"
    #: Is wrong so often that they are told once.
    WARNED = "warned"
    #: Went on so after the warning: votes are kept and not counted.
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Thresholds:
    """What is asked of annotators. Shares are from 0 to 1."""

    #: Gold questions to be answered before the first vote; 0: none.
    qualification: int = 0
    #: The share of them, and of the latest as many, that must be right.
    qualification_share: float = 0.7
    #: Answers, of gold and others, before anybody is judged by them.
    judged_from: int = 10
    #: Who is less often right than this is warned.
    warn_below: float = 0.6
    #: Who was warned, and is certainly less often right than this, is excluded.
    exclude_below: float = 0.5
    #: Answers after a warning before anybody is excluded.
    after_warning: int = 5


@dataclass(frozen=True)
class Evidence:
    """How often somebody was right and wrong; beyond gold questions an estimate, so not whole numbers."""

    right: float = 0.0
    wrong: float = 0.0
    #: How many answers there were when the person was warned; None: not warned.
    warned_at: float | None = None

    @property
    def answers(self) -> float:
        """How many there are."""
        return self.right + self.wrong

    @property
    def share(self) -> float:
        """The share of right ones; 0 where there are none."""
        return self.right / self.answers if self.answers else 0.0

    @property
    def at_best(self) -> float:
        """The upper end of the interval in which the true share lies with 95 % confidence; 1 where there are none."""
        return Accuracy(round(self.right), round(self.answers)).interval[1] if round(self.answers) else 1.0


def evidence(gold: Sequence[bool], skill: Skill | None, warned_at: float | None) -> Evidence:
    """What gold answers (right or not) and an estimated skill come to together."""
    skill = skill or Skill()
    return Evidence(gold.count(True) + skill.right, gold.count(False) + skill.wrong, warned_at)


def standing(known: Evidence, thresholds: Thresholds) -> Standing:
    """What is made of it. Nobody is excluded who was not warned, and who does better again is counted again."""
    if known.answers < thresholds.judged_from:
        return Standing.NEW
    if known.share >= thresholds.warn_below:
        return Standing.RELIABLE
    warned = known.warned_at is not None and known.answers >= known.warned_at + thresholds.after_warning
    return Standing.EXCLUDED if warned and known.at_best < thresholds.exclude_below else Standing.WARNED


def is_qualified(gold: Sequence[bool], left: int, thresholds: Thresholds) -> bool:
    """Whether somebody may vote: ``gold`` are the answers so far, oldest first, ``left`` the questions not asked yet.

    Where nothing is left to ask, everybody may.
    """
    asked = thresholds.qualification
    if not asked or not left:
        return True
    return len(gold) >= asked and sum(gold[-asked:]) >= thresholds.qualification_share * asked


def excluded(everybody: Mapping[str, Evidence], thresholds: Thresholds) -> frozenset[str]:
    """Those whose votes aren't counted."""
    return frozenset(person for person, known in everybody.items() if standing(known, thresholds) is Standing.EXCLUDED)
