"""Carries out what ``next_step`` says, one atomic commit a step.

Any process may call ``advance`` at any time: it goes on where the conversation stands. Two that do so at once work
out the same step; one commits it, the other gets a Conflict, reads again and finds it done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from slackbot.clock import now as wall_time
from slackbot.core.protocol import Core
from slackbot.crowd.votes import counting
from slackbot.dialogue.events import ActionExecuted, BotUttered, Event
from slackbot.dialogue.history import MARK
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import ActionFailed, Conflict, CoreFailed, Refused
from slackbot.learning.closing import rows, votes_of, with_late_votes
from slackbot.learning.contradictions import Explore, explored, unexplored
from slackbot.learning.controls import Control, commit_of, withdrawal
from slackbot.learning.conversation import Conversation, Reader
from slackbot.learning.failures import Remedy, recorded, remedied
from slackbot.learning.judging import verdict
from slackbot.learning.opening import Opening
from slackbot.learning.plan import ACTION_EXTRACT_SLOTS, message_of, noted, plan, understanding, understood
from slackbot.learning.question import ClosedQuestion, Dispute, Failure, Message, Outcome, PartKind, Question, Ruling
from slackbot.learning.rejudging import verdicts_again
from slackbot.learning.reminding import due_reminder, fire, index, index_is_wrong, is_unread, named, ringing_times
from slackbot.learning.reopening import reopened
from slackbot.learning.session import Session, Status
from slackbot.learning.steps import (
    Ask,
    AskOn,
    Close,
    Fire,
    Refer,
    Run,
    Step,
    WaitForMessage,
    WaitForRemedy,
    WaitForVotes,
    Withdraw,
    next_step,
)
from slackbot.store import Commit, Store

Json = dict[str, Any]
log = logging.getLogger(__name__)

#: Steps that one call of ``advance`` takes at most. A real conversation waits for people long before.
MOST_STEPS = 100
#: How often a decision is worked out anew because the conversation changed meanwhile.
MOST_CONFLICTS = 20


class Loop:
    """The learning loop over one store and one core."""

    def __init__(
        self,
        store: Store,
        core: Core,
        *,
        opening: Opening | None = None,
        clock: Callable[[], float] = wall_time,
        alarms: Callable[[Sequence[float]], Awaitable[None]] | None = None,
    ) -> None:
        """``alarms`` is told the times (Unix seconds) of reminders, whenever there are new ones."""
        self.store, self.core, self._alarms = store, core, alarms
        self._opening = opening or Opening()
        self._reader = Reader(store, lambda: core.domain)
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def now(self) -> float:
        """Unix seconds."""
        return self._clock()

    async def read(self, conversation_id: str) -> Conversation | None:
        """The conversation as it is now; None if there is none. Raises StoreUnavailable."""
        return await self._reader.read(conversation_id)

    async def advance(self, conversation_id: str) -> None:
        """Takes every step that can be taken now. Returns when people are waited for.

        Raises StoreUnavailable. When the core fails, that is noted in the session and the step stays to be taken.
        """
        async with self._lock(conversation_id):
            conflicts = 0
            for _ in range(MOST_STEPS):
                try:
                    if not await self._step(conversation_id):
                        return
                except Conflict:
                    conflicts += 1
                    if conflicts > MOST_CONFLICTS:
                        raise

    async def control(self, conversation_id: str, control: Control, person: str, *, version: int | None) -> str:
        """What a session's button does; what that was, in a few words. ``carry_out`` tells of the rest."""

        def decide(conversation: Conversation) -> tuple[Commit, str]:
            return commit_of(control, conversation, person)

        return await self.carry_out(conversation_id, decide, version=version)

    async def carry_out(
        self, conversation_id: str, decide: Callable[[Conversation], tuple[Commit, str]], *, version: int | None
    ) -> str:
        """Commits what ``decide`` makes of the conversation as it is, and returns the words that it says of it.

        ``version`` is the conversation's as the person saw it, or None where that makes no difference.
        Raises what ``decide`` raises, and Conflict when the conversation has moved on since.
        """
        async with self._lock(conversation_id):
            for _ in range(MOST_CONFLICTS):
                conversation = await self._required(conversation_id)
                if version is not None and version != conversation.version:
                    break
                commit, words = decide(conversation)
                verdicts = await verdicts_again(self.store, conversation.tracker, commit.events)
                commit = replace(commit, judged={**commit.judged, **verdicts})
                with suppress(Conflict):
                    await self._commit(conversation, commit)
                    return words
        raise Conflict("the conversation has moved on since that button was drawn")

    async def remedy(
        self,
        conversation_id: str,
        failed: Question,
        remedy: Remedy,
        person: str,
        events: Callable[[Tracker], Sequence[Event]] = lambda _: (),
    ) -> None:
        """Tries the failed action of a question again, or records it with ``events`` (``skip``: without).

        ``failed`` is the question as the person saw it. Raises Refused where somebody has decided already, and what
        ``events`` raises.
        """
        async with self._lock(conversation_id):
            for _ in range(MOST_CONFLICTS):
                conversation = await self._required(conversation_id)
                question = conversation.question
                if question is None or question.failure is None or not conversation.is_open:
                    break
                if (question.id, question.revision) != (failed.id, failed.revision):
                    break
                commit = self._remedied(conversation, question, remedy, person, events)
                with suppress(Conflict):
                    await self._commit(conversation, commit)
                    return
        raise Refused("Somebody has decided about this already: your press came too late, and changes nothing.")

    async def rule(self, conversation_id: str, disputed: Question, ruling: Ruling) -> None:
        """Decides a question by an adjudicator's word. ``disputed`` is the question as the adjudicator saw it.

        Raises Refused where it is decided already, or something before was decided otherwise meanwhile.
        """
        async with self._lock(conversation_id):
            for _ in range(MOST_CONFLICTS):
                conversation = await self._required(conversation_id)
                question = conversation.question
                if question is None or question.id != disputed.id or question.decided != disputed.decided:
                    break
                question = replace(question, rulings=(*question.rulings, ruling))
                commit = Commit(question=question.as_dict(), redraw=(f"card:{question.id}", f"ruling:{question.id}"))
                with suppress(Conflict):
                    await self._commit(conversation, commit)
                    return
        raise Refused("This has been decided meanwhile: your ruling came too late, and changes nothing.")

    async def reopen(self, conversation_id: str, question_id: str, person: str) -> None:
        """Takes a closed question back, and everything after it; it is asked again. Raises Refused."""
        async with self._lock(conversation_id):
            for _ in range(MOST_CONFLICTS):
                conversation = await self._required(conversation_id)
                record = await self.store.closed_question(conversation_id, question_id)
                if record is None:
                    raise Refused("This is not decided yet: votes can still be changed.")
                commit = reopened(conversation, ClosedQuestion.from_dict(record), person)
                with suppress(Conflict):
                    await self._commit(conversation, commit)
                    if commit.closed and commit.closed["id"] == question_id:
                        return
        raise Conflict(f"conversation {conversation_id} is being changed by too many at once")

    def _remedied(
        self,
        conversation: Conversation,
        question: Question,
        remedy: Remedy,
        person: str,
        events: Callable[[Tracker], Sequence[Event]],
    ) -> Commit:
        if remedy is Remedy.RETRY:
            question = remedied(question, remedy, person)
            return Commit(question=question.as_dict(), redraw=(f"card:{question.id}",))
        given = events(conversation.tracker) if remedy is Remedy.EVENTS else ()
        new = recorded(question, given)
        question = remedied(question, remedy, person)
        commit = self._settled(conversation, question, new, conversation.tracker.with_events(new))
        return with_late_votes(commit, conversation)

    async def note(self, conversation_id: str, events: Callable[[Conversation], Sequence[Event]]) -> None:
        """Appends events that change no state, such as a reminder set by hand. Raises Refused where it is over."""
        async with self._lock(conversation_id):
            for _ in range(MOST_CONFLICTS):
                conversation = await self._required(conversation_id)
                conversation.require_open()
                new = self._stamped(rows(events(conversation)), None)
                with suppress(Conflict):
                    await self.store.commit(conversation_id, Commit(version=conversation.snapshot.version, events=new))
                    await self._ring_at(ringing_times(new))
                    return
        raise Conflict(f"conversation {conversation_id} is being changed by too many at once")

    async def change_session(self, conversation_id: str, change: Callable[[Session], Session]) -> Session:
        """Replaces the session by ``change(session)``; worked out anew when somebody else changed it meanwhile."""
        for _ in range(MOST_CONFLICTS):
            conversation = await self._required(conversation_id)
            session = change(conversation.session)
            if session == conversation.session:
                return session
            with suppress(Conflict):
                revision = conversation.snapshot.session_revision
                commit = Commit(session_revision=revision, session=session.as_dict(), redraw_later=("parent",))
                await self.store.commit(conversation_id, commit)
                return session
        raise Conflict(f"session {conversation_id} is being changed by too many at once")

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        """Spares this process from racing itself. Races between processes are settled by the commits."""
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _required(self, conversation_id: str) -> Conversation:
        conversation = await self.read(conversation_id)
        if conversation is None:
            raise Conflict(f"there is no conversation {conversation_id}")
        return conversation

    async def _step(self, conversation_id: str) -> bool:
        """Takes the next step. False when there is none to take."""
        conversation = await self.read(conversation_id)
        if conversation is None:
            return False
        if index_is_wrong(conversation, self._clock()):
            await self._ring_at(await index(self.store, conversation))
            return True
        step = self._next(conversation)
        if step is None:
            # A finished session stays to be seen to until its files are posted.
            if conversation.snapshot.due is not None and conversation.session.status is not Status.FINISHING:
                await self.store.settle(conversation_id, conversation.snapshot.due)
            return False
        try:
            commit = await self._commit_for(conversation, step)
        except Exception as error:
            # Whatever a core does wrong, people must see it in the thread and the conversation must stay as it is.
            if not isinstance(error, CoreFailed):
                log.exception("the core failed in conversation %s", conversation_id)
            trouble = f"The assistant failed: {error if isinstance(error, CoreFailed) else type(error).__name__}"
            await self.change_session(conversation_id, lambda session: replace(session, trouble=trouble))
            return False
        write = self._commit_run if isinstance(step, Run) else self._commit
        await write(conversation, commit)
        return True

    def _next(self, conversation: Conversation) -> Step | Explore | None:
        if not conversation.is_open or conversation.is_paused:
            return None
        due = due_reminder(conversation, self._clock())
        step = next_step(conversation.tracker, conversation.question, conversation.votes, conversation.waiting, due)
        if isinstance(step, WaitForVotes) and conversation.question is not None:
            return unexplored(conversation.question, conversation.votes)
        return None if isinstance(step, WaitForMessage | WaitForVotes | WaitForRemedy) else step

    async def _commit_for(self, conversation: Conversation, step: Step | Explore) -> Commit:
        match step:
            case Ask(message):
                return await self._ask(conversation, message)
            case Fire(reminder):
                return fire(conversation, reminder, self._clock())
            case AskOn():
                return await self._ask_on(conversation)
            case Close():
                return await self._close(conversation, step)
            case Run(index):
                return await self._run(conversation, index)
            case Refer(index):
                return self._refer(conversation, index)
            case Withdraw():
                return withdrawal(conversation)
            case Explore(paths):
                return await self._explore(conversation, paths)
        raise AssertionError(f"{step} asks for nothing")

    async def _commit(self, conversation: Conversation, commit: Commit) -> None:
        """Stamps the events and writes, provided the log and the question are still those that were read."""
        events = self._stamped(commit.events, conversation.question)
        session = commit.session
        if session is None and conversation.session.trouble:
            session = replace(conversation.session, trouble=None).as_dict()
        commit = replace(
            commit,
            version=conversation.snapshot.version,
            question_revision=conversation.snapshot.question_revision,
            session_revision=conversation.snapshot.session_revision if session else None,
            session=session,
            events=events,
        )
        await self.store.commit(conversation.id, commit)
        await self._ring_at(ringing_times(events))

    async def _commit_run(self, conversation: Conversation, commit: Commit) -> None:
        """Writes what came of an action, with the votes that came meanwhile; for those it isn't run again.

        Raises Conflict where the log or the question is another than before the run.
        """
        before = conversation.snapshot
        for _ in range(MOST_CONFLICTS):
            with suppress(Conflict):
                await self._commit(conversation, with_late_votes(commit, conversation))
                return
            conversation = await self._required(conversation.id)
            now = conversation.snapshot
            if (now.version, now.question_revision) != (before.version, before.question_revision):
                raise Conflict(f"conversation {conversation.id} has moved on while an action ran")
        # Rather a vote less in the record than an outcome lost.
        await self._commit(conversation, replace(with_late_votes(commit, conversation), input_revision=None))

    async def _ring_at(self, times: Sequence[float]) -> None:
        if times and self._alarms is not None:
            await self._alarms(times)

    def _stamped(self, events: Sequence[Json], question: Question | None) -> list[Json]:
        """The events with the time, and with the question that decided them unless they name another.

        What is only told again was not decided by what is asked now.
        """
        decided_by = {"question": question.id} if question is not None else {}
        return [
            {"timestamp": self._clock(), **named(row), "metadata": {**({} if MARK in meta else decided_by), **meta}}
            for row, meta in ((row, row.get("metadata") or {}) for row in events)
        ]

    async def _ask(self, conversation: Conversation, message: Message) -> Commit:
        if not message.text:
            return Commit(taken=(message.ts,))
        parse_data = await self.core.parse(message.text, conversation.tracker)
        question = Question(
            id=str(conversation.snapshot.questions + 1),
            quorum=conversation.session.quorum,
            message=message,
            parse_data=parse_data,
            parts=understanding(parse_data),
            terms=await self._opening.terms(conversation.session, conversation.tracker, message.text, self._clock()),
        )
        question = await self._planned(conversation.tracker, question)
        return Commit(
            input_revision=conversation.snapshot.input_revision,
            question=question.as_dict(),
            taken=(message.ts,),
            turn=message.ts,
            redraw=(f"card:{question.id}",),
            redraw_later=("parent",),
        )

    async def _ask_on(self, conversation: Conversation) -> Commit:
        session, tracker = conversation.session, conversation.tracker
        slots: Sequence[Event] = ()
        if is_unread(tracker):
            slots = await self.core.execute(tracker, ACTION_EXTRACT_SLOTS)
            tracker = tracker.with_events(slots)
        spoken, message = tracker.latest_message, message_of(tracker)
        question = Question(
            id=str(conversation.snapshot.questions + 1),
            quorum=session.quorum,
            message=message,
            parse_data=spoken.parse_data if spoken else {},
            parts=await plan(self.core, tracker),
            terms=await self._opening.terms(session, tracker, message.text, self._clock()),
        )
        return Commit(
            events=rows(slots),
            question=question.as_dict(),
            redraw=(f"card:{question.id}",),
            redraw_later=("parent",),
        )

    async def _close(self, conversation: Conversation, step: Close) -> Commit:
        question = conversation.question
        assert question is not None  # noqa: S101  Close is for an open question only
        for decision in step.decisions:
            voters = counting(conversation.votes, question.decided)
            given = {vote.person: vote.answers[decision.index] for vote in voters}
            question = question.with_decision(decision.index, decision.answer, decision.people, decision.how, given)
        events, question = await self._appendable(conversation.tracker, question)
        last = question.parts[step.decisions[-1].index]
        tracker = conversation.tracker.with_events(events)
        runs_next = question.appended < len(question.decided) and last.kind is PartKind.ACTION
        if last.decided != last.suggested:
            # While another action runs than the card shows, *All right* there is no vote for it.
            anew = replace(question, revision=question.revision + 1)
            question = anew if runs_next else await self._replanned(tracker, question)
        commit = self._settled(conversation, question, events, tracker)
        return replace(commit, input_revision=conversation.snapshot.input_revision)

    async def _run(self, conversation: Conversation, index: int) -> Commit:
        question = conversation.question
        assert question is not None  # noqa: S101  Run is for an open question only
        try:
            events = await self._executed(conversation.tracker, question, index)
        except ActionFailed as error:
            failure = Failure(error.action, error.problem)
            question = replace(question, failure=failure, revision=question.revision + 1)
            return Commit(question=question.as_dict(), redraw=(f"card:{question.id}",), redraw_later=("parent",))
        question = replace(question, parts=question.parts[: index + 1], appended=index + 1)
        return self._settled(conversation, question, events, conversation.tracker.with_events(events))

    def _refer(self, conversation: Conversation, index: int) -> Commit:
        question = conversation.question
        assert question is not None  # noqa: S101  Refer is for an open question only
        question = replace(question, dispute=Dispute(index, self._clock()))
        return Commit(
            input_revision=conversation.snapshot.input_revision,
            question=question.as_dict(),
            redraw=(f"card:{question.id}", f"ruling:{question.id}"),
        )

    async def _explore(self, conversation: Conversation, paths: Iterable[tuple[str, ...]]) -> Commit:
        question = conversation.question
        assert question is not None  # noqa: S101  Explore is for an open question only
        new = [await explored(self.core, conversation.tracker, question, path) for path in paths]
        question = replace(question, branches=(*question.branches, *new))
        return Commit(question=question.as_dict(), redraw_later=(f"card:{question.id}",))

    def _settled(self, conversation: Conversation, question: Question, events: list[Event], tracker: Tracker) -> Commit:
        """The commit for a question with parts newly decided: closed with them if nothing of it is left."""
        over = question.appended == len(question.parts)
        texts = [
            f"bot:{position}"
            for position, event in enumerate(events, start=conversation.snapshot.version)
            if isinstance(event, BotUttered)
        ]
        closed = ClosedQuestion(question, Outcome.DECIDED, votes_of(conversation), remarks=conversation.remarks)
        return Commit(
            events=rows(events),
            question="none" if over else question.as_dict(),
            closed=closed.as_dict() if over else None,
            turn="none" if over and (tracker.is_listening or tracker.paused) else None,
            redraw=(f"card:{question.id}", *texts),
            redraw_later=("parent", f"ruling:{question.id}"),
            corrected=over and question.is_corrected,
            judged={question.id: verdict(question).as_list()} if over else {},
        )

    async def _appendable(self, tracker: Tracker, question: Question) -> tuple[list[Event], Question]:
        """The events of the parts that are decided but not in the log, up to one that must run elsewhere."""
        events: list[Event] = []
        decided = len(question.decided)
        while question.appended < decided:
            new: Iterable[Event]
            if question.parts[question.appended].kind is PartKind.INTENT:
                if decided < 2:  # intent and entities are one event: it takes both
                    break
                new, taken = await understood(self.core, tracker, question), 2
            else:
                if self.core.runs_elsewhere(question.parts[question.appended].answer, tracker):
                    break
                new, taken = await self._executed(tracker, question, question.appended), 1
            tracker = tracker.with_events(new)
            events.extend(new)
            question = replace(question, appended=question.appended + taken)
        return events, question

    async def _executed(self, tracker: Tracker, question: Question, index: int) -> list[Event]:
        part = question.parts[index]
        as_predicted = part.answer == part.suggested
        events = await self.core.execute(
            tracker,
            part.answer,
            policy=part.policy if as_predicted else None,
            confidence=part.confidence if as_predicted else None,
        )
        asked = noted(part)
        return [
            replace(event, metadata={**event.metadata, **asked}) if isinstance(event, ActionExecuted) else event
            for event in events
        ]

    async def _replanned(self, tracker: Tracker, question: Question) -> Question:
        """The question with its open actions predicted anew, after an answer that was not the suggested one."""
        if question.appended and tracker.is_listening:
            return replace(question, parts=question.parts[: question.appended])
        question = await self._planned(tracker, question)
        return replace(question, revision=question.revision + 1)

    async def _planned(self, tracker: Tracker, question: Question) -> Question:
        """The question with the actions that would follow what its parts say so far."""
        kept = max(len(question.decided), 2 if question.parts[0].kind is PartKind.INTENT else 0)
        if question.parts[0].kind is PartKind.INTENT and not question.appended:
            tracker = tracker.with_events(await understood(self.core, tracker, question))
        return replace(question, parts=(*question.parts[:kept], *await plan(self.core, tracker)))
