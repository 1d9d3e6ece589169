"""A session: who teaches what where, and what it has added to the assistant."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from slackbot.core.protocol import Additions
from slackbot.crowd.quorum import FirstTo, Fixed, Posterior, Rule, parse_rule


class Status(StrEnum):
    """How far a session is."""

    OPEN = "open"
    #: Finish was pressed; the files are being posted.
    FINISHING = "finishing"
    FINISHED = "finished"
    ABORTED = "aborted"


@dataclass(frozen=True)
class Forked:
    """Where a conversation branched off another."""

    #: Id of the other.
    conversation: str
    #: The number of the turn before which it did, from 1.
    turn: int
    #: How many events both have in common.
    position: int


@dataclass(frozen=True)
class Session:
    """One assistant taught in one thread."""

    team: str
    channel: str
    #: Slack user id of who started it: may undo, restart, abort and finish.
    owner: str
    #: Slack user id of who plays the user: only this person's messages are turns.
    speaker: str
    #: How many distinct people must vote before a part can close.
    quorum: int
    #: Unix seconds.
    started_at: float
    status: Status = Status.OPEN
    additions: Additions = field(default_factory=Additions)
    #: What keeps the loop from going on, in words for people; None when nothing does.
    trouble: str | None = None
    #: Slack user id of who finished or aborted it; None as well where it was abandoned.
    ended_by: str | None = None
    #: By which a part closes, as text; empty where ``quorum`` people must agree.
    rule: str = ""
    #: Slack user id of who paused it; None while it goes on.
    paused_by: str | None = None
    #: None where it began by itself.
    forked: Forked | None = None
    #: Ids of the conversations that were forked from this one.
    branches: tuple[str, ...] = ()

    @property
    def deciding(self) -> Rule:
        """The rule by which a part closes."""
        return parse_rule(self.rule) if self.rule else Fixed(self.quorum)

    def as_dict(self) -> dict[str, Any]:
        """JSON for the store."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Session:
        """The other way."""
        additions = data["additions"]
        return cls(
            **{
                **data,
                "status": Status(data["status"]),
                "forked": Forked(**data["forked"]) if data.get("forked") else None,
                "branches": tuple(data.get("branches", ())),
                "additions": Additions(
                    intents=tuple(additions["intents"]),
                    entities=tuple(additions["entities"]),
                    actions=tuple(additions["actions"]),
                    responses=additions["responses"],
                ),
            }
        )

    def ended(self, status: Status, person: str | None) -> Session:
        """The session after somebody finished or aborted it; None: nobody did, it was abandoned."""
        return replace(self, status=status, ended_by=person, trouble=None)


def least_votes(rule: Rule) -> int:
    """How many people must vote before a part can close under a rule."""
    match rule:
        case Fixed(n):
            return n
        case FirstTo(k, _):
            return k
        case Posterior(_, minimum, _):
            return minimum
