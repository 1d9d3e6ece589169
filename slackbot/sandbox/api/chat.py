"""chat.*: the bot's messages."""

from __future__ import annotations

from typing import Any

from slackbot.sandbox.api.access import writable_channel
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.authors import by_bot, content_of
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import message_blocks
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel

POST_LIMIT = 40_000  # characters; Slack cuts the rest off
UPDATE_LIMIT = 4_000  # characters; Slack refuses more
METADATA_LIMIT = 16_000  # bytes of JSON
MAX_ATTACHMENTS = 100
_WRITE = ("chat:write",)


@method("chat.postMessage", Tier.SPECIAL, scopes=_WRITE, required=("channel",))
def post_message(backend: Backend, arguments: Arguments) -> JSON:
    """Post to a channel, a thread or a person."""
    channel = writable_channel(backend, arguments.text("channel"))
    content = _content(arguments)
    thread_ts = arguments.text("thread_ts") or None
    if thread_ts and arguments.flag("reply_broadcast"):
        content["subtype"] = "thread_broadcast"
    warning = _cut(content)
    message = by_bot(backend.workspace, content | _custom_name(arguments))
    stored = backend.messages.post(channel, message, thread_ts=thread_ts)
    return {"channel": channel.id, "ts": stored["ts"], "message": stored, **warning}


@method("chat.postEphemeral", Tier.T4, scopes=_WRITE, required=("channel", "user"))
def post_ephemeral(backend: Backend, arguments: Arguments) -> JSON:
    """Show something to one member of a channel."""
    channel = writable_channel(backend, arguments.text("channel"))
    user, thread_ts = arguments.text("user"), arguments.text("thread_ts") or None
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = _content(arguments)
    if len(content["text"]) > POST_LIMIT:
        raise ApiError("msg_too_long")
    content.pop("metadata", None)
    shown = backend.ephemerals.show(user, channel.id, thread_ts, content)
    return {"message_ts": shown["ts"]}


@method("chat.update", Tier.T3, scopes=_WRITE, required=("channel", "ts"))
def update(backend: Backend, arguments: Arguments) -> JSON:
    """Change a message of the bot's own. Without blocks the message loses those that it had."""
    channel = writable_channel(backend, arguments.text("channel"), posting=False)
    message = _own_message(backend, channel, arguments.text("ts"), "cant_update_message")
    content = _content(arguments)
    if len(content["text"]) > UPDATE_LIMIT:
        raise ApiError("msg_too_long")
    if "metadata" in arguments.values and not content.get("metadata"):
        content["metadata"] = None
    changed = {"blocks": None, "attachments": None, **content}
    stored = backend.messages.update(channel, message["ts"], changed, editor=backend.workspace.app.bot_id)
    return {"channel": channel.id, "ts": stored["ts"], "text": stored["text"], "message": stored}


@method("chat.delete", Tier.T3, scopes=_WRITE, required=("channel", "ts"))
def delete(backend: Backend, arguments: Arguments) -> JSON:
    """Remove a message of the bot's own."""
    channel = writable_channel(backend, arguments.text("channel"), posting=False)
    message = _own_message(backend, channel, arguments.text("ts"), "cant_delete_message")
    backend.messages.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.getPermalink", Tier.SPECIAL, required=("channel", "message_ts"))
def permalink(backend: Backend, arguments: Arguments) -> JSON:
    """The address of a message."""
    channel = backend.workspace.channel(arguments.text("channel"))
    message = backend.messages.find(channel, arguments.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink_of(backend, channel, message)}


def permalink_of(backend: Backend, channel: Channel, message: JSON) -> str:
    """The address as Slack forms it; a reply's names its thread."""
    ts, thread_ts = message["ts"], message.get("thread_ts")
    address = f"https://{backend.workspace.team.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    return f"{address}?thread_ts={thread_ts}&cid={channel.id}" if thread_ts and thread_ts != ts else address


def _content(arguments: Arguments) -> JSON:
    """Text, blocks, attachments and metadata of a message, checked."""
    blocks = arguments.object("blocks", "invalid_blocks_format")
    attachments = arguments.object("attachments", "invalid_attachments")
    markdown = arguments.text("markdown_text")
    text = arguments.text("text")
    if markdown and (text or blocks):
        raise ApiError("markdown_text_conflict")
    if markdown:
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not (text or blocks or attachments):
        raise ApiError("no_text")
    content = content_of(text, message_blocks(blocks) if blocks is not None else None)
    if attachments:
        content["attachments"] = _checked_attachments(attachments)
    metadata = _metadata(arguments)
    return content | ({"metadata": metadata} if metadata else {})


def _checked_attachments(attachments: Any) -> list[JSON]:
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise ApiError("too_many_attachments")
    return [{**attachment, "id": number} for number, attachment in enumerate(attachments, start=1)]


def _metadata(arguments: Arguments) -> JSON | None:
    metadata = arguments.object("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if len(str(metadata).encode()) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _custom_name(arguments: Arguments) -> JSON:
    name = arguments.text("username")
    return {"username": name, "subtype": "bot_message"} if name else {}


def _cut(content: JSON) -> JSON:
    if len(content["text"]) <= POST_LIMIT:
        return {}
    content["text"] = content["text"][:POST_LIMIT]
    return {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}


def _own_message(backend: Backend, channel: Channel, ts: str, error: str) -> JSON:
    message = backend.messages.find(channel, ts)
    if message.get("bot_id") != backend.workspace.app.bot_id:
        raise ApiError(error)
    return message
