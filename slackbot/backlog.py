"""What waits for somebody, over all sessions: questions to answer, questions to decide, and where they are."""

from __future__ import annotations

from dataclasses import asdict

from slackbot.crowd.votes import Mark, Vote
from slackbot.errors import Refused, SlackRefused
from slackbot.learning.pending import Pending, by_urgency, is_over_share, share_of
from slackbot.learning.question import ClosedQuestion, Question
from slackbot.learning.session import Session
from slackbot.permissions import Permissions, Right
from slackbot.store import Store
from slackbot.store.overview import OpenQuestion, Overview
from slackbot.threads import Slack


class Backlog:
    """Every method raises StoreUnavailable, and SlackUnavailable where members have to be looked up."""

    def __init__(
        self, store: Store, overview: Overview, permissions: Permissions, slack: Slack, most_share: float | None
    ) -> None:
        """``most_share`` is the part of a session's votes that one person may give; None: all."""
        self._store, self._overview = store, overview
        self._permissions, self._slack, self._most_share = permissions, slack, most_share

    async def pending(self) -> list[Pending]:
        """Every open question, the most urgent first."""
        return by_urgency(_pending(one) for one in await self._overview.open_questions())

    async def waiting_for(self, person: str, *, but: str = "", most: int = 10) -> list[Pending]:
        """The questions that the person may answer and has not, the most urgent first; ``but`` is left out."""
        found: list[Pending] = []
        for one in await self.pending():
            if one.conversation != but and await self._is_asked(person, one):
                found.append(one)
            if len(found) == most:
                break
        return found

    async def to_decide(self, person: str, *, most: int = 10) -> list[Pending]:
        """The questions that wait for the person's ruling, the most urgent first."""
        found = [one for one in await self.pending() if one.to_decide]
        return [one for one in found if await self._may(Right.ADJUDICATE, person, one)][:most]

    async def asked(self, one: Pending) -> list[str]:
        """Who is to answer a question and has not, or to decide it where votes came to nothing, in order of their ids.

        No bots, and nobody whose votes are not counted. Raises SlackRefused where the bot can't see the members.
        """
        people = sorted(await self._permissions.people(one.session.channel))
        if one.to_decide:
            return [person for person in people if await self._may(Right.ADJUDICATE, person, one)]
        excluded = one.question.terms.excluded if one.question.terms else frozenset()
        return [person for person in people if person not in excluded and await self._is_asked(person, one)]

    async def now(self, one: Pending) -> Pending | None:
        """The question as it is now; None if it is not open any more."""
        current = await self.open_question(one.conversation)
        return current if current and current.id == one.id else None

    async def open_question(self, conversation: str) -> Pending | None:
        """The question that is open in a conversation, if any."""
        found = await self._overview.open_question(conversation)
        return _pending(found) if found else None

    async def _is_asked(self, person: str, one: Pending) -> bool:
        if one.card_ts is None or not one.asks(person) or not await self._may(Right.VOTE, person, one):
            return False
        return not await self.is_over_share(person, one.conversation, one.session, one.votes)

    async def link(self, pending: Pending) -> str | None:
        """Where the question's card is; None where Slack doesn't say."""
        try:
            return await self._slack.permalink(pending.session.channel, pending.card_ts or "")
        except SlackRefused:
            return None

    async def require_share(self, person: str, conversation: str, session: Session, votes: tuple[Vote, ...]) -> None:
        """Raises Refused where a first vote would give the person more than the share that one may have."""
        if any(vote.person == person and vote.answers for vote in votes):
            return
        if await self.is_over_share(person, conversation, session, votes):
            raise Refused(
                f"You have given as many of this session's votes as one may ({self._most_share:.0%} of all). "
                "Leave this one to others."
            )

    async def is_over_share(self, person: str, conversation: str, session: Session, votes: tuple[Vote, ...]) -> bool:
        """Whether another vote would give the person more than the share that one may have."""
        if self._most_share is None:
            return False
        records = await self._store.closed_questions(conversation)
        mine, total = share_of(person, (ClosedQuestion.from_dict(record) for record in records), votes)
        others = await self._permissions.annotators(session.channel, person)
        return is_over_share(mine, total, self._most_share, others)

    async def _may(self, right: Right, person: str, pending: Pending) -> bool:
        try:
            await self._permissions.require(right, person, pending.session.channel, pending.session)
        except (Refused, SlackRefused):
            return False
        return True


def _pending(one: OpenQuestion) -> Pending:
    return Pending(
        conversation=one.conversation_id,
        session=Session.from_dict(one.session),
        question=Question.from_dict(one.question),
        votes=tuple(Vote(**{**asdict(vote), "mark": Mark(vote.mark)}) for vote in one.votes),
        waiting=one.waiting,
        card_ts=one.card_ts,
        input_revision=one.input_revision,
        marked=one.marked,
    )
