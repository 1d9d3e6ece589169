"""What happens next in a conversation, worked out from nothing but what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slackbot.crowd.quorum import Exhausted
from slackbot.crowd.votes import Vote
from slackbot.dialogue.events import ReminderScheduled
from slackbot.dialogue.reminders import due_at
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.question import Decision, Message, PartKind, Question
from slackbot.learning.verdicts import judged


@dataclass(frozen=True)
class WaitForMessage:
    """It is the speaker's turn."""


@dataclass(frozen=True)
class WaitForVotes:
    """The open part is not decided yet."""


@dataclass(frozen=True)
class WaitForRemedy:
    """The agreed action failed: somebody must say whether to try again, skip it, or give its events."""


@dataclass(frozen=True)
class Ask:
    """Understand the message, plan what follows, and ask about both."""

    message: Message


@dataclass(frozen=True)
class Fire:
    """A reminder is due: trigger its intent."""

    reminder: ReminderScheduled


@dataclass(frozen=True)
class AskOn:
    """The turn isn't over, but everything asked so far is done: plan on and ask."""


@dataclass(frozen=True)
class Withdraw:
    """The speaker edited or deleted the turn's message before the turn was closed: take the turn back."""


@dataclass(frozen=True)
class Close:
    """Close parts, in order; append what they decided."""

    decisions: tuple[Decision, ...]


@dataclass(frozen=True)
class Refer:
    """Leave a part to the adjudicators: it got all the votes it may get, and no agreement."""

    index: int


@dataclass(frozen=True)
class Run:
    """Run the agreed action of a closed part, whose outcome only running tells."""

    index: int


Step = WaitForMessage | WaitForVotes | WaitForRemedy | Ask | Fire | AskOn | Withdraw | Close | Refer | Run


def next_step(
    tracker: Tracker,
    question: Question | None,
    votes: Sequence[Vote],
    waiting: Sequence[Message] = (),
    due: ReminderScheduled | None = None,
) -> Step:
    """What to do now. Pure: called again on the same conversation, it answers the same.

    ``waiting`` are the speaker's messages that no turn took up yet, oldest first. One with the ts of the open turn's
    own message says that this message was edited or deleted meanwhile. ``due`` is the pending reminder whose time has
    come, of several the first. It fires between two turns, in the order of time with what the speaker wrote, and not
    while the conversation is paused.
    """
    if question is not None:
        if any(message.ts == question.message.ts for message in waiting):
            return Withdraw()
        return _in_question(question, votes)
    if due is not None and tracker.is_listening and not tracker.paused and not _is_before(waiting, due):
        return Fire(due)
    if tracker.paused or tracker.is_listening:
        return Ask(waiting[0]) if waiting else WaitForMessage()
    spoken = tracker.latest_message
    if spoken is not None and any(message.ts == spoken.message_id for message in waiting):
        return Withdraw()
    return AskOn()


def _is_before(waiting: Sequence[Message], reminder: ReminderScheduled) -> bool:
    return bool(waiting) and float(waiting[0].ts) < due_at(reminder)


def _in_question(question: Question, votes: Sequence[Vote]) -> Step:
    decided = question.decided
    if len(decided) > question.appended and question.parts[question.appended].kind is PartKind.ACTION:
        return Run(question.appended) if question.failure is None else WaitForRemedy()
    decisions: list[Decision] = []
    for index, part in enumerate(question.parts[len(decided) :], start=len(decided)):
        found = judged(question, votes, (*decided, *(decision.answer for decision in decisions)))
        if isinstance(found, Exhausted) and not decisions and question.dispute is None:
            return Refer(index)
        if not isinstance(found, Decision):
            break
        decisions.append(found)
        if found.answer != part.suggested or part.runs_elsewhere:
            break
    return Close(tuple(decisions)) if decisions else WaitForVotes()
