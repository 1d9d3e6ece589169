"""Reads what a story picture shows: the conversation, its branches, the project's stories and other sessions'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import events_from_dicts
from slackbot.dialogue.stories import Story, linked
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.agreed import stories_in
from slackbot.learning.conversation import Conversation, with_additions
from slackbot.learning.question import ClosedQuestion
from slackbot.learning.session import Session, Status
from slackbot.picture.graph import Path, Role
from slackbot.picture.paths import Told, branch_path, paths_of, story_path
from slackbot.store import Snapshot, Store

#: Other conversations that are looked at, at most.
MOST_CONVERSATIONS = 2000


@dataclass(frozen=True)
class Others:
    """What is known of other conversations than the one that is drawn."""

    #: Those that share its beginning, since one was forked from the other; the oldest first.
    branches: tuple[Path, ...] = ()
    #: Their ids.
    branch_ids: tuple[str, ...] = ()
    taught: tuple[Path, ...] = ()


async def paths_around(
    store: Store, conversation: Conversation, stories: Iterable[Path], others: Others | None = None
) -> list[Path]:
    """All paths of the picture, the conversation's own first. Raises StoreUnavailable."""
    others = await others_of(store, conversation) if others is None else others
    closed: dict[tuple[str, str], ClosedQuestion] = {}
    for conversation_id in (*others.branch_ids, conversation.id):
        for record in await store.closed_questions(conversation_id):
            one = ClosedQuestion.from_dict(record)
            closed[one.question.id, one.question.message.ts] = one
    told = Told("", conversation.tracker, conversation.question, conversation.is_open, closed)
    return [*paths_of(told), *others.branches, *stories, *others.taught]


async def others_of(store: Store, conversation: Conversation) -> Others:
    """Reads all other conversations that nobody aborted. Raises StoreUnavailable."""
    domain = conversation.tracker.domain
    first = _first_message([event.as_dict() for event in conversation.tracker.events])
    alike: list[tuple[Session, Snapshot]] = []
    forked = conversation.session.forked
    origins = {conversation.id: forked.conversation} if forked else {}
    taught: list[Path] = []
    for conversation_id in await store.conversations(MOST_CONVERSATIONS):
        snapshot = await store.read(conversation_id) if conversation_id != conversation.id else None
        session = Session.from_dict(snapshot.session) if snapshot else None
        if session and session.forked:
            origins[conversation_id] = session.forked.conversation
        if snapshot is None or session is None or session.status is Status.ABORTED:
            continue
        if session.team != conversation.session.team:
            continue
        same_place = session.channel == conversation.session.channel
        if first is not None and same_place and _first_message(snapshot.events) == first:
            alike.append((session, snapshot))
        else:
            taught += _taught(snapshot, domain)
    branches: list[tuple[Session, Snapshot]] = []
    for session, snapshot in sorted(alike, key=lambda row: row[0].started_at):
        if _family(snapshot.conversation_id, origins) == _family(conversation.id, origins):
            branches.append((session, snapshot))
        else:  # its first message only looks like the same
            taught += _taught(snapshot, domain)
    return Others(
        tuple(_branch(*row, domain, number) for number, row in enumerate(branches, start=1)),
        tuple(snapshot.conversation_id for _, snapshot in branches),
        tuple(taught),
    )


def _family(conversation_id: str, origins: Mapping[str, str]) -> str:
    """Id of the conversation from which all of its branches, and theirs, were forked."""
    while conversation_id in origins:
        conversation_id = origins[conversation_id]
    return conversation_id


def _taught(snapshot: Snapshot, domain: Domain) -> list[Path]:
    agreed = (replace(story, name="another session") for story in stories_in(snapshot, domain))
    return [story_path(story, domain, role=Role.TAUGHT) for story in agreed]


def story_paths(stories: Sequence[Story], domain: Domain) -> list[Path]:
    """The paths of a project's stories and rules, stories joined at their checkpoints."""
    return [story_path(story, domain) for story in linked(stories) if story.events]


def _branch(session: Session, snapshot: Snapshot, domain: Domain, number: int) -> Path:
    own = with_additions(domain, session.additions)
    tracker = Tracker(snapshot.conversation_id, own, events_from_dicts(snapshot.events))
    path = branch_path(Told(f"branch {number}", tracker, is_open=session.status is Status.OPEN))
    return replace(path, role=Role.BRANCH)


def _first_message(events: Sequence[Mapping[str, Any]]) -> tuple[object, object] | None:
    """What tells conversations with the same beginning: id and time of the first message."""
    first = next((event for event in events if event.get("event") == "user"), None)
    return (first.get("message_id"), first.get("timestamp")) if first else None
