"""How a crowd does: how far it agrees, what it mixes up, how right each person is, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from slackbot.crowd.agreement import (
    Accuracy,
    Kappa,
    Measure,
    Undefined,
    Unit,
    accuracies,
    alpha,
    confusion,
    kappas,
    span_alpha,
)
from slackbot.crowd.leaderboard import Rank, leaderboard
from slackbot.crowd.spans import spans_of
from slackbot.learning.question import How, PartKind
from slackbot.learning.voted import Voted


@dataclass(frozen=True)
class Statistics:
    """Of all that was voted on and agreed, in a channel or a workspace."""

    #: Closed questions on which somebody voted.
    questions: int
    #: Distinct people a question, over these questions; their number is the number of votes.
    votes: int
    #: How many parts (intent, entities, an action) were decided in each way.
    decided: Mapping[How, int]
    #: Krippendorff's alpha of each kind of part.
    alphas: Mapping[PartKind, Measure]
    #: Cohen's kappa of each two people, over intents, actions and entities together.
    kappas: Mapping[tuple[str, str], Kappa]
    #: (agreed intent, given intent) to votes.
    confusion: Counter[tuple[str, str]]
    #: Slack user id to how often the person gave the agreed answer, to anything.
    accuracies: Mapping[str, Accuracy]
    #: How often the agreed answer was the assistant's suggestion, where people voted.
    assistant: Accuracy
    #: By gold questions, and by what adjudicators ruled.
    leaderboard: Sequence[Rank] = ()

    @property
    def mean_votes(self) -> Measure:
        """Votes a question."""
        return self.votes / self.questions if self.questions else Undefined("nobody has voted yet")

    @property
    def mixed_up(self) -> list[tuple[tuple[str, str], int]]:
        """Which intents were given for which agreed ones, the most frequent first."""
        wrong = [(pair, number) for pair, number in self.confusion.items() if pair[0] != pair[1]]
        return sorted(wrong, key=lambda row: (-row[1], row[0]))


def statistics(everything: Iterable[Voted], gold: Iterable[tuple[str, Unit]] = ()) -> Statistics:
    """Works them all out. Votes on what nobody was asked about don't exist, so they don't count.

    ``gold`` are answers to gold questions, for the leaderboard: the right one, and who gave which.
    """
    parts = list(everything)
    asked = [part for part in parts if part.answers]
    judged = [(part.agreed, part.answers) for part in asked]
    voters: dict[tuple[str, str], set[str]] = {}
    for part in asked:
        voters.setdefault((part.conversation, part.question), set()).update(part.answers)
    return Statistics(
        questions=len(voters),
        votes=sum(map(len, voters.values())),
        decided=Counter(part.how for part in parts),
        alphas={kind: _alpha(kind, asked) for kind in PartKind},
        kappas=kappas(part.answers for part in asked),
        confusion=confusion((part.agreed, part.answers) for part in asked if part.kind is PartKind.INTENT),
        accuracies=accuracies(judged),
        leaderboard=leaderboard([*gold, *((part.agreed, part.answers) for part in asked if part.is_gold)]),
        assistant=Accuracy(sum(part.suggested == part.agreed for part in asked), len(asked)),
    )


def _alpha(kind: PartKind, asked: Sequence[Voted]) -> Measure:
    units = [part.answers for part in asked if part.kind is kind]
    if kind is not PartKind.ENTITIES:
        return alpha(units)
    if not any(len(unit) > 1 for unit in units):
        return alpha(units)
    found = span_alpha({person: spans_of(answer) for person, answer in unit.items()} for unit in units)
    marked = any(spans_of(answer) for unit in units if len(unit) > 1 for answer in unit.values())
    return found if marked else Undefined("nobody has marked an entity where two people answered")
