"""The slash command ``/teach``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from slackbot.blocks.mrkdwn import literal, plain
from slackbot.crowd.quorum import Rule, parse_rule
from slackbot.errors import Refused, SlackRefused, StoreUnavailable, WorldError
from slackbot.listeners.channel_rule import HELP as CHANNEL_RULE_HELP
from slackbot.listeners.channel_rule import channel_rule
from slackbot.listeners.checks import HELP as CROWD_HELP
from slackbot.listeners.checks import crowd
from slackbot.listeners.parsing import NOT_DONE, NOT_STORED, Json
from slackbot.listeners.pausing import PAUSE_HELP, pause, resume
from slackbot.listeners.picture import HELP as PICTURE_HELP
from slackbot.listeners.picture import picture
from slackbot.listeners.remind import HELP as REMIND_HELP
from slackbot.listeners.remind import remind
from slackbot.listeners.statistics import HELP as STATISTICS_HELP
from slackbot.listeners.statistics import channel_statistics
from slackbot.listeners.status import HELP as STATUS_HELP
from slackbot.listeners.status import status
from slackbot.permissions import NOT_INVITED
from slackbot.teaching import Place, Teaching

_START = """\
*/teach* opens a session in this channel: you play the user, the others confirm what the assistant understood.
*/teach 3* or */teach quorum 3*: three people must agree on everything.
*/teach first 2 of 5*: two must, of at most five. */teach posterior 0.85*: people vote until it is 85 % sure.
*/teach @somebody*: somebody else plays the user."""

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_NUMBER = re.compile(r"(?:quorum[ =]*)?\d{1,4}", re.IGNORECASE)
_NAMED_RULE = re.compile(r"(?:fixed|first|posterior)\b.*", re.IGNORECASE | re.DOTALL)

#: What people are told when Slack won't say who is in a conversation.
_WHY_NOT = {
    "channel_not_found": NOT_INVITED,
    "not_in_channel": NOT_INVITED,
    "missing_scope": "Sessions are held only in channels, where others can confirm what the assistant understood.",
}


@dataclass(frozen=True)
class Request:
    """What somebody asked of ``/teach``."""

    rule: Rule | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class Subcommand:
    """What ``/teach WORD ...`` does instead of opening a session."""

    word: str
    #: Its lines in the help; empty where another's tell of it.
    help: str
    #: Gets the command's body and the words after WORD. What it returns, a text or a whole message with blocks,
    #: only the person sees. It has Slack's three seconds, and may raise Refused or WorldError.
    handle: Callable[[Teaching, Json, str], Awaitable[str | Json]]


SUBCOMMANDS: tuple[Subcommand, ...] = (
    Subcommand("default", CHANNEL_RULE_HELP, channel_rule),
    Subcommand("remind", REMIND_HELP, remind),
    Subcommand("pause", PAUSE_HELP, pause),
    Subcommand("resume", "", resume),
    Subcommand("picture", PICTURE_HELP, picture),
    Subcommand("crowd", CROWD_HELP, crowd),
    Subcommand("stats", STATISTICS_HELP, channel_statistics),
    Subcommand("status", STATUS_HELP, status),
)


HELP = "\n".join([_START, *(subcommand.help for subcommand in SUBCOMMANDS if subcommand.help)])


def parse(text: str) -> Request | None:
    """What the words after ``/teach`` ask for; None when they make no sense, or ask for help.

    Raises Refused where they are a rule that can't be.
    """
    mention = _MENTION.search(text)
    rest = _MENTION.sub(" ", text, count=1).strip()
    if rest and not _NUMBER.fullmatch(rest) and not _NAMED_RULE.fullmatch(rest):
        return None
    try:
        rule = parse_rule(rest) if rest else None
    except ValueError as error:
        raise Refused(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
    return Request(rule, mention.group(1) if mention else None)


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""

    @app.command("/teach")
    async def teach(ack: Callable[..., Awaitable[Any]], body: Json, context: AsyncBoltContext) -> None:
        await ack(await _answer(teaching, body, context.bot_user_id or ""))


async def _answer(teaching: Teaching, body: Json, bot: str) -> str | Json:
    """Does what the command asks; what this returns, only the person sees."""
    text = (body.get("text") or "").strip()
    word, _, rest = text.partition(" ")
    try:
        for subcommand in SUBCOMMANDS:
            if subcommand.word == word.lower():
                return await subcommand.handle(teaching, body, rest.strip())
        request = parse(text)
        if request is None:
            return _help(text)
        return await _start(teaching, body, request, bot)
    except Refused as refusal:
        return str(refusal)
    except SlackRefused as error:
        return _WHY_NOT.get(error.code, NOT_DONE)
    except StoreUnavailable:
        return NOT_STORED
    except WorldError:
        return NOT_DONE


def _help(asked: str) -> str:
    """The help, and before it what was not understood, unless that was asked for."""
    if asked.lower() == "help":
        return HELP
    return f"I don't know what {literal(plain(f'/teach {asked}'), 100)} asks for. I know:\n{HELP}"


async def _start(teaching: Teaching, body: Json, request: Request, bot: str) -> str:
    """Opens the session."""
    place = Place(body["team_id"], body["channel_id"])
    await teaching.sessions.start(place, body["user_id"], request.speaker, request.rule, body["trigger_id"], bot=bot)
    return ""
