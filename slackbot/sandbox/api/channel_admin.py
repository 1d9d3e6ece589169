"""conversations.create and conversations.setTopic: channels that the app makes and describes."""

from __future__ import annotations

import re

from slackbot.sandbox.api.access import check_scope, visible_channel
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.conversations import channel_dict
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.authors import by_bot
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import stored

NAME_LIMIT = 80  # characters
TOPIC_LIMIT = 250  # characters
_WRITE = ("groups:write", "im:write", "mpim:write", "channels:manage")
_TOPIC = ("channels:write.topic", "groups:write.topic", "mpim:write.topic", "im:write.topic", *_WRITE)


@method("conversations.create", Tier.T2, scopes=("channels:write", *_WRITE), required=("name",))
def create(backend: Backend, arguments: Arguments) -> JSON:
    """A new channel with the bot in it."""
    private = arguments.flag("is_private")
    check_scope(backend, "groups:write" if private else "channels:manage")
    name = _name(arguments.text("name"))
    if backend.workspace.channel_named(name):
        raise ApiError("name_taken")
    bot = backend.workspace.app.bot_user_id
    channel = backend.workspace.add_channel(name, "group" if private else "channel", bot, [bot])
    return {"channel": channel_dict(backend, channel)}


@method("conversations.setTopic", Tier.T2, scopes=_TOPIC, required=("channel", "topic"))
def set_topic(backend: Backend, arguments: Arguments) -> JSON:
    """Say what a channel that the bot is in is for; a message tells its members."""
    channel = visible_channel(backend, arguments.text("channel"), "write.topic", "channels:manage", "groups:write")
    if channel.kind == "im":
        raise ApiError("method_not_supported_for_channel_type")
    if not backend.workspace.has_bot(channel):
        raise ApiError("not_in_channel")
    if channel.archived:
        raise ApiError("is_archived")
    topic = stored(arguments.text("topic"), markup=True)
    if len(topic) > TOPIC_LIMIT:
        raise ApiError("too_long")
    now = int(backend.workspace.clock.now())
    channel.topic = {"value": topic, "creator": backend.workspace.app.bot_user_id, "last_set": now}
    backend.workspace.changes.publish("channel_changed", channel=channel.id)
    notice = {"subtype": "channel_topic", "topic": topic, "text": f"set the channel topic: {topic}"}
    backend.messages.post(channel, by_bot(backend.workspace, notice))
    return {"channel": channel_dict(backend, channel)}


def _name(name: str) -> str:
    """ApiError ``invalid_name_...`` for what Slack takes for no channel's name."""
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise ApiError("invalid_name_maxlength")
    if re.search(r"[^\w-]|[A-Z]", name):
        raise ApiError("invalid_name_specials")
    if not re.search(r"[^\W_]", name):
        raise ApiError("invalid_name_punctuation")
    return name
