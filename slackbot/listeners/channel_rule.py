"""``/teach default``: the rule by which the sessions of a channel decide unless they say otherwise."""

from __future__ import annotations

from slackbot.blocks.rules import rule_words
from slackbot.crowd.quorum import parse_rule
from slackbot.errors import Refused
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching

HELP = "*/teach default first 2 of 5*: how this channel's sessions decide from now on; *default none* takes it back."


async def channel_rule(teaching: Teaching, body: Json, words: str) -> str:
    """Shows the channel's rule, sets it, or takes it back. Raises Refused."""
    channel, person = body["channel_id"], body["user_id"]
    if words:
        try:
            rule = None if words.lower() == "none" else parse_rule(words)
        except ValueError as error:
            raise Refused(f"{str(error)[0].upper()}{str(error)[1:]}.") from None
        await teaching.sessions.set_channel_rule(channel, person, rule)
    now, own = await teaching.sessions.channel_rule(channel)
    origin = "as was set for it" if own else "as nothing else is set for it"
    return f"In this channel's next sessions, {rule_words(now)} (`{now}`), {origin}."
