"""Votes on a message's entities, agreed on span by span where people don't mark everything alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from slackbot.crowd.quorum import Agreed
from slackbot.crowd.spans import Span, SpanBallot, span_decide
from slackbot.crowd.votes import Vote
from slackbot.learning.question import entities_answer
from slackbot.learning.terms import SPAN, Terms

Json = dict[str, Any]


def agreed_spans(terms: Terms, votes: Sequence[Vote], index: int) -> Agreed | None:
    """The answer put together of the entities that people agree on; None as long as any stretch of text is open.

    ``votes`` count for the part of that index, which is about entities. Those who are named agree with all of it, or
    else with some of it.
    """
    try:
        marked = {vote.person: rows_of(vote.answers[index]) for vote in votes}
    except ValueError:
        return None
    ballots = [
        SpanBallot(vote.person, tuple(span_of(row) for row in marked[vote.person]), vote.sequence) for vote in votes
    ]
    found = span_decide(terms.rule, ballots, classes=terms.classes.get(SPAN, 2), skills=terms.skills)
    if not ballots or not found.agreed:
        return None
    known = {(span, span.value): row for rows in marked.values() for row in rows for span in [span_of(row)]}
    answer = entities_answer(known[span, span.value] for span in found.spans)
    verdicts = [region.verdict.people for region in found.regions if isinstance(region.verdict, Agreed)]
    whole = [vote.person for vote in votes if all(vote.person in people for people in verdicts)]
    some = [vote.person for vote in votes if any(vote.person in people for people in verdicts)]
    return Agreed(answer, tuple(whole or some), found.confidence)


def rows_of(answer: str) -> list[Json]:
    """The entities of an answer. Raises ValueError where it is no such answer."""
    rows: list[Json] = json.loads(answer)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{answer[:40]!r} holds no entities")
    return rows


def span_of(row: Json) -> Span:
    """An entity of an answer as a span; its value is JSON."""
    return Span(
        start=int(row.get("start", 0)),
        end=int(row.get("end", 0)),
        type=str(row.get("entity", "")),
        role=str(row.get("role") or ""),
        group=str(row.get("group") or ""),
        value=json.dumps(row.get("value"), ensure_ascii=False),
    )
