"""What holds of a conversation at any moment, whatever people do and whichever process dies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from slackbot.dialogue.events import ActionExecuted, Event, Restarted, UserUtteranceReverted, UserUttered
from slackbot.dialogue.history import is_told_again
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import ClosedQuestion, PartKind, Question, entities_answer
from slackbot.store import Snapshot
from tests.learning.lesson import Lesson


@dataclass
class Known:
    """What people did, as the store acknowledged it."""

    #: ts of each message to its latest text; None once it is deleted.
    messages: dict[str, str | None] = field(default_factory=dict)
    #: Every vote that was taken: question, person, answers.
    votes: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)


async def check(lesson: Lesson, known: Known) -> None:
    """Holds at any moment."""
    state, closed = await lesson.state(), await lesson.closed()
    questions = [record.question for record in closed] + ([state.question] if state.question else [])
    assert [question.id for question in questions] == [str(n + 1) for n in range(state.snapshot.questions)]
    for question in questions:
        assert_is_in_the_log(question, state.tracker)
        assert_is_agreed(question, known)
    for record in closed:
        assert_votes_are_recorded(record, known)
    assert_one_vote_a_person(state, closed)
    assert_no_message_is_lost(state, questions, known)


async def check_at_rest(lesson: Lesson, known: Known) -> None:
    """Holds when every step that can be taken is taken."""
    await check(lesson, known)
    before = await snapshot_of(lesson)
    assert before.due is None
    await lesson.loop.advance(lesson.id)
    assert await snapshot_of(lesson) == before
    await assert_another_process_sees_the_same(lesson, before)
    assert_it_asks_about_messages_as_they_are(await lesson.state(), known)


async def snapshot_of(lesson: Lesson) -> Snapshot:
    snapshot = await lesson.store.read(lesson.id)
    assert snapshot is not None
    return snapshot


def assert_is_in_the_log(question: Question, tracker: Tracker) -> None:
    """The log has exactly the first ``appended`` decisions of the question: each once, and nothing undecided."""
    decided = [part.decided for part in question.parts[: question.appended]]
    assert None not in decided
    assert list(answers_in(tracker.events, question.id)) == decided


def answers_in(events: Sequence[Event], question_id: str) -> Iterable[str | None]:
    """What the log says was decided by a question; what a control wrote is no decision."""
    for before, event in pairwise(event for event in events if not is_told_again(event)):
        if event.metadata.get("question") != question_id:
            continue
        if isinstance(event, UserUttered):
            yield event.intent_name
            yield entities_answer(event.entities)
        elif isinstance(event, ActionExecuted):
            by_control = isinstance(before, Restarted | UserUtteranceReverted) and event.action_name == ACTION_LISTEN
            if not by_control:
                yield event.action_name


def assert_is_agreed(question: Question, known: Known) -> None:
    """Each decided part has a quorum of distinct people who really gave that answer after those before it."""
    for index, answer in enumerate(question.decided):
        people = question.parts[index].people
        assert len(set(people)) == len(people) >= question.quorum
        path = question.decided[:index]
        for person in people:
            votes = [answers for where, who, answers in known.votes if (where, who) == (question.id, person)]
            assert any(answers[: index + 1] == (*path, answer) for answers in votes)


def assert_votes_are_recorded(record: ClosedQuestion, known: Known) -> None:
    """The record has the latest vote of everybody."""
    assert record.votes == {person: answers for where, person, answers in known.votes if where == record.question.id}


def assert_one_vote_a_person(state: Conversation, closed: Iterable[ClosedQuestion]) -> None:
    people = [vote.person for vote in state.votes]
    assert len(people) == len(set(people))
    assert not people or state.question is not None
    ids = [record.question.id for record in closed]
    assert len(ids) == len(set(ids))


def assert_no_message_is_lost(state: Conversation, questions: Iterable[Question], known: Known) -> None:
    """Every message waits, is asked about or was asked about; a deleted one need not be anywhere."""
    found = {message.ts for message in state.waiting} | {question.message.ts for question in questions}
    assert {ts for ts, text in known.messages.items() if text is not None} <= found


def assert_it_asks_about_messages_as_they_are(state: Conversation, known: Known) -> None:
    for message in (*state.waiting, *([state.question.message] if state.question else [])):
        assert known.messages[message.ts] == message.text
    if state.question is not None and state.question.parts[0].kind is PartKind.INTENT:
        assert state.question.message.ts not in {message.ts for message in state.waiting}


async def assert_another_process_sees_the_same(lesson: Lesson, before: Snapshot) -> None:
    mine = await lesson.state()
    fresh = Lesson(lesson.store, Loop(lesson.store, lesson.loop.core), lesson.id)
    theirs = await fresh.state()
    for verbosity in (EventVerbosity.ALL, EventVerbosity.APPLIED):
        assert theirs.tracker.current_state(verbosity) == mine.tracker.current_state(verbosity)
    assert (theirs.question, theirs.waiting, theirs.session) == (mine.question, mine.waiting, mine.session)
    await fresh.loop.advance(lesson.id)
    assert await snapshot_of(fresh) == before
