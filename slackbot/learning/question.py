"""The question a turn card asks: what was understood and what would be done, part by part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from slackbot.core.protocol import Precedent
from slackbot.crowd.quorum import Fixed, Rule
from slackbot.crowd.votes import Mark
from slackbot.learning.terms import Terms

Entity = Mapping[str, Any]
_IDENTITY = ("start", "end", "entity", "role", "group", "value")


class PartKind(StrEnum):
    """What a part of a question is about."""

    INTENT = "intent"
    ENTITIES = "entities"
    ACTION = "action"


class How(StrEnum):
    """How a part was decided."""

    VOTES = "votes"
    #: The assistant was so sure that nobody was asked.
    UNASKED = "unasked"
    #: An adjudicator ruled.
    RULING = "ruling"


def entities_answer(entities: Iterable[Entity]) -> str:
    """Entities as an answer that is equal for equal entities: where they are, what they are, what they mean.

    Their order and everything else about them (extractor, confidence) make no difference.
    """
    rows = [{key: entity[key] for key in _IDENTITY if entity.get(key) is not None} for entity in entities]
    rows.sort(key=lambda row: (row.get("start", 0), row.get("end", 0), json.dumps(row, sort_keys=True)))
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def answered_entities(answer: str, known: Sequence[Entity] = ()) -> list[dict[str, Any]]:
    """The entities of an answer. One that the core had found itself keeps all that the core said of it."""
    originals = {entities_answer([entity]): dict(entity) for entity in known}
    return [originals.get(entities_answer([row]), row) for row in json.loads(answer)]


@dataclass(frozen=True)
class Part:
    """One thing to agree on."""

    kind: PartKind
    #: The answer the core suggests: an intent's name, ``entities_answer``, or an action's name.
    suggested: str
    confidence: float | None = None
    #: Rasa's name of the policy that predicted an action.
    policy: str | None = None
    #: A few words for people: ``rule 'greet'``.
    reason: str = ""
    #: What the bot would say in the course of the suggested action.
    says: tuple[str, ...] = ()
    #: The action's outcome is known only after it has run.
    runs_elsewhere: bool = False
    #: What the assistant's rules and stories say in the state after the answers to the parts before.
    precedents: tuple[Precedent, ...] = ()
    #: The version of the stored model that suggests it; None where the core has no such versions.
    model_version: int | None = None
    #: The agreed answer, once there is one, and the Slack user ids of those who gave it.
    decided: str | None = None
    people: tuple[str, ...] = ()
    how: How = How.VOTES
    #: Slack user id to what that person had answered to this part when it closed, in the order they voted. Votes for
    #: the parts after it come later, and repeat what is decided. Beside them stands, after an action that ran
    #: elsewhere, what others answered while it ran.
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """What is agreed, or else suggested."""
        return self.suggested if self.decided is None else self.decided


@dataclass(frozen=True)
class Message:
    """What the speaker wrote."""

    #: Slack's ts: the message's id in its channel.
    ts: str
    text: str
    #: The name of the reminder that triggered this, where nobody wrote it.
    reminder: str | None = None


@dataclass(frozen=True)
class Branch:
    """A state that votes lead to, and the card doesn't show, since it shows other answers."""

    #: The answers to the parts before, from the first part on.
    path: tuple[str, ...]
    #: What the assistant's rules and stories say there.
    precedents: tuple[Precedent, ...]


@dataclass(frozen=True)
class Failure:
    """A decided action that the action server did not run. Until somebody says what to do, nothing of it is written."""

    #: What failed: the decided action, or one that it needs.
    action: str
    #: The server's message, or why there is none.
    problem: str
    #: What was done about it, ``skip`` or ``events``, and the Slack user id of who decided; None while it is open.
    remedy: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class Decision:
    """A part of which it is decided what the answer is, by whom and how."""

    index: int
    answer: str
    people: tuple[str, ...]
    how: How = How.VOTES


@dataclass(frozen=True)
class Ruling:
    """What an adjudicator decided where votes came to nothing."""

    #: Slack user id.
    by: str
    #: Answers to the parts from the first part on.
    answers: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Dispute:
    """A part that got all the votes it may get, and no agreement."""

    #: Of the part.
    index: int
    #: Unix seconds.
    since: float


@dataclass(frozen=True)
class Question:
    """What one card asks. Parts close in order; the first ``appended`` of them are in the log."""

    #: Counts the questions of a conversation from 1.
    id: str
    quorum: int
    #: The message whose turn this is.
    message: Message
    #: What the core understood, as Rasa's parse_data.
    parse_data: Mapping[str, Any]
    parts: tuple[Part, ...]
    appended: int = 0
    #: Counts how often open parts were suggested anew. A press on an older card can be told by it.
    revision: int = 0
    #: States before an action that somebody voted for, as far as they have been looked into.
    branches: tuple[Branch, ...] = ()
    #: What came of running the first part that is not in the log, if that failed.
    failure: Failure | None = None
    #: None in records from before there were any: then ``quorum`` people must agree.
    terms: Terms | None = None
    rulings: tuple[Ruling, ...] = ()
    #: The open part that adjudicators are to decide; None while votes may still do.
    dispute: Dispute | None = None

    @property
    def rule(self) -> Rule:
        """By which votes decide."""
        return self.terms.rule if self.terms else Fixed(self.quorum)

    @property
    def decided(self) -> tuple[str, ...]:
        """The agreed answers, in order."""
        answers = []
        for part in self.parts:
            if part.decided is None:
                break
            answers.append(part.decided)
        return tuple(answers)

    @property
    def is_corrected(self) -> bool:
        """Whether anything was decided that had not been suggested."""
        return any(part.decided not in {None, part.suggested} for part in self.parts)

    @property
    def open_parts(self) -> tuple[Part, ...]:
        """The parts that nobody agreed on yet."""
        return self.parts[len(self.decided) :]

    @property
    def suggestion(self) -> tuple[str, ...]:
        """The path that *All right* votes for: what is decided, then what is suggested."""
        return tuple(part.answer for part in self.parts)

    def with_decision(
        self,
        index: int,
        answer: str,
        people: Sequence[str],
        how: How = How.VOTES,
        given: Mapping[str, str] | None = None,
    ) -> Question:
        """The question with one part closed, and what people had answered to it."""
        part = replace(self.parts[index], decided=answer, people=tuple(people), how=how, given=dict(given or {}))
        return replace(self, parts=(*self.parts[:index], part, *self.parts[index + 1 :]), dispute=None)

    def as_dict(self) -> dict[str, Any]:
        """JSON for the store."""
        # Without the terms: ``asdict`` would take their rule apart.
        return {**asdict(replace(self, terms=None)), "terms": self.terms.as_dict() if self.terms else None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Question:
        """The other way. Keys of a closed question's record are ignored."""
        return cls(
            id=data["id"],
            quorum=data["quorum"],
            message=Message(**data["message"]),
            parse_data=data["parse_data"],
            parts=tuple(_part(part) for part in data["parts"]),
            appended=data["appended"],
            revision=data["revision"],
            failure=Failure(**data["failure"]) if data.get("failure") else None,
            branches=tuple(Branch(tuple(branch["path"]), _precedents(branch)) for branch in data.get("branches", ())),
            terms=Terms.from_dict(data["terms"]) if data.get("terms") else None,
            rulings=tuple(Ruling(row["by"], tuple(row["answers"]), row["reason"]) for row in data.get("rulings", ())),
            dispute=Dispute(**data["dispute"]) if data.get("dispute") else None,
        )


def _part(data: Mapping[str, Any]) -> Part:
    return Part(
        **{
            **data,
            "kind": PartKind(data["kind"]),
            "says": tuple(data["says"]),
            "people": tuple(data["people"]),
            "how": How(data.get("how", How.VOTES)),
            "precedents": _precedents(data),
        }
    )


def _precedents(data: Mapping[str, Any]) -> tuple[Precedent, ...]:
    return tuple(Precedent(**{**row, "also": tuple(row["also"])}) for row in data.get("precedents", ()))


@dataclass(frozen=True)
class Remark:
    """What somebody said of a question beside an answer, or in its place."""

    mark: Mark
    comment: str = ""


class Outcome(StrEnum):
    """How a question ended."""

    DECIDED = "decided"
    #: The speaker edited or deleted the message before its turn closed.
    MESSAGE_CHANGED = "message_changed"
    UNDONE = "undone"
    #: It was open when somebody took an undo back.
    REDONE = "redone"
    RESTARTED = "restarted"
    ENDED = "ended"
    #: It was decided, and an adjudicator had it asked again.
    REOPENED = "reopened"


@dataclass(frozen=True)
class ClosedQuestion:
    """A question that is over, kept for ever: what was decided, by whom, and all the votes.

    Votes that come while a decided action runs elsewhere are among them, though too late to decide anything.
    """

    question: Question
    outcome: Outcome
    #: Slack user id to the answers that the person had given when the question closed.
    votes: Mapping[str, tuple[str, ...]]
    #: Who pressed undo, redo, restart, abort or finish, where that ended it.
    by: str | None = None
    #: Slack user id to what that person said beside, or in the place of, an answer.
    remarks: Mapping[str, Remark] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON for the store."""
        return {
            **self.question.as_dict(),
            "outcome": self.outcome,
            "votes": {person: list(answers) for person, answers in self.votes.items()},
            "by": self.by,
            "remarks": {person: asdict(remark) for person, remark in self.remarks.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ClosedQuestion:
        """The other way."""
        votes = {person: tuple(answers) for person, answers in data["votes"].items()}
        remarks = {
            person: Remark(Mark(remark["mark"]), remark["comment"])
            for person, remark in data.get("remarks", {}).items()
        }
        return cls(Question.from_dict(data), Outcome(data["outcome"]), votes, data["by"], remarks)
