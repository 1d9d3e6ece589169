"""Reminds people of questions that wait for their votes, then backups, then marks the sessions as waiting."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from slackbot.backlog import Backlog
from slackbot.crowd.nudges import Ladder, Pace, Stage, escalates_at, reminds_at, stage, zone_of
from slackbot.crowd.preferences import Nudges, Preferences
from slackbot.digests import Digests, Due, Recipient
from slackbot.errors import SlackRefused, SlackUnavailable
from slackbot.learning.pending import Pending
from slackbot.store.directory import Directory
from slackbot.store.nudges import ESCALATED, MARKED, REMINDED, SINCE, NudgeStore, Reminded
from slackbot.store.preferences import People

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Policy:
    """What the settings say of it."""

    pace: Pace
    #: Slack user ids of those who are asked only where others don't answer. None: ``adjudicators``, or else a session's
    #: owner, who are reminded like everybody too.
    backups: Collection[str] = ()
    adjudicators: Collection[str] = ()

    def backups_of(self, one: Pending) -> Collection[str]:
        """Who is asked where nobody answers a question."""
        return self.backups or self.adjudicators or (one.session.owner,)


class Nudging:
    """One look at all questions at a time; several at once, in whichever processes, send nothing twice."""

    def __init__(
        self,
        store: NudgeStore,
        backlog: Backlog,
        digests: Digests,
        people: People,
        directory: Directory,
        policy: Policy,
        *,
        marked: Callable[[str], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        """``marked`` is told the ids of conversations whose session was marked, so that somebody shows it."""
        self._store, self._backlog, self._digests = store, backlog, digests
        self._people, self._directory, self._policy = people, directory, policy
        self._marked, self._clock = marked, clock

    async def run(self) -> int:
        """Does whatever it is time for, and returns how many digests were sent.

        Raises StoreUnavailable, and SlackUnavailable where Slack doesn't say who is in a channel.
        """
        wishes, waiting = await self._people.everybody(), dict[str, list[Due]]()
        noted, pending = await self._store.questions(), await self._backlog.pending()
        await self._store.forget({name: noted[name] for name in noted.keys() - {one.id for one in pending}})
        for one in pending:
            for person, due in (await self._due(one, noted.get(one.id, {}), wishes)).items():
                waiting.setdefault(person, []).append(due)
        sent = await self._remind(waiting, wishes)
        await self._digests.strike()
        return sent

    async def _due(self, one: Pending, noted: Mapping[str, float], wishes: Mapping[str, Preferences]) -> dict[str, Due]:
        """Whom to remind of a question. Marks its session where nobody is left to be reminded."""
        now = self._clock()
        if MARKED in noted and not one.marked:  # a vote has taken the mark away
            await self._store.begin(one.id, now, noted)
            return {}
        since = noted.get(SINCE) or one.opened_at
        if not since:  # of a question that was asked by an earlier version of this program
            await self._store.begin(one.id, now)
            return {}
        pace, ladder = self._policy.pace, Ladder(since, noted.get(REMINDED), noted.get(ESCALATED))
        if one.card_ts is None or not (one.waits_for_votes or one.to_decide) or now < reminds_at(ladder, pace):
            return {}
        try:
            asked = [person for person in await self._backlog.asked(one) if _wants(wishes, person)]
        except SlackRefused as error:
            log.info("nobody is reminded of question %s of session %s: %s", one.question.id, one.conversation, error)
            return {}
        backups = [person for person in asked if person in self._policy.backups_of(one)]
        people = [person for person in asked if person not in self._policy.backups]
        then = stage(ladder, now, pace, people=bool(people), backups=bool(backups))
        if then is Stage.MARK:
            await self._mark(one, now)
            return {}
        due = {person: Due(one, reminds_at(ladder, pace)) for person in people}
        escalates = escalates_at(ladder, pace, people=bool(people))
        if then is Stage.ESCALATE and escalates is not None:
            due |= {person: Due(one, escalates, as_backup=True) for person in backups}
        return due

    async def _mark(self, one: Pending, now: float) -> None:
        if not one.marked and await self._store.mark(one.conversation, one.question.id, one.input_revision, now):
            log.info("session %s waits for votes that don't come", one.conversation)
            await self._marked(one.conversation)

    async def _remind(self, waiting: Mapping[str, list[Due]], wishes: Mapping[str, Preferences]) -> int:
        sent, known = 0, await self._store.people()
        unsettled = {person for person, reminded in known.items() if reminded.sending is not None}
        everybody = sorted({*waiting, *unsettled})
        profiles = await self._directory.profiles(everybody)
        for person in everybody:
            recipient = Recipient(person, zone_of(profiles[person].tz), wishes.get(person, Preferences()))
            try:
                sent += await self._digests.remind(recipient, known.get(person, Reminded()), waiting.get(person, []))
            except (SlackUnavailable, SlackRefused) as error:
                log.warning("%s is not reminded: %s", person, error)
        return sent


def _wants(wishes: Mapping[str, Preferences], person: str) -> bool:
    return wishes.get(person, Preferences()).nudges != Nudges.OFF
