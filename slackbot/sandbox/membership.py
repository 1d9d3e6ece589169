"""Coming into a channel and leaving it, with the message and the event that tell the others."""

from __future__ import annotations

from slackbot.sandbox.messages import Messages
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel


def join(messages: Messages, channel: Channel, user_id: str, *, inviter: str | None = None) -> None:
    """Add a member, and say so in the channel."""
    channel.members.append(user_id)
    notice: JSON = {"subtype": "channel_join", "user": user_id, "text": f"<@{user_id}> has joined the channel"}
    messages.post(channel, {**notice, "inviter": inviter} if inviter else notice)
    _announce(messages, "member_joined_channel", channel, user_id, inviter)


def leave(messages: Messages, channel: Channel, user_id: str) -> None:
    """Remove a member, and say so in the channel."""
    channel.members.remove(user_id)
    messages.post(channel, {"subtype": "channel_leave", "user": user_id, "text": f"<@{user_id}> has left the channel"})
    _announce(messages, "member_left_channel", channel, user_id, None)


def _announce(messages: Messages, kind: str, channel: Channel, user_id: str, inviter: str | None) -> None:
    messages.workspace.changes.publish(kind, channel=channel.id, user=user_id, inviter=inviter)
