"""reactions.*: the bot's reactions to messages."""

from __future__ import annotations

import re

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.chat import permalink_of
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel

_NAME = re.compile(r"[a-z0-9_'+-]+(::skin-tone-[2-6])?")
_TS = re.compile(r"\d+\.\d+")


@method("reactions.add", Tier.T3, scopes=("reactions:write",), required=("channel", "name", "timestamp"))
def add(backend: Backend, arguments: Arguments) -> JSON:
    """React to a message."""
    channel, ts = _item(backend, arguments)
    backend.messages.react(channel, ts, _name(arguments), backend.workspace.app.bot_user_id)
    return {}


@method("reactions.remove", Tier.T2, scopes=("reactions:write",), required=("name",))
def remove(backend: Backend, arguments: Arguments) -> JSON:
    """Take a reaction of the bot's own away."""
    channel, ts = _item(backend, arguments)
    backend.messages.unreact(channel, ts, _name(arguments), backend.workspace.app.bot_user_id)
    return {}


@method("reactions.get", Tier.T3, scopes=("reactions:read",))
def get(backend: Backend, arguments: Arguments) -> JSON:
    """A message with its reactions."""
    channel, ts = _item(backend, arguments)
    message = backend.messages.find(channel, ts)
    shown = {key: value for key, value in message.items() if key != "metadata"}
    shown["permalink"] = permalink_of(backend, channel, message)
    return {"type": "message", "channel": channel.id, "message": shown}


def _item(backend: Backend, arguments: Arguments) -> tuple[Channel, str]:
    """What the call is about. ApiError ``no_item_specified``, ``bad_timestamp``, ``message_not_found``."""
    if "channel" not in arguments or "timestamp" not in arguments:
        raise ApiError("no_item_specified")
    ts = arguments.text("timestamp")
    if not _TS.fullmatch(ts):
        raise ApiError("bad_timestamp")
    channel = backend.workspace.channel(arguments.text("channel"))
    if channel.kind != "channel" and not backend.workspace.has_bot(channel):
        raise ApiError("channel_not_found")
    backend.messages.find(channel, ts)
    return channel, ts


def _name(arguments: Arguments) -> str:
    name = arguments.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise ApiError("invalid_name")
    return name
