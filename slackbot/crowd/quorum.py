"""When enough people have answered: the rules of a quorum, and what they make of the ballots on one question."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

#: What is assumed of everybody before anything is known of them: Beta(7, 3), seven right answers of ten.
PRIOR_RIGHT, PRIOR_WRONG = 7.0, 3.0
#: The person under whose name the assistant's own suggestion votes, where it counts as an annotator.
MODEL = "model"
MOST_VOTES = 50

_REMEDY = "write a number such as 3, or 'fixed 3', 'first 2 of 5', 'posterior 0.85', 'posterior 0.85 (2, 7)'"
_FIXED = re.compile(r"(?:(?:fixed|quorum)[ =]*)?(\d{1,9})")
_FIRST_TO = re.compile(r"first (?:to )?(\d{1,9}) of (\d{1,9})")
_POSTERIOR = re.compile(
    r"posterior(?: (\d*\.\d+|\d{1,3} ?%))?(?: ?\( ?(?:min )?(\d{1,9}) ?, ?(?:max )?(\d{1,9}) ?\))?",
)


@dataclass(frozen=True)
class Fixed:
    """An answer is agreed when ``n`` people have given it. There is no bound on the votes that takes."""

    n: int

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MOST_VOTES:
            raise ValueError(f"{self.n} is no quorum; write a number from 1 to {MOST_VOTES}")

    def __str__(self) -> str:
        return f"fixed {self.n}"


@dataclass(frozen=True)
class FirstTo:
    """An answer is agreed when ``k`` people have given it; exhausted when ``n`` votes can't bring that any more."""

    k: int
    n: int

    def __post_init__(self) -> None:
        if not 1 <= self.k <= self.n <= MOST_VOTES:
            raise ValueError(
                f"first {self.k} of {self.n} can't be; write 'first K of N' with 1 <= K <= N <= {MOST_VOTES}"
            )

    def __str__(self) -> str:
        return f"first {self.k} of {self.n}"


@dataclass(frozen=True)
class Posterior:
    """An answer is agreed when it is right with probability ``threshold``, judged from ``minimum`` votes or more.

    Exhausted when there are ``maximum`` votes and no answer is that probable.
    """

    threshold: float = 0.82
    minimum: int = 2
    maximum: int = 9

    def __post_init__(self) -> None:
        if not 0.5 <= self.threshold <= 0.9999:
            raise ValueError(f"a threshold of {self.threshold} can't be; write one from 0.5 to 0.9999, such as 0.85")
        if not 1 <= self.minimum <= self.maximum <= MOST_VOTES:
            raise ValueError(
                f"{self.minimum} to {self.maximum} votes can't be; "
                f"write (MIN, MAX) with 1 <= MIN <= MAX <= {MOST_VOTES}"
            )

    def __str__(self) -> str:
        return f"posterior {self.threshold} ({self.minimum}, {self.maximum})"

    def within(self, people: int) -> Posterior:
        """The same rule where only so many people can vote: it is exhausted when all of them have."""
        most = max(1, min(self.maximum, people))
        return replace(self, minimum=min(self.minimum, most), maximum=most)


Rule = Fixed | FirstTo | Posterior


def parse_rule(text: str) -> Rule:
    """The rule that words describe; ``str`` of a rule is such words. Raises ValueError with a line and its remedy."""
    words = " ".join(text.lower().split())
    if match := _FIXED.fullmatch(words):
        return Fixed(int(match[1]))
    if match := _FIRST_TO.fullmatch(words):
        return FirstTo(int(match[1]), int(match[2]))
    if match := _POSTERIOR.fullmatch(words):
        threshold, minimum, maximum = match.groups()
        rule = Posterior() if threshold is None else Posterior(_fraction(threshold))
        return rule if minimum is None else replace(rule, minimum=int(minimum), maximum=int(maximum))
    raise ValueError(f"'{' '.join(text.split())[:40]}' is no quorum rule; {_REMEDY}")


def _fraction(text: str) -> float:
    return float(text.rstrip("% ")) / 100 if text.endswith("%") else float(text)


@dataclass(frozen=True)
class Skill:
    """How often somebody was right and wrong, beyond the prior. Estimated, so not whole numbers."""

    right: float = 0.0
    wrong: float = 0.0

    @property
    def accuracy(self) -> float:
        """The mean of the Beta distribution of this person's accuracy."""
        right = PRIOR_RIGHT + self.right
        return right / (right + PRIOR_WRONG + self.wrong)


@dataclass(frozen=True)
class Ballot:
    """One person's answer to one question. Of several by the same person, the one with the highest sequence counts."""

    person: str
    answer: str
    sequence: int = 0


@dataclass(frozen=True)
class Candidate:
    """An answer that somebody gave: by whom, in the order they voted, and how probably it is right."""

    answer: str
    people: tuple[str, ...]
    posterior: float


@dataclass(frozen=True)
class Agreed:
    """The rule is satisfied."""

    answer: str
    people: tuple[str, ...]
    #: The posterior probability of the answer, whatever the rule.
    confidence: float


@dataclass(frozen=True)
class Exhausted:
    """As many people have voted as the rule lets vote, and it is not satisfied. The most probable candidate first."""

    candidates: tuple[Candidate, ...]


Verdict = Agreed | Exhausted | None


def most_votes(rule: Rule) -> int | None:
    """How many votes a question may get before it is exhausted; None: any number."""
    match rule:
        case Fixed():
            return None
        case FirstTo(_, n):
            return n
        case Posterior(_, _, maximum):
            return maximum


def usual_rule(people: int) -> Rule:
    """The rule where nobody set one and so many people can vote: by posterior as soon as they are three."""
    return Posterior().within(people) if people >= 3 else Fixed(1)


def decide(rule: Rule, ballots: Iterable[Ballot], *, classes: int, skills: Mapping[str, Skill]) -> Verdict:
    """What the ballots come to; None while more are needed.

    ``classes`` is the number of possible answers, each as probable as the others beforehand. Somebody without a skill
    has the prior's. The order of the ballots and repetitions make no difference; where answers stand equal, the
    one with more people, then the first in alphabetical order is taken.
    """
    found = candidates(ballots, classes=classes, skills=skills)
    votes = sum(len(candidate.people) for candidate in found)
    match rule:
        case Fixed(n):
            winner, most = _with_people(found, n), None
        case FirstTo(k, n):
            winner, most = _with_people(found, k), n
            if winner is None and max((len(other.people) for other in found), default=0) + n - votes < k:
                return Exhausted(found)
        case Posterior(threshold, minimum, maximum):
            enough = votes >= minimum and found[0].posterior >= threshold
            winner, most = found[0] if enough else None, maximum
    if winner is not None:
        return Agreed(winner.answer, winner.people, winner.posterior)
    return Exhausted(found) if most is not None and votes >= most else None


def _with_people(found: Sequence[Candidate], needed: int) -> Candidate | None:
    enough = [candidate for candidate in found if len(candidate.people) >= needed]
    return min(enough, key=lambda candidate: (-len(candidate.people), candidate.answer), default=None)


def candidates(ballots: Iterable[Ballot], *, classes: int, skills: Mapping[str, Skill]) -> tuple[Candidate, ...]:
    """The answers that were given, the most probable first. See ``decide``.

    The posterior of the one-coin model: somebody of accuracy ``p`` gives the right answer with probability ``p``, and
    each of the others with ``(1 - p) / (classes - 1)``. An accuracy under chance counts as chance, so that nobody's
    vote speaks against what it says.
    """
    people: dict[str, list[str]] = {}
    for ballot in _one_a_person(ballots):
        people.setdefault(ballot.answer, []).append(ballot.person)
    classes = max(classes, len(people), 2)
    weights = {
        answer: math.fsum(_weight(skills.get(name, Skill()), classes) for name in names)
        for answer, names in people.items()
    }
    top = max(weights.values(), default=0.0)
    # Answers that nobody gave weigh nothing, and are as many as are left.
    total = math.fsum([*(math.exp(w - top) for w in weights.values()), (classes - len(people)) * math.exp(-top)])
    found = [Candidate(answer, tuple(people[answer]), math.exp(weights[answer] - top) / total) for answer in weights]
    return tuple(sorted(found, key=lambda one: (-one.posterior, -len(one.people), one.answer)))


def _one_a_person(ballots: Iterable[Ballot]) -> list[Ballot]:
    latest: dict[str, Ballot] = {}
    for ballot in ballots:
        known = latest.get(ballot.person)
        if known is None or (ballot.sequence, ballot.answer) > (known.sequence, known.answer):
            latest[ballot.person] = ballot
    return sorted(latest.values(), key=lambda ballot: (ballot.sequence, ballot.person))


def _weight(skill: Skill, classes: int) -> float:
    """By how much a vote raises the logarithm of the odds of its answer against each other one."""
    accuracy = max(skill.accuracy, 1 / classes)
    return math.log(accuracy * (classes - 1) / (1 - accuracy))
