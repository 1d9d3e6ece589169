"""What one person sees of the workspace: nothing that Slack's client would not show."""

from __future__ import annotations

from typing import Any

from slackbot.sandbox.api.users import color_of
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.changes import Change
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.files import File
from slackbot.sandbox.messages import is_hidden_reply
from slackbot.sandbox.people import Person
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.views import View
from slackbot.sandbox.workspace import Account, Channel

PREVIEW = 20_000  # characters of a text file
_TEXT_TYPES = ("text/", "application/json", "application/yaml", "application/x-yaml")
_TEXT_SUFFIXES = (".yml", ".yaml", ".md", ".csv", ".jsonl", ".log", ".conllu")

#: Changes that only the person they are about sees.
_OWN = {"ephemeral", "ephemeral_changed", "ephemeral_deleted", "view", "home_opened", "read"}


def about_workspace(backend: Backend) -> JSON:
    """What is the same for everybody."""
    workspace, installation = backend.workspace, backend.installation
    app, described = workspace.app, installation.described
    tabs = {"home": installation.home_tab, "messages": installation.messages_tab}
    return {
        "team": {"id": workspace.team.id, "name": workspace.team.name},
        "app": {"id": app.id, "name": app.name, "bot_user_id": app.bot_user_id, "bot_id": app.bot_id, "tabs": tabs},
        "commands": [_picked(one, "command", "description", "usage_hint") for one in described.get("commands", ())],
        "shortcuts": [_picked(one, "callback_id", "name", "type") for one in described.get("shortcuts", ())],
        "people": [person_dict(account) for account in workspace.accounts.values()],
        "now": workspace.clock.now(),
    }


def person_dict(account: Account) -> JSON:
    """One member."""
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.display_name,
        "is_bot": account.is_bot,
        "color": f"#{color_of(account.id)}",
    }


def state(backend: Backend, person: Person) -> JSON:
    """All that a person sees."""
    user = person.id
    channels = [channel for channel in backend.workspace.channels.values() if may_see(channel, user)]
    return {
        "channels": [_channel(backend, channel, user) for channel in channels],
        "messages": {c.id: [_public(message) for message in c.messages.values()] for c in channels},
        "ephemerals": backend.ephemerals.of(user),
        "views": [_view(backend, view) for view in backend.views.stack(user)],
        "home": _view(backend, home) if (home := backend.views.home(user)) else None,
        "files": {file.id: file_dict(file, user) for file in backend.files.shared() if _may_open(backend, file, user)},
        "read": backend.read_marks.of(user),
        "chosen": person.chosen,
    }


def may_see(channel: Channel, user: str) -> bool:
    """Public channels are open to everybody, the others to their members."""
    return channel.kind == "channel" or user in channel.members


def file_for(backend: Backend, file_id: str, user: str) -> File:
    """A file that this person may open. ApiError ``file_not_found``."""
    file = backend.files.uploaded(file_id)
    if not _may_open(backend, file, user):
        raise ApiError("file_not_found")
    return file


def file_dict(file: File, user: str) -> JSON:
    """A file with its address for this person and, of a text, how it begins."""
    about: JSON = {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": file.length,
        "url": f"/page/file/{file.id}?as={user}",
    }
    if is_text(file):
        about["preview"] = file.content[: 4 * PREVIEW].decode(errors="replace")[:PREVIEW]
    return about


def is_text(file: File) -> bool:
    """Whether the file can be shown as text."""
    return file.mimetype.startswith(_TEXT_TYPES) or file.name.lower().endswith(_TEXT_SUFFIXES)


def noted(backend: Backend, change: Change) -> Change:
    """A change as the feed keeps it: with the thread's parent, whose counts it has changed, and without what only
    apps see.
    """
    kept = {k: _public(v) if k in ("message", "previous_message") else v for k, v in change.items()}
    message = change.get("message") or change.get("previous_message") or {}
    if change["type"] in ("message", "message_deleted") and is_hidden_reply({"ts": change["ts"], **message}):
        parent = backend.workspace.channels[change["channel"]].messages.get(message["thread_ts"])
        kept["parent"] = _public(parent) if parent else None
    if change["type"] == "person_added":
        kept["person"] = person_dict(backend.workspace.accounts[change["user"]])
    return kept


def shown(backend: Backend, change: Change, user: str) -> JSON | None:
    """What this person's window is told of a change; None: nothing."""
    if change["type"] in _OWN:
        return change if change["user"] == user else None
    channel = backend.workspace.channels.get(change.get("channel", ""))
    if channel is None:
        return change
    if not may_see(channel, user) and change.get("user") != user:
        return None
    extra: JSON = {}
    if change["type"] in ("channel_created", "channel_changed", "member_joined_channel", "member_left_channel"):
        extra["about"] = _channel(backend, channel, user)
    named = {*(file["id"] for file in (change.get("message") or {}).get("files", ())), change.get("file")}
    if files := [file for file in backend.files.shared() if file.id in named]:
        extra["files"] = {file.id: file_dict(file, user) for file in files}
    return {**change, **extra}


def _channel(backend: Backend, channel: Channel, user: str) -> JSON:
    return {
        "id": channel.id,
        "name": _name(backend, channel, user),
        "kind": channel.kind,
        "members": list(channel.members),
        "archived": channel.archived,
        "unread": backend.read_marks.unread(user, channel),
        "joined": user in channel.members,
    }


def _name(backend: Backend, channel: Channel, user: str) -> str:
    if channel.kind not in ("im", "mpim"):
        return channel.name
    others = [member for member in channel.members if member != user]
    return ", ".join(backend.workspace.name_of(member) for member in others)


def _view(backend: Backend, view: View) -> JSON:
    return {"view": backend.views.as_dict(view), "state": view.state, "errors": view.errors}


def _may_open(backend: Backend, file: File, user: str) -> bool:
    channel = backend.workspace.channels.get(file.channel or "")
    return file.shared and channel is not None and may_see(channel, user)


def _public(message: Any) -> Any:
    """A message without its metadata, which Slack gives to apps alone."""
    return {k: v for k, v in message.items() if k != "metadata"} if isinstance(message, dict) else message


def _picked(described: Any, *keys: str) -> JSON:
    return {key: described.get(key, "") for key in keys}
