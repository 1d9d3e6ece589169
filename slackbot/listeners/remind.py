"""``/teach remind``: sets, lists and cancels reminders of a session by hand."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slackbot.blocks.mrkdwn import bold, code, literal
from slackbot.dialogue.events import ReminderCancelled, ReminderScheduled
from slackbot.dialogue.reminders import due_at, known_as
from slackbot.errors import Refused
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching

HELP = (
    '*/teach remind 10m INTENT {"entity": "value"} name=NAME*: triggers an intent in your session here, then asks what'
    " follows; *keep* if messages don't cancel it. Also *remind list*, and *remind cancel NAME*, *intent=INTENT* or"
    " *all*; *in LINK* names another session. A time such as 2030-01-31T09:00 is UTC."
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?:\d{1,6}[smhd])+")
_IN = re.compile(r"(?:^|\s)in\s+(\S+)\s*$")
_MOST_LISTED = 20
#: Seconds ahead that a reminder may be: ten years.
_FARTHEST = 10 * 366 * 86400


@dataclass(frozen=True)
class Words:
    """What somebody typed behind ``/teach remind``."""

    plain: tuple[str, ...]
    #: ``name=``, ``intent=``.
    named: dict[str, str]
    entities: Any
    #: A link to the session's thread, or its ts.
    thread: str | None


async def remind(teaching: Teaching, body: Json, words: str) -> str:
    """Sets, lists or cancels. Raises Refused with what is wrong and the remedy."""
    channel, person, given = body["channel_id"], body["user_id"], split(words)
    match given.plain:
        case ("list",):
            return listing(await teaching.reminding.listed(channel, person, given.thread))
        case ("cancel", *rest):
            found = await teaching.reminding.cancel(channel, person, given.thread, cancellation(rest, given))
            return f"Cancelled: {_names(found)}." if found else "No reminder fits that; nothing was cancelled."
        case (when, intent, *rest) if rest in ([], ["keep"]):
            reminder = reminder_of(when, intent, given, keep=bool(rest), now=teaching.reminding.now())
            await teaching.reminding.set(channel, person, given.thread, reminder)
            return f"The reminder {bold(known_as(reminder), 100)} will trigger {_what(reminder)} {_when(reminder)}."
    return HELP


def split(words: str) -> Words:
    """The words by kind. Raises Refused for entities that are no JSON."""
    match = _IN.search(words)
    thread = match[1] if match else None
    words = words[: match.start()] if match else words
    entities, start = None, min((at for at in (words.find("{"), words.find("[")) if at >= 0), default=-1)
    if start >= 0:
        try:
            entities, end = json.JSONDecoder().raw_decode(words[start:].translate({0x201C: '"', 0x201D: '"'}))
        except (ValueError, RecursionError):
            raise Refused('The entities are no JSON; write them like {"city": "Oslo"}.') from None
        if isinstance(entities, list) and not all(isinstance(one, dict) and "entity" in one for one in entities):
            raise Refused('The entities are wrong; write them like {"city": "Oslo"}.')
        words = f"{words[:start]} {words[start + end :]}"
    pairs = [word.partition("=") for word in words.split()]
    return Words(
        tuple(word for word, equals, _ in pairs if not equals),
        {name: value for name, equals, value in pairs if equals},
        entities,
        thread,
    )


def reminder_of(when: str, intent: str, given: Words, *, keep: bool, now: float) -> ReminderScheduled:
    """The reminder that the words ask for. ``now`` in Unix seconds. Raises Refused."""
    if unknown := given.named.keys() - {"name"}:
        raise Refused(f"I don't know `{min(unknown)[:40]}=`; a reminder has only `name=`.")
    return ReminderScheduled(
        intent,
        datetime.fromtimestamp(moment_of(when, now), UTC),
        given.entities,
        given.named.get("name") or secrets.token_hex(3),
        kill_on_user_message=not keep,
    )


def moment_of(when: str, now: float) -> float:
    """When ``10m``, ``1h30m`` or an ISO 8601 time is, in Unix seconds. Without a zone it is UTC. Raises Refused."""
    if _DURATION.fullmatch(when.lower()):
        parts = re.findall(r"(\d+)([smhd])", when.lower())
        moment = now + sum(int(number) * _UNITS[unit] for number, unit in parts)
    else:
        try:
            read = datetime.fromisoformat(when)
        except ValueError:
            raise Refused(
                f"I can't read the time `{when[:40]}`; write 10m, 1h30m or 2030-01-31T09:00 (UTC, or with +01:00)."
            ) from None
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    if not now <= moment <= now + _FARTHEST:
        raise Refused("That time is past, or more than ten years ahead; name one that is to come.")
    return moment


def cancellation(rest: Sequence[str], given: Words) -> ReminderCancelled:
    """What is to be cancelled. Raises Refused where the words say nothing."""
    name = given.named.get("name")
    if list(rest) not in ([], ["all"]):
        if len(rest) > 1 or name:
            raise Refused("Name one reminder: *remind cancel NAME*.")
        name = rest[0]
    if given.named.keys() - {"name", "intent"} or not (rest or given.named or given.entities):
        raise Refused("Say which: *remind cancel NAME*, *intent=INTENT*, entities, or *all*.")
    return ReminderCancelled(name, given.named.get("intent"), given.entities)


def listing(reminders: Sequence[ReminderScheduled]) -> str:
    """The reminders as people read them."""
    if not reminders:
        return "No reminder is to fire in this session."
    lines = [f"{bold(known_as(one), 100)}: {_what(one)} {_when(one)}" for one in reminders[:_MOST_LISTED]]
    if len(reminders) > _MOST_LISTED:
        lines.append(f"and {len(reminders) - _MOST_LISTED} more")
    return "\n".join(lines)


def _names(reminders: Sequence[ReminderScheduled]) -> str:
    more = f" and {len(reminders) - _MOST_LISTED} more" if len(reminders) > _MOST_LISTED else ""
    return ", ".join(bold(known_as(one), 100) for one in reminders[:_MOST_LISTED]) + more


def _what(reminder: ReminderScheduled) -> str:
    entities = f" with {literal(json.dumps(reminder.entities, ensure_ascii=False), 200)}" if reminder.entities else ""
    return f"{code(reminder.intent or '', 100)}{entities}"


def _when(reminder: ReminderScheduled) -> str:
    """In the reader's own zone; in UTC where Slack can't show that."""
    moment = datetime.fromtimestamp(due_at(reminder), UTC)
    return f"<!date^{int(due_at(reminder))}^{{date_short_pretty}} at {{time_secs}}|{moment:%Y-%m-%d %H:%M:%S} UTC>"
