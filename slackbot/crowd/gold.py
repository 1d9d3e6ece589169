"""Gold questions, whose answers are known for certain, and what they tell of annotators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slackbot.crowd.standing import Evidence, Standing, Thresholds, standing


@dataclass(frozen=True)
class GoldQuestion:
    """A message whose meaning is known for certain."""

    #: ``conversation:question`` in which it was agreed on.
    id: str
    text: str
    intent: str
    #: In which it was said: only its members may see it.
    channel: str
    #: Slack user ids of those who answered it there: they aren't asked.
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoldAnswer:
    """What somebody answered, once."""

    person: str
    gold: str
    answer: str
    right: bool
    #: Unix seconds.
    at: float


@dataclass(frozen=True)
class Checked:
    """All that is known of a workspace's annotators, at one moment."""

    thresholds: Thresholds
    gold: tuple[GoldQuestion, ...]
    #: Person to answers to gold questions that still are, oldest first: right or not.
    answers: Mapping[str, tuple[bool, ...]]
    evidence: Mapping[str, Evidence]

    def standing(self, person: str) -> Standing:
        """What is made of somebody."""
        return standing(self.evidence.get(person, Evidence()), self.thresholds)
