"""``storythread export``: adds what finished sessions, or logs in a file, teach to a Rasa project on disk."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

from slackbot.dialogue.events import EntitiesAdded, Event, UserUttered, events_from_dicts
from slackbot.dialogue.merge import Conversation, Plan, plan
from slackbot.errors import FileError, PersonError, UnknownEvent
from slackbot.learning.session import Session, Status
from slackbot.store import Snapshot, Store
from slackbot.store.server import connect

#: Sessions whose content is final.
_FINISHED = (Status.FINISHING, Status.FINISHED)
#: Conversations in Redis that are looked at, at most.
MOST_CONVERSATIONS = 100_000


def export(
    into: Path,
    conversations: Sequence[Conversation],
    *,
    new_file: Path | None,
    dry_run: bool,
    show: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Add the conversations to the project in the folder, unless it is a dry run.

    Shows the diff, then one line that sums it up; warns of each conflict and of everything else that was not added.
    Raises FileError, with nothing written, where the project can't be added to.
    """
    changes = plan(into, conversations, new_file)
    if not dry_run:
        changes.write()
    for line in (*changes.notes, *map("conflict: {}".format, changes.conflicts)):
        warn(line)
    if changes.changes:
        show(changes.diff().removesuffix("\n"))
    show(_summary(changes, dry_run=dry_run))


def conversations_from_file(path: Path) -> list[Conversation]:
    """The conversations of a file of ``{"conversation": id, "events": [...]}`` lines. Raises FileError."""
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise FileError(path, None, f"the file can't be read ({error.strerror})", "check the path") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, "the file is not UTF-8", "save it as UTF-8") from error
    return [_conversation(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]


async def conversations_in_redis(url: str) -> list[Conversation]:
    """The conversations of all finished sessions, the first that began first. Raises StoreUnavailable."""
    redis = connect(url)
    try:
        store = Store(redis)
        ids = await store.conversations(MOST_CONVERSATIONS + 1)
        if len(ids) > MOST_CONVERSATIONS:
            raise PersonError(
                f"Redis holds more than {MOST_CONVERSATIONS} conversations; name a file of logs with --from"
            )
        found = [(Session.from_dict(snapshot.session), snapshot) async for snapshot in _snapshots(store, ids)]
    finally:
        await redis.aclose()
    finished = [(session, snapshot) for session, snapshot in found if session.status in _FINISHED]
    finished.sort(key=lambda item: (item[0].started_at, item[1].conversation_id))
    return [_agreed(session, snapshot) for session, snapshot in finished]


async def _snapshots(store: Store, ids: Iterable[str]) -> AsyncIterator[Snapshot]:
    for conversation_id in ids:
        snapshot = await store.read(conversation_id)
        if snapshot is not None:
            yield snapshot


def _agreed(session: Session, snapshot: Snapshot) -> Conversation:
    # The name that the files in the thread have, too.
    name = f"slack_{snapshot.conversation_id}"
    return Conversation(name, tuple(events_from_dicts(snapshot.events)), session.additions.responses)


def _conversation(path: Path, number: int, line: str) -> Conversation:
    remedy = 'write one {"conversation": id, "events": [...]} a line'
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise FileError(path, number, f"this is not JSON ({error})", remedy) from error
    if not isinstance(data, dict) or not isinstance(data.get("events"), list):
        raise FileError(path, number, "this is no conversation with a list of events", remedy)
    name = data.get("conversation")
    if not isinstance(name, str) or not name.strip():
        raise FileError(path, number, "the conversation has no id", remedy)
    try:
        events = events_from_dicts(data["events"])
        for event in events:
            _check(event)
    except (UnknownEvent, ValueError) as error:
        raise FileError(path, number, str(error), "write events as Rasa does") from error
    return Conversation(name, tuple(events))


def _check(event: Event) -> None:
    """Raises ValueError for what Rasa would log, but what no training data can be made of."""
    name = event.intent.get("full_retrieval_intent_name") if isinstance(event, UserUttered) else None
    entities = event.entities if isinstance(event, UserUttered | EntitiesAdded) else ()
    problem = None if isinstance(name, str | None) else "full_retrieval_intent_name is no text"
    for entity in entities:
        if not isinstance(entity.get("entity"), str) or not entity["entity"]:
            problem = "an entity has no type"
        elif not all(isinstance(entity.get(key), int | None) for key in ("start", "end")):
            problem = "an entity's start or end is no number"
    if problem is not None:
        raise ValueError(f"{event.type_name} event: {problem}")


def _summary(changes: Plan, *, dry_run: bool) -> str:
    counts = [
        _counted(len(changes.changes), "file", "files"),
        _counted(changes.examples, "example", "examples"),
        _counted(changes.stories, "story", "stories"),
        _counted(len(changes.conflicts), "conflict", "conflicts"),
    ]
    return ", ".join(counts) + (" (dry run: nothing was written)" if dry_run else "")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
