"""The slash command ``/teach``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot.errors import Refused, SlackRefused, StoreUnavailable, WorldError
from slackbot.listeners.parsing import NOT_DONE, NOT_STORED, Json
from slackbot.teaching import Place, Teaching

HELP = """\
*/teach* opens a session in this channel: you play the user, the others confirm what the assistant understood.
*/teach 3* or */teach quorum 3*: three people must agree on everything.
*/teach @somebody*: somebody else plays the user."""

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_QUORUM = re.compile(r"(?:quorum[ =]*)?(\d{1,4})")


@dataclass(frozen=True)
class Request:
    """What somebody asked of ``/teach``."""

    quorum: int | None = None
    speaker: str | None = None


def parse(text: str) -> Request | None:
    """What the words after ``/teach`` ask for; None when they make no sense, or ask for help."""
    mention = _MENTION.search(text)
    rest = _MENTION.sub(" ", text, count=1).strip()
    quorum = _QUORUM.fullmatch(rest)
    if rest and not quorum:
        return None
    return Request(int(quorum.group(1)) if quorum else None, mention.group(1) if mention else None)


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""

    @app.command("/teach")
    async def teach(ack: Callable[..., Awaitable[Any]], body: Json) -> None:
        request = parse(body.get("text") or "")
        await ack(await _start(teaching, body, request) if request else HELP)


async def _start(teaching: Teaching, body: Json, request: Request) -> str:
    """Opens the session; what it returns, only the person sees."""
    place = Place(body["team_id"], body["channel_id"])
    try:
        await teaching.start(place, body["user_id"], request.speaker, request.quorum, body["trigger_id"])
    except Refused as refusal:
        return str(refusal)
    except SlackRefused as error:
        if error.code in {"channel_not_found", "not_in_channel"}:
            return "I am not in this channel. Invite me first: type */invite* and pick me."
        return NOT_DONE
    except StoreUnavailable:
        return NOT_STORED
    except WorldError:
        return NOT_DONE
    return ""
