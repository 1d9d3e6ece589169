"""What people answered to everything that was ever agreed on, one thing after the other, for the statistics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from slackbot.crowd.aggregation import Labels, Result, expected_skills, one_coin
from slackbot.crowd.quorum import MODEL, Skill
from slackbot.crowd.spans import Span, spans_text
from slackbot.crowd.votes import Vote, counting
from slackbot.learning.entity_votes import rows_of, span_of
from slackbot.learning.question import ClosedQuestion, How, Outcome, PartKind
from slackbot.store import Store


@dataclass(frozen=True)
class Voted:
    """One part of a closed question that was decided."""

    conversation: str
    question: str
    index: int
    kind: PartKind
    #: The message of the turn.
    text: str
    suggested: str
    agreed: str
    how: How
    #: Slack user id to answer, in the order of their votes.
    answers: Mapping[str, str]
    #: The number of possible answers.
    choices: int

    @property
    def is_gold(self) -> bool:
        """Whether the agreed answer is known to be right otherwise than by these votes: an adjudicator ruled it."""
        return self.how is How.RULING

    @property
    def name(self) -> str:
        """Names it among all."""
        return f"{self.conversation}:{self.question}:{self.index}"


def voted(conversation: str, closed: ClosedQuestion) -> Iterator[Voted]:
    """The parts of a question that was decided; none of one that was taken back before.

    Answers about entities are compared by place, type, role and group, so that is what is in their answers here.
    """
    if closed.outcome is not Outcome.DECIDED:
        return
    question, path = closed.question, closed.question.decided
    votes = [Vote(person, answers, place) for place, (person, answers) in enumerate(closed.votes.items())]
    for index, agreed in enumerate(path):
        part = question.parts[index]
        answers = part.given or {vote.person: vote.answers[index] for vote in counting(votes, path[:index])}
        choices = question.terms.classes.get(part.kind, 0) if question.terms else 0
        yield Voted(
            conversation=conversation,
            question=question.id,
            index=index,
            kind=part.kind,
            text=question.message.text,
            suggested=plain_answer(part.kind, part.suggested),
            agreed=plain_answer(part.kind, agreed),
            how=part.how,
            answers={person: plain_answer(part.kind, answer) for person, answer in answers.items()},
            choices=choices,
        )


def plain_answer(kind: PartKind, answer: str) -> str:
    """An answer that is equal for answers that count as the same; one about entities as ``spans_text``."""
    return spans_text(spans(answer)) if kind is PartKind.ENTITIES else answer


def spans(answer: str) -> tuple[Span, ...]:
    """The spans of an answer about entities; none where it is no such answer."""
    try:
        return tuple(span_of(row) for row in rows_of(answer))
    except ValueError:
        return ()


async def all_voted(store: Store, team: str, channel: str | None = None) -> AsyncIterator[Voted]:
    """Of every conversation of a workspace, or of one channel. Raises StoreUnavailable."""
    for conversation_id in await store.conversations(limit=_EVERY):
        snapshot = await store.read(conversation_id, since=_EVERY)
        session = snapshot.session if snapshot else {}
        if session.get("team") != team or channel not in {None, session.get("channel")}:
            continue
        for record in await store.closed_questions(conversation_id):
            for one in voted(conversation_id, ClosedQuestion.from_dict(record)):
                yield one


#: More conversations, or events of one, than there ever are.
_EVERY = 10**9


def skills_from(everything: Iterable[Voted]) -> dict[str, Skill]:
    """How often each person, and the assistant as ``MODEL``, was right and wrong, as the one-coin model expects.

    What an adjudicator ruled is taken as right; everything else is what the people's votes make probable. What only
    one person answered tells nothing of that person. The assistant is judged by the people and has no say itself:
    whoever accepts whatever it suggests must not look skilled for that.
    """
    told = [one for one in everything if len(one.answers) > 1 or (one.is_gold and one.answers)]
    if not told:
        return {}
    rows = [(one.name, person, answer) for one in told for person, answer in one.answers.items()]
    labels = Labels.of(rows, {one.name: max(one.choices, 2) for one in told})
    result = one_coin(labels, gold={one.name: one.agreed for one in told if one.is_gold})
    return {**expected_skills(result), MODEL: _of_assistant(told, result)}


def _of_assistant(told: Sequence[Voted], result: Result) -> Skill:
    probable = result.probabilities()
    suggested = [one for one in told if one.suggested]
    right = sum(
        float(one.suggested == one.agreed) if one.is_gold else probable.get((one.name, one.suggested), 0.0)
        for one in suggested
    )
    return Skill(right, len(suggested) - right)
