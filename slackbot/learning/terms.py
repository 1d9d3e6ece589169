"""The terms on which a question is decided, noted when it opens: whoever works it out later comes to the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from slackbot.crowd.quorum import Rule, Skill, parse_rule

#: The kind, among the number of possible answers, of a single stretch of text: which entity it is, or none.
SPAN = "span"


class Order(StrEnum):
    """In which order answers are offered, so that the place of the suggested one needn't push."""

    SUGGESTED = "suggested"
    #: Anew for each person and question.
    RANDOM = "random"
    ALPHABETICAL = "alphabetical"


@dataclass(frozen=True)
class Terms:
    """By which rule, and with what known of the annotators."""

    rule: Rule
    #: The number of possible answers to each kind of part (``PartKind`` values and ``SPAN``).
    classes: Mapping[str, int] = field(default_factory=dict)
    #: Slack user id, or ``MODEL``, to what was known of them.
    skills: Mapping[str, Skill] = field(default_factory=dict)
    #: Slack user ids whose votes are kept but not counted.
    excluded: frozenset[str] = frozenset()
    #: Whether what the assistant suggests counts as one annotator's vote, where the rule is by posterior.
    model_votes: bool = False
    #: The confidence from which a part is accepted without asking; None: every part is asked.
    auto_accept: float | None = None
    #: Whether people are asked all the same, to find out how often the assistant errs when it is that sure.
    audited: bool = False
    #: Whether nobody sees what others answered before answering.
    blind: bool = True
    order: Order = Order.SUGGESTED
    #: Unix seconds.
    opened_at: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """JSON for the store."""
        return {
            "rule": str(self.rule),
            "classes": dict(self.classes),
            "skills": {name: [skill.right, skill.wrong] for name, skill in self.skills.items()},
            "excluded": sorted(self.excluded),
            "model_votes": self.model_votes,
            "auto_accept": self.auto_accept,
            "audited": self.audited,
            "blind": self.blind,
            "order": self.order,
            "opened_at": self.opened_at,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Terms:
        """The other way."""
        return cls(
            **{
                **data,
                "rule": parse_rule(data["rule"]),
                "skills": {name: Skill(right, wrong) for name, (right, wrong) in data["skills"].items()},
                "excluded": frozenset(data["excluded"]),
                "order": Order(data.get("order", Order.SUGGESTED)),
            }
        )
