"""Which decided questions are certain enough to ask others about them as gold."""

from __future__ import annotations

from slackbot.crowd.gold import GoldQuestion
from slackbot.learning.question import ClosedQuestion, How, Outcome, PartKind


def promoted(conversation: str, channel: str, closed: ClosedQuestion, least: int) -> GoldQuestion | None:
    """The gold question that a question makes; None where it makes none.

    What a message means is certain where an adjudicator ruled so, or ``least`` people or more voted and all agreed.
    """
    question = closed.question
    first = question.parts[0]
    if closed.outcome is not Outcome.DECIDED or first.kind is not PartKind.INTENT or not first.decided:
        return None
    given = first.given
    unanimous = len(given) >= least and set(given.values()) == {first.decided}
    if first.how is not How.RULING and not (unanimous and first.how is How.VOTES):
        return None
    people = tuple(sorted({*given, *first.people}))
    return GoldQuestion(f"{conversation}:{question.id}", question.message.text, first.decided, channel, people)
