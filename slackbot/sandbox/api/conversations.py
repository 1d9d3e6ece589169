"""conversations.* and users.conversations: channels, who is in them, and what was said."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.sandbox.api.access import check_scope, known_users, page, scopes_for, visible_channel
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.membership import join
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel

_READ, _HISTORY = scopes_for("read"), scopes_for("history")
_JOIN = ("channels:join",)
_OPEN = ("channels:manage", "groups:write", "im:write", "mpim:write")
_INVITE = ("channels:write.invites", "groups:write.invites", *_OPEN)
_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


@method("conversations.info", Tier.T3, scopes=_READ, required=("channel",))
def info(backend: Backend, arguments: Arguments) -> JSON:
    """One channel."""
    channel = visible_channel(backend, arguments.text("channel"), "read")
    about = channel_dict(backend, channel)
    if arguments.flag("include_num_members"):
        about["num_members"] = len(channel.members)
    return {"channel": about}


@method("conversations.list", Tier.T2, scopes=_READ)
def list_all(backend: Backend, arguments: Arguments) -> JSON:
    """The channels of the workspace that the bot can see."""
    seen = [c for c in _of_kinds(backend, arguments) if c.kind == "channel" or backend.workspace.has_bot(c)]
    shown, metadata = page(seen, arguments, default=100, most=1000)
    channels = [channel_dict(backend, channel) | {"num_members": len(channel.members)} for channel in shown]
    return {"channels": channels, "response_metadata": metadata}


@method("users.conversations", Tier.T3, scopes=_READ)
def of_user(backend: Backend, arguments: Arguments) -> JSON:
    """The channels that somebody, by default the bot, is in and the bot can see."""
    bot = backend.workspace.app.bot_user_id
    user = arguments.text("user", bot)
    seen = [c for c in _of_kinds(backend, arguments) if user in c.members]
    mutual = [c for c in seen if c.kind == "channel" or bot in c.members]
    shown, metadata = page(mutual, arguments, default=100, most=1000)
    return {"channels": [channel_dict(backend, channel) for channel in shown], "response_metadata": metadata}


@method("conversations.members", Tier.T4, scopes=_READ, required=("channel",))
def members(backend: Backend, arguments: Arguments) -> JSON:
    """The ids of those who are in a channel."""
    channel = visible_channel(backend, arguments.text("channel"), "read")
    shown, metadata = page(channel.members, arguments, default=100, most=1000)
    return {"members": shown, "response_metadata": metadata}


@method("conversations.history", Tier.T3, scopes=_HISTORY, required=("channel",))
def history(backend: Backend, arguments: Arguments) -> JSON:
    """What the channel itself shows, newest first; replies only if they were broadcast."""
    channel = _member_channel(backend, arguments)
    newest_first = _within(backend.messages.top_level(channel), arguments)[::-1]
    shown, metadata = page(newest_first, arguments, default=100, most=999)
    return _listed(shown, metadata, arguments) | {"pin_count": 0}


@method("conversations.replies", Tier.T3, scopes=_HISTORY, required=("channel", "ts"))
def replies(backend: Backend, arguments: Arguments) -> JSON:
    """A thread, its parent first; a reply's timestamp gets that reply alone."""
    channel = _member_channel(backend, arguments)
    ts = arguments.text("ts")
    if ts not in channel.messages:
        raise ApiError("thread_not_found")
    thread = backend.messages.thread(channel, ts)
    bounded = [message for message in thread if message["ts"] == ts or message in _within([message], arguments)]
    shown, metadata = page(bounded, arguments, default=1000, most=1000)
    return _listed(shown, metadata, arguments)


@method("conversations.join", Tier.T3, scopes=_JOIN, required=("channel",))
def join_channel(backend: Backend, arguments: Arguments) -> JSON:
    """The bot enters a public channel."""
    channel = visible_channel(backend, arguments.text("channel"), "join")
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.archived:
        raise ApiError("is_archived")
    if backend.workspace.has_bot(channel):
        known = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": channel_dict(backend, channel), **known}
    join(backend.messages, channel, backend.workspace.app.bot_user_id)
    return {"channel": channel_dict(backend, channel)}


@method("conversations.invite", Tier.T3, scopes=_INVITE, required=("channel", "users"))
def invite(backend: Backend, arguments: Arguments) -> JSON:
    """Bring people into a channel that the bot is in."""
    channel = backend.workspace.channel(arguments.text("channel"))
    bot = backend.workspace.app.bot_user_id
    if bot not in channel.members:
        raise ApiError("not_in_channel" if channel.kind == "channel" else "channel_not_found")
    users = known_users(backend, arguments, "users")
    if bot in users:
        raise ApiError("cant_invite_self")
    if any(user in channel.members for user in users):
        raise ApiError("already_in_channel")
    for user in users:
        join(backend.messages, channel, user, inviter=bot)
    return {"channel": channel_dict(backend, channel)}


@method("conversations.open", Tier.T3, scopes=_OPEN)
def open_direct(backend: Backend, arguments: Arguments) -> JSON:
    """The direct conversation with one person or several, made if need be."""
    if "channel" in arguments:
        channel, was_open = backend.workspace.channel(arguments.text("channel")), True
        if channel.kind not in ("im", "mpim"):
            raise ApiError("method_not_supported_for_channel_type")
    elif "users" in arguments:
        users = known_users(backend, arguments, "users")
        check_scope(backend, "im:write" if len(users) == 1 else "mpim:write")
        channel, was_open = backend.workspace.direct(users)
    else:
        raise ApiError("users_list_not_supplied")
    about = channel_dict(backend, channel) if arguments.flag("return_im") else {"id": channel.id}
    return {"channel": about} | ({"no_op": True, "already_open": True} if was_open else {})


def channel_dict(backend: Backend, channel: Channel) -> JSON:
    """A channel as Slack describes it; a direct message is described by the other person."""
    base = {"id": channel.id, "created": channel.created, "is_archived": channel.archived, "is_org_shared": False}
    if channel.kind == "im":
        other = backend.workspace.other_member(channel)
        return {**base, "is_im": True, "user": other, "is_open": True, "is_user_deleted": False, "priority": 0}
    return {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_member": backend.workspace.has_bot(channel),
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "unlinked": 0,
        "updated": channel.created * 1000,
        "context_team_id": backend.workspace.team.id,
        "topic": channel.topic,
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def _member_channel(backend: Backend, arguments: Arguments) -> Channel:
    channel = visible_channel(backend, arguments.text("channel"), "history")
    if not backend.workspace.has_bot(channel):
        raise ApiError("not_in_channel")
    return channel


def _of_kinds(backend: Backend, arguments: Arguments) -> list[Channel]:
    """The channels of the kinds asked for. ApiError ``invalid_types``, ``missing_scope``."""
    asked = arguments.words("types") or ["public_channel"]
    if any(kind not in _KINDS for kind in asked):
        raise ApiError("invalid_types")
    families = {"public_channel": "channels", "private_channel": "groups"}
    for kind in asked:
        check_scope(backend, f"{families.get(kind, kind)}:read")
    kinds = {_KINDS[kind] for kind in asked}
    hidden = arguments.flag("exclude_archived")
    return [c for c in backend.workspace.channels.values() if c.kind in kinds and not (hidden and c.archived)]


def _within(messages: Sequence[JSON], arguments: Arguments) -> list[JSON]:
    """Those between ``oldest`` and ``latest``, which themselves count only if ``inclusive``."""
    oldest, latest = _time(arguments, "oldest", 0.0), _time(arguments, "latest", float("inf"))
    inclusive = arguments.flag("inclusive")
    found = []
    for message in messages:
        at = float(message["ts"])
        if oldest < at < latest or (inclusive and at in (oldest, latest)):
            found.append(message)
    return found


def _time(arguments: Arguments, name: str, default: float) -> float:
    value = arguments.text(name)
    try:
        return float(value) if value and value != "now" else default
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _listed(messages: Sequence[JSON], metadata: JSON, arguments: Arguments) -> JSON:
    with_metadata = arguments.flag("include_all_metadata")
    hidden = () if with_metadata else ("metadata",)
    shown = [{key: value for key, value in message.items() if key not in hidden} for message in messages]
    more = bool(metadata["next_cursor"])
    return {"messages": shown, "has_more": more} | ({"response_metadata": metadata} if more else {})
