"""files.*: uploads in Slack's three steps, and what became of them."""

from __future__ import annotations

from typing import Any

from slackbot.sandbox.api.access import writable_channel
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.authors import by_bot
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import message_blocks
from slackbot.sandbox.errors import ApiError, invalid_arguments
from slackbot.sandbox.files import File
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import typed

ALT_TEXT_LIMIT = 1000  # characters


@method("files.getUploadURLExternal", Tier.T4, scopes=("files:write",), required=("filename", "length"))
def upload_url(backend: Backend, arguments: Arguments) -> JSON:
    """Where to send a file of this name and length (in bytes)."""
    length = arguments.number("length", 0)
    if length < 1:
        raise ApiError("missing_argument")
    if len(arguments.text("alt_txt")) > ALT_TEXT_LIMIT:
        raise ApiError("alt_txt_too_large")
    user, alt_text = backend.workspace.app.bot_user_id, arguments.text("alt_txt")
    file = backend.files.expect(arguments.text("filename"), length, user, alt_text)
    return {"upload_url": f"{backend.base_url}/upload/v1/{file.upload_key}", "file_id": file.id}


@method("files.completeUploadExternal", Tier.T4, scopes=("files:write",), required=("files",))
def complete_upload(backend: Backend, arguments: Arguments) -> JSON:
    """Give uploaded files their titles and show them in a channel or a thread, in one message a channel."""
    files = _named_files(backend, arguments.object("files", "invalid_arguments"))
    names = arguments.words("channels") or arguments.words("channel_id")
    channels = [writable_channel(backend, name).id for name in names]
    for channel_id in channels:
        _share(backend, files, channel_id, arguments)
    for file in files:
        file.shared = True
        backend.files.announce(file)
    return {"files": [backend.files.as_dict(file, backend.base_url) for file in files]}


@method("files.info", Tier.T4, scopes=("files:read",), required=("file",))
def info(backend: Backend, arguments: Arguments) -> JSON:
    """One file, and where it is shown."""
    file = backend.files.uploaded(arguments.text("file"))
    about = backend.files.as_dict(file, backend.base_url)
    channel = backend.workspace.channels.get(file.channel or "")
    if channel is not None:
        share = {"ts": file.ts, "channel_name": channel.name, "team_id": backend.workspace.team.id}
        place = {**share, "thread_ts": file.thread_ts} if file.thread_ts else share
        about["shares"] = {"public" if channel.kind == "channel" else "private": {channel.id: [place]}}
    return {"file": about, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.list", Tier.T3, scopes=("files:read",))
def list_all(backend: Backend, arguments: Arguments) -> JSON:
    """The files that were shared, newest first, of a channel or a person if one is named."""
    found = backend.files.shared()[::-1]
    for name, held in (("channel", "channel"), ("user", "user")):
        if name in arguments:
            found = [file for file in found if getattr(file, held) == arguments.text(name)]
    count = min(max(arguments.number("count", 100), 1), 1000)
    number = max(arguments.number("page", 1), 1)
    shown = found[count * (number - 1) : count * number]
    paging = {"count": count, "total": len(found), "page": number, "pages": -(-len(found) // count)}
    return {"files": [backend.files.as_dict(file, backend.base_url) for file in shown], "paging": paging}


@method("files.delete", Tier.T3, scopes=("files:write",), required=("file",))
def delete(backend: Backend, arguments: Arguments) -> JSON:
    """Delete a file of the bot's own; the messages that showed it say so."""
    file = backend.files.uploaded(arguments.text("file"))
    if file.user != backend.workspace.app.bot_user_id:
        raise ApiError("cant_delete_file")
    backend.files.delete(file)
    for channel in backend.workspace.channels.values():
        for message in list(channel.messages.values()):
            if any(shown["id"] == file.id for shown in message.get("files", ())):
                left = [_tombstone(shown) if shown["id"] == file.id else shown for shown in message["files"]]
                backend.messages.update(channel, message["ts"], {"files": left}, editor=None)
    return {}


def _tombstone(file: JSON) -> JSON:
    return {"id": file["id"], "mode": "tombstone"}


def _named_files(backend: Backend, listed: Any) -> list[File]:
    if not isinstance(listed, list) or not all(_is_named(item) for item in listed):
        raise invalid_arguments("must provide an array of objects with `id` [json-pointer:/files]")
    files = []
    for item in listed:
        file = backend.files.uploaded(item["id"])
        file.title = str(item.get("title") or file.name)
        files.append(file)
    return files


def _is_named(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), str)


def _share(backend: Backend, files: list[File], channel_id: str, arguments: Arguments) -> None:
    channel = backend.workspace.channels[channel_id]
    thread_ts = arguments.text("thread_ts") or None
    comment = arguments.text("initial_comment")
    for file in files:
        file.channel, file.thread_ts = channel_id, thread_ts
    content: JSON = {"text": comment, "upload": True, "display_as_bot": False, "subtype": "file_share"}
    content["files"] = [backend.files.as_dict(file, backend.base_url) for file in files]
    blocks = arguments.object("blocks", "invalid_blocks")
    if blocks:
        content["blocks"] = message_blocks(blocks)
    elif comment:
        content["blocks"] = typed(comment).blocks
    stored = backend.messages.post(channel, by_bot(backend.workspace, content), thread_ts=thread_ts)
    for file in files:
        file.ts = stored["ts"]
