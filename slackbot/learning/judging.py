"""How right the assistant was before people decided: a verdict on every closed question, of no training's data.

A question's suggestions come from the model in force before anybody answered, so judging them by what was agreed is
a test on data that this model has never seen (progressive validation), and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.learning.question import How, PartKind, Question


@dataclass(frozen=True)
class Verdict:
    """What became of one question's suggestions."""

    #: Slack's ts of the message whose turn it was.
    turn: str
    #: Of the model that suggested the first part; None where the core's models have no versions.
    model_version: int | None
    #: None where nobody was asked about a message's meaning.
    intent_right: bool | None
    actions: int
    actions_right: int

    def as_list(self) -> list[Any]:
        """JSON for the store."""
        return [self.turn, self.model_version, self.intent_right, self.actions, self.actions_right]

    @classmethod
    def from_list(cls, data: Sequence[Any]) -> Verdict:
        """The other way."""
        return cls(*data)


def verdict(question: Question) -> Verdict:
    """The verdict on a question that is decided as a whole; on what nobody was asked about there is none."""
    asked = [part for part in question.parts if part.how is not How.UNASKED]
    intents = [part for part in asked if part.kind is PartKind.INTENT]
    actions = [part for part in asked if part.kind is PartKind.ACTION]
    return Verdict(
        turn=question.message.ts,
        model_version=question.parts[0].model_version if question.parts else None,
        intent_right=all(part.decided == part.suggested for part in intents) if intents else None,
        actions=len(actions),
        actions_right=sum(part.decided == part.suggested for part in actions),
    )


@dataclass(frozen=True)
class Accuracy:
    """Over some turns: shares from 0 to 1, None where there was nothing to be right about."""

    turns: int
    intents: float | None
    actions: float | None


@dataclass(frozen=True)
class Turn:
    """The verdicts on all questions of one turn."""

    intents: int
    intents_right: int
    actions: int
    actions_right: int


def turns_of(verdicts: Iterable[tuple[str, Verdict]]) -> list[Turn]:
    """The turns that these verdicts, each with its conversation's id, are about; the oldest message first."""
    turns: dict[tuple[float, str], list[Verdict]] = {}
    for conversation_id, one in verdicts:
        turns.setdefault((_seconds(one.turn), conversation_id), []).append(one)
    return [_turn(turns[key]) for key in sorted(turns)]


def accuracy(turns: Sequence[Turn]) -> Accuracy:
    """Of all these turns together; each action counts once."""
    intents, actions = sum(turn.intents for turn in turns), sum(turn.actions for turn in turns)
    return Accuracy(
        len(turns),
        sum(turn.intents_right for turn in turns) / intents if intents else None,
        sum(turn.actions_right for turn in turns) / actions if actions else None,
    )


def _turn(verdicts: Sequence[Verdict]) -> Turn:
    intents = [one.intent_right for one in verdicts if one.intent_right is not None]
    actions, right = sum(one.actions for one in verdicts), sum(one.actions_right for one in verdicts)
    return Turn(len(intents), sum(intents), actions, right)


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0
