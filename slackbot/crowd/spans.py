"""Agreement on entities, span by span: people need not mark everything alike to agree on what they mark alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slackbot.crowd.quorum import Agreed, Ballot, Exhausted, Rule, Skill, Verdict, decide


@dataclass(frozen=True, order=True)
class Span:
    """An entity that somebody marks. Two are the same when place, type, role and group are; values may differ."""

    start: int
    end: int
    type: str
    role: str = ""
    group: str = ""
    value: str = field(default="", compare=False)


@dataclass(frozen=True)
class SpanBallot:
    """All that one person marks in a text. Of several by the same person, the highest sequence counts."""

    person: str
    spans: tuple[Span, ...]
    sequence: int = 0


@dataclass(frozen=True)
class Region:
    """A piece of the text in which marked spans overlap, and what people have agreed is in it."""

    start: int
    end: int
    #: An answer is what ``spans_text`` makes of the spans; ``[]`` where there is none.
    verdict: Verdict
    #: The agreed spans with their values; none as long as nothing is agreed.
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class SpanVerdict:
    """What the ballots come to, region by region, in the order of the text."""

    regions: tuple[Region, ...]

    @property
    def agreed(self) -> bool:
        """Whether every region is."""
        return all(isinstance(region.verdict, Agreed) for region in self.regions)

    @property
    def exhausted(self) -> bool:
        """Whether the regions that are not agreed are exhausted, and there are such."""
        open_ = [region.verdict for region in self.regions if not isinstance(region.verdict, Agreed)]
        return bool(open_) and all(isinstance(verdict, Exhausted) for verdict in open_)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The answer put together: whatever is agreed, in the order of the text."""
        return tuple(sorted(span for region in self.regions for span in region.spans))

    @property
    def confidence(self) -> float:
        """That of the least certain region; 0 where one is not agreed."""
        return min(
            (region.verdict.confidence if isinstance(region.verdict, Agreed) else 0.0 for region in self.regions),
            default=0.0,
        )


def span_decide(rule: Rule, ballots: Iterable[SpanBallot], *, classes: int, skills: Mapping[str, Skill]) -> SpanVerdict:
    """Applies the rule to each region of the text by itself, and puts the answer together.

    Spans that overlap are alternatives, so they make one region, and people's answers to it are what they marked in
    it, be it nothing. ``classes`` is the number of possible answers to a region: entity types (times roles and
    groups) and one for nothing. Where nobody marks anything, the whole text is one region. The order of the ballots
    makes no difference. Each agreed span has the value that most of those who gave it say, of equals the first.
    """
    people = _one_a_person(ballots)
    pieces = _pieces(span for ballot in people for span in ballot.spans)
    return SpanVerdict(tuple(_region(rule, piece, people, classes, skills) for piece in pieces or [()]))


def _region(
    rule: Rule, piece: Sequence[Span], people: Sequence[SpanBallot], classes: int, skills: Mapping[str, Skill]
) -> Region:
    answers = [
        Ballot(ballot.person, spans_text(span for span in ballot.spans if span in piece), ballot.sequence)
        for ballot in people
    ]
    verdict = decide(rule, answers, classes=classes, skills=skills)
    start, end = (min(s.start for s in piece), max(s.end for s in piece)) if piece else (0, 0)
    if not isinstance(verdict, Agreed):
        return Region(start, end, verdict)
    heard = [span for ballot in people if ballot.person in verdict.people for span in ballot.spans]
    spans = (replace(span, value=_value(span, heard)) for span in spans_of(verdict.answer))
    return Region(start, end, verdict, tuple(spans))


def span_agreement(ballots: Iterable[SpanBallot]) -> dict[Span, tuple[str, ...]]:
    """For each span that anybody marks, the people who do, in the order they voted."""
    people: dict[Span, list[str]] = {}
    for ballot in _one_a_person(ballots):
        for span in sorted(set(ballot.spans)):
            people.setdefault(span, []).append(ballot.person)
    return {span: tuple(people[span]) for span in sorted(people)}


def spans_text(spans: Iterable[Span]) -> str:
    """Spans as an answer that is equal for equal spans, in whatever order; their values make no difference."""
    rows = [[span.start, span.end, span.type, span.role, span.group] for span in sorted(set(spans))]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def spans_of(text: str) -> tuple[Span, ...]:
    """The other way, without values."""
    return tuple(Span(*row) for row in json.loads(text))


def _one_a_person(ballots: Iterable[SpanBallot]) -> list[SpanBallot]:
    latest: dict[str, SpanBallot] = {}
    for ballot in ballots:
        known = latest.get(ballot.person)
        if known is None or _later(ballot) > _later(known):
            latest[ballot.person] = ballot
    return sorted(latest.values(), key=lambda ballot: (ballot.sequence, ballot.person))


def _later(ballot: SpanBallot) -> tuple[int, str, list[str]]:
    return ballot.sequence, spans_text(ballot.spans), sorted(span.value for span in ballot.spans)


def _pieces(spans: Iterable[Span]) -> list[tuple[Span, ...]]:
    """The spans that overlap, directly or through others, side by side; pieces in the order of the text."""
    pieces: list[list[Span]] = []
    end = -1
    for span in sorted(set(spans)):
        if pieces and (span.start < end or span.start == pieces[-1][0].start):
            pieces[-1].append(span)
        else:
            pieces.append([span])
            end = span.end
        end = max(end, span.end)
    return [tuple(piece) for piece in pieces]


def _value(span: Span, heard: Iterable[Span]) -> str:
    """The value that most say; of equals the first in the alphabet."""
    values = Counter(other.value for other in heard if other == span)
    return min(values, key=lambda value: (-values[value], value))
