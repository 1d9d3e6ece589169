"""``storythread export``: adds what finished sessions, or logs in a file, teach to a Rasa project on disk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

from slackbot.dialogue.events import events_from_dicts
from slackbot.dialogue.merge import Conversation, Plan, plan
from slackbot.errors import PersonError
from slackbot.learning.session import Session, Status
from slackbot.store import Snapshot, Store
from slackbot.store.server import connect
from slackbot.trackers_file import logs_from_file

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
    """The conversations of a file of logs or trackers. Raises FileError."""
    return [Conversation(log.name, log.events) for log in logs_from_file(path)]


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
