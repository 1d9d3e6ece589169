"""How the terms of a question are found when it opens: from the session, the settings, and what is known of people."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from slackbot.crowd.quorum import Skill
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, UserUttered
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.draft import words_of
from slackbot.learning.intents import intent_names
from slackbot.learning.question import PartKind
from slackbot.learning.session import Session
from slackbot.learning.terms import SPAN, Order, Terms

#: Actions after one message from which people are asked in any case: an assistant that goes round in circles is sure
#: of every step.
MOST_UNASKED = 10


@dataclass(frozen=True)
class Asking:
    """How people are asked, and how far the assistant's suggestions count. Shares and confidences are from 0 to 1."""

    model_votes: bool = False
    #: The confidence from which a part isn't asked; None: all are.
    auto_accept: float | None = None
    #: The share of questions that are asked all the same.
    audit_share: float = 0.1
    #: Whether nobody sees what others answered before answering.
    blind: bool = True
    order: Order = Order.SUGGESTED


async def _nothing_known(_: str) -> Mapping[str, Skill]:
    return {}


async def _nobody(_: str) -> Collection[str]:
    return ()


class Opening:
    """``skills`` and ``excluded`` are looked up by the workspace's id, each time that a question opens."""

    def __init__(
        self,
        asking: Asking | None = None,
        skills: Callable[[str], Awaitable[Mapping[str, Skill]]] = _nothing_known,
        excluded: Callable[[str], Awaitable[Collection[str]]] = _nobody,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._asking, self._skills, self._excluded, self._chance = asking or Asking(), skills, excluded, chance

    async def terms(self, session: Session, tracker: Tracker, text: str, now: float) -> Terms:
        """The terms of a question about this message that opens at Unix second ``now``. Raises StoreUnavailable."""
        asking = self._asking
        auto_accept = asking.auto_accept if _actions_since_message(tracker) < MOST_UNASKED else None
        return Terms(
            rule=session.deciding,
            classes=_classes(tracker.domain, text),
            skills=dict(await self._skills(session.team)),
            excluded=frozenset(await self._excluded(session.team)),
            model_votes=asking.model_votes,
            auto_accept=auto_accept,
            audited=auto_accept is not None and self._chance() < asking.audit_share,
            blind=asking.blind,
            order=asking.order,
            opened_at=now,
        )


def _classes(domain: Domain, text: str) -> dict[str, int]:
    """How many answers there are to each kind of part.

    Entities can be marked in more ways than can be counted on; these are the ways to mark none, or one word.
    """
    return {
        PartKind.INTENT: max(2, len(intent_names(domain))),
        PartKind.ENTITIES: max(2, 1 + len(words_of(text)) * len(domain.entities)),
        PartKind.ACTION: max(2, len(domain.actions)),
        SPAN: max(2, 1 + len(domain.entities)),
    }


def _actions_since_message(tracker: Tracker) -> int:
    actions = 0
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        actions += isinstance(event, ActionExecuted)
    return actions
