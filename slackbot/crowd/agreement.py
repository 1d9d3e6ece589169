"""How far people agree: Krippendorff's alpha, Cohen's kappa, what is taken for what, and each person's accuracy.

Where a number is not defined, there is ``Undefined`` with the reason, in words for people.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from slackbot.crowd.spans import Span

#: What people answered about one thing: person to answer.
Unit = Mapping[str, str]

#: The standard normal distribution has 95 % of its mass within this many standard deviations.
_95_PERCENT = 1.959963984540054
_NOBODY_TWICE = "no question was answered by two people"
_ALWAYS_THE_SAME = "everybody always gave the same answer, so nothing tells agreement from habit"


@dataclass(frozen=True)
class Undefined:
    """A number that does not exist, and why."""

    why: str


Measure = float | Undefined


def alpha(units: Iterable[Unit]) -> Measure:
    """Krippendorff's alpha for nominal data: 1 for perfect agreement, 0 for what chance brings, below for less.

    People may have left questions out; questions that only one answered don't count.
    """
    return _alpha((Counter(unit.values()), 1) for unit in units)


def _alpha(units: Iterable[tuple[Counter[str], int]]) -> Measure:
    """Of units given as the number of people for each answer, and how often the unit occurs.

    Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C, from the counts of values by units.
    """
    totals: Counter[str] = Counter()
    observed = 0.0
    for counts, times in units:
        people = counts.total()
        if people < 2:
            continue
        for answer, number in counts.items():
            totals[answer] += number * times
        pairs = people**2 - sum(number**2 for number in counts.values())
        observed += times * pairs / (people - 1)
    everything = totals.total()
    if not everything:
        return Undefined(_NOBODY_TWICE)
    expected = (everything**2 - sum(number**2 for number in totals.values())) / (everything - 1)
    return 1 - observed / expected if expected else Undefined(_ALWAYS_THE_SAME)


def span_alpha(texts: Iterable[Mapping[str, Iterable[Span]]]) -> Measure:
    """Krippendorff's alpha over spans: person to the spans that this person marks, for each text.

    Each character that anybody marks is a thing that people answer: with the type, role and group that they mark it
    as, or with nothing. So spans that overlap agree where they overlap. Characters that nobody marks don't count:
    otherwise long texts without entities would look like agreement. Two spans of the same kind side by side are the
    same as one.
    """
    return _alpha(unit for text in texts for unit in _characters(text))


def _characters(text: Mapping[str, Iterable[Span]]) -> Iterable[tuple[Counter[str], int]]:
    """The marked characters of a text, those side by side that people answer alike taken together."""
    marked = {person: sorted(set(spans)) for person, spans in text.items()}
    cuts = sorted({place for spans in marked.values() for span in spans for place in (span.start, span.end)})
    for start, end in pairwise(cuts):
        answers = Counter(_kind_at(spans, start) for spans in marked.values())
        if set(answers) != {""}:
            yield answers, end - start


def _kind_at(spans: Sequence[Span], place: int) -> str:
    kinds = {f"{span.type}|{span.role}|{span.group}" for span in spans if span.start <= place < span.end}
    return " and ".join(sorted(kinds))


@dataclass(frozen=True)
class Kappa:
    """How far two people agree."""

    value: Measure
    #: The number of questions that both answered.
    shared: int


def kappa(first: Sequence[str], second: Sequence[str]) -> Kappa:
    """Cohen's kappa of two people's answers to the same questions."""
    shared = len(first)
    if not shared:
        return Kappa(Undefined("they never answered the same question"), 0)
    same = sum(mine == theirs for mine, theirs in zip(first, second, strict=True)) / shared
    mine, theirs = Counter(first), Counter(second)
    chance = sum(number * theirs[answer] for answer, number in mine.items()) / shared**2
    if math.isclose(chance, 1.0):
        return Kappa(Undefined("both always gave one and the same answer"), shared)
    return Kappa((same - chance) / (1 - chance), shared)


def kappas(units: Iterable[Unit]) -> dict[tuple[str, str], Kappa]:
    """Of each two people who answered a question both; names and pairs in alphabetical order."""
    answers: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for unit in units:
        for first, second in combinations(sorted(unit), 2):
            answers.setdefault((first, second), []).append((unit[first], unit[second]))
    return {pair: kappa(*zip(*both, strict=True)) for pair, both in sorted(answers.items())}


def confusion(units: Iterable[tuple[str, Unit]]) -> Counter[tuple[str, str]]:
    """How often people gave which answer where another, or the same, was agreed: (agreed, given) to votes."""
    return Counter((agreed, given) for agreed, unit in units for given in unit.values())


@dataclass(frozen=True)
class Accuracy:
    """How often somebody gave the agreed answer, and between what bounds that lies with 95 % confidence."""

    right: int
    votes: int

    @property
    def value(self) -> Measure:
        """The share of right votes."""
        return self.right / self.votes if self.votes else Undefined("no vote on anything that was agreed")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval, which holds for few votes and for shares near 0 and 1, too."""
        if not self.votes:
            return 0.0, 1.0
        share, z2 = self.right / self.votes, _95_PERCENT**2
        middle = share + z2 / (2 * self.votes)
        reach = _95_PERCENT * math.sqrt(share * (1 - share) / self.votes + z2 / (4 * self.votes**2))
        scale = 1 + z2 / self.votes
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def accuracies(units: Iterable[tuple[str, Unit]]) -> dict[str, Accuracy]:
    """Of each person, from agreed answers and what people answered; names in alphabetical order."""
    right: Counter[str] = Counter()
    votes: Counter[str] = Counter()
    for agreed, unit in units:
        for person, given in unit.items():
            votes[person] += 1
            right[person] += given == agreed
    return {person: Accuracy(right[person], votes[person]) for person in sorted(votes)}
