"""``storythread import``: puts conversations that were held elsewhere into the store.

What their messages mean was predicted by some model, so they are not learned from unless somebody says that people
have confirmed it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from slackbot import clock
from slackbot.dialogue.events import Event
from slackbot.errors import FileError
from slackbot.learning.session import Session, Status
from slackbot.progress import reached
from slackbot.store.imports import Found, Imports
from slackbot.store.keys import LONGEST_ID
from slackbot.store.server import connect
from slackbot.trackers_file import NamedLog, logs_from_file

#: In the place of a Slack team: of sessions that were held elsewhere.
TEAM = "import"

_WORDS = NEW, LONGER, CONFIRMED, SAME, OTHER = "new", "gone on", "confirmed now", "there already", "not imported"


async def import_logs(
    path: Path, redis_url: str, *, confirmed: bool, show: Callable[[str], None], warn: Callable[[str], None]
) -> None:
    """Imports the conversations of a file, each whole or not at all; again, it adds only what is new.

    Shows one line that sums it up, and warns of each that is not imported. Raises FileError before anything is
    written, and StoreUnavailable or Conflict with what was imported until then.
    """
    logs = logs_from_file(path)
    _check_names(path, logs)
    done: Counter[str] = Counter()
    redis = connect(redis_url)
    try:
        imports = Imports(redis)
        for number, log in enumerate(logs):
            reached("Importing conversations", number, len(logs))
            what, why = await _import(imports, log, path.name, confirmed=confirmed)
            done[what] += 1
            if why:
                warn(f"{log.name}: {why}; it was not imported")
    finally:
        reached("")
        await redis.aclose()
    show(_summary(done))
    if not confirmed and done[NEW] + done[LONGER]:
        warn("these are not learned from; where people confirmed all that is in them, import them with --confirmed")


def _summary(done: Counter[str]) -> str:
    total = sum(done.values())
    parts = ", ".join(f"{done[what]} {what}" for what in _WORDS if done[what])
    return f"{total} {'conversation' if total == 1 else 'conversations'}" + (f": {parts}" if parts else "")


def _check_names(path: Path, logs: Sequence[NamedLog]) -> None:
    seen: set[str] = set()
    for log in logs:
        if log.name in seen:
            raise FileError(path, log.line, f"there are two conversations {log.name}", "give each an id of its own")
        if len(log.name) > LONGEST_ID or not log.name.isprintable():
            problem = f"{log.name[:40]!r} is no id"
            raise FileError(path, log.line, problem, f"an id has at most {LONGEST_ID} printable characters")
        seen.add(log.name)


async def _import(imports: Imports, log: NamedLog, source: str, *, confirmed: bool) -> tuple[str, str]:
    """What became of it, and why it was not imported, if it wasn't."""
    found, new = await imports.find(log.name), [event.as_dict() for event in _stamped(log.events)]
    is_confirmed = _is_confirmed(found)
    if found.session and not is_confirmed:
        return OTHER, "there is a session of that id here"
    if not new:
        return OTHER, "it has no events"
    known = len(found.events)
    if known > len(new) and found.events[: len(new)] == new:
        return OTHER, "the conversation of that id here has gone on since"
    if found.events != new[:known]:
        return OTHER, "the conversation of that id here is another one"
    if known == len(new) and (is_confirmed or not confirmed):
        return SAME, ""
    if is_confirmed and not confirmed:
        return OTHER, "what is here was confirmed, and this goes on; say --confirmed if that was confirmed, too"
    session = _session(log, source) if confirmed else None
    await imports.add(log.name, found, new[known:], session)
    return (CONFIRMED if known == len(new) else LONGER if known else NEW), ""


def _stamped(events: Sequence[Event]) -> list[Event]:
    """Each with a time. One without gets a time that is the same whenever it is imported: that of the one before."""
    stamped: list[Event] = []
    for event in events:
        before = stamped[-1].timestamp if stamped else None
        stamped.append(event if event.timestamp else event.stamped(before or 1.0))
    return stamped


def _is_confirmed(found: Found) -> bool:
    return bool(found.session) and json.loads(found.session)["team"] == TEAM


def _session(log: NamedLog, source: str) -> dict[str, Any]:
    started = log.events[0].timestamp if log.events else None
    return Session(
        team=TEAM, channel=source, owner=TEAM, speaker=TEAM, quorum=1, started_at=started or clock.now(),
        status=Status.FINISHED,
    ).as_dict()  # fmt: skip
