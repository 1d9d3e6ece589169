"""What the votes on a question come to: pure, and all from what is noted on the question itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slackbot.crowd.quorum import (
    MODEL,
    Agreed,
    Ballot,
    Exhausted,
    Fixed,
    Posterior,
    Verdict,
    candidates,
    decide,
    most_votes,
)
from slackbot.crowd.votes import Mark, Vote, agreement, counting
from slackbot.learning.entity_votes import agreed_spans
from slackbot.learning.question import Decision, How, PartKind, Question
from slackbot.learning.terms import Terms


def judged(question: Question, votes: Iterable[Vote], path: Sequence[str]) -> Decision | Exhausted | None:
    """What is decided about the part after these answers; None while more votes are needed.

    A ruling goes before everything, then what needn't be asked, then the votes under the question's rule.
    """
    index = len(path)
    for ruling in reversed(question.rulings):
        if len(ruling.answers) > index and ruling.answers[:index] == tuple(path):
            return Decision(index, ruling.answers[index], (ruling.by,), How.RULING)
    if _needs_nobody(question, path):
        return Decision(index, question.parts[index].suggested, (), How.UNASKED)
    found = verdict(question, votes, path)
    if isinstance(found, Agreed):
        people = tuple(name for name in found.people if name != MODEL)
        return Decision(index, found.answer, people, How.VOTES)
    return found


def verdict(question: Question, votes: Iterable[Vote], path: Sequence[str]) -> Verdict:
    """What the votes alone say about the part after these answers, under the question's rule.

    Entities are agreed on as a whole, or else span by span. Somebody who is not sure has given one of the votes that
    a part may get, for no answer.
    """
    terms = question.terms or Terms(question.rule)
    counted = [vote for vote in votes if vote.person not in terms.excluded]
    found = _on_whole_answers(question, terms, counted, path)
    if not isinstance(found, Agreed) and question.parts[len(path)].kind is PartKind.ENTITIES:
        found = agreed_spans(terms, counting(counted, path), len(path)) or found
    if found is None and (most := most_votes(terms.rule)) is not None:
        ballots = ballots_on(question, terms, counted, path)
        unsure = {vote.person for vote in counted if vote.mark is Mark.UNSURE} - {ballot.person for ballot in ballots}
        if len(ballots) + len(unsure) >= most:
            kind = question.parts[len(path)].kind
            return Exhausted(candidates(ballots, classes=terms.classes.get(kind, 2), skills=terms.skills))
    return found


def _on_whole_answers(question: Question, terms: Terms, counted: Sequence[Vote], path: Sequence[str]) -> Verdict:
    if isinstance(terms.rule, Fixed):
        return _by_number(counted, path, terms.rule.n)
    kind = question.parts[len(path)].kind
    ballots = ballots_on(question, terms, counted, path)
    return decide(terms.rule, ballots, classes=terms.classes.get(kind, 2), skills=terms.skills)


def ballots_on(question: Question, terms: Terms, votes: Iterable[Vote], path: Sequence[str]) -> list[Ballot]:
    """The votes that say something about the part after these answers.

    The assistant's suggestion is one of them, where the terms say so, once a person has voted on the part.
    """
    index = len(path)
    ballots = [Ballot(vote.person, vote.answers[index], vote.sequence) for vote in counting(votes, path)]
    part = question.parts[index]
    suggests = part.suggested and tuple(path) == question.suggestion[:index]
    if ballots and terms.model_votes and suggests and isinstance(terms.rule, Posterior):
        ballots.append(Ballot(MODEL, part.suggested))
    return ballots


def is_disputed(question: Question, votes: Iterable[Vote]) -> bool:
    """Whether adjudicators may decide an open question: votes came to nothing, or somebody has flagged it."""
    return bool(question.open_parts) and (question.dispute is not None or any(vote.mark is Mark.FLAG for vote in votes))


def _by_number(votes: Iterable[Vote], path: Sequence[str], needed: int) -> Agreed | None:
    """The answer that so many people gave first: one that came to it later doesn't take its place."""
    agreed = agreement(votes, path, needed)
    return Agreed(agreed.answer, agreed.people, 1.0) if agreed else None


#: Policies that say what the project says. The confidence of any other is a guess's, and nobody knows how often
#: guesses that are so sure are right.
_CERTAIN_POLICIES = frozenset({"RulePolicy", "MemoizationPolicy"})


def _needs_nobody(question: Question, path: Sequence[str]) -> bool:
    """Whether the assistant is so sure of a part that people needn't be asked."""
    terms, index = question.terms, len(path)
    if terms is None or terms.auto_accept is None or terms.audited or tuple(path) != question.suggestion[:index]:
        return False
    part = question.parts[index]
    if part.kind is PartKind.ACTION and part.policy not in _CERTAIN_POLICIES:
        return False
    sure = certainty(question, index)
    return bool(part.suggested) and sure is not None and sure >= terms.auto_accept


def certainty(question: Question, index: int) -> float | None:
    """How sure the assistant is of what it suggests; None where it doesn't say.

    Entities are as sure as the least sure of them and of the intent, whose confidence is that of the whole message.
    """
    part = question.parts[index]
    if part.kind is not PartKind.ENTITIES:
        return part.confidence
    whole = question.parts[0].confidence
    if whole is None:
        return None
    found = question.parse_data.get("entities") or ()
    return min([whole, *(float(entity.get("confidence_entity") or 1.0) for entity in found)])
