"""Which channels a method may touch, and lists in pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError, invalid_arguments, missing_scope
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel

T = TypeVar("T")

#: channel kind -> how scopes call it
_SCOPE_FAMILIES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def scopes_for(verb: str) -> tuple[str, ...]:
    """The scopes of which a method of conversations needs the one of the channel's kind."""
    return tuple(f"{family}:{verb}" for family in _SCOPE_FAMILIES.values())


def visible_channel(backend: Backend, name: str, verb: str, *instead: str) -> Channel:
    """The channel, if the bot can see it and was granted the scope of its kind, or one of those that do instead.

    ApiError ``channel_not_found``, ``missing_scope``.
    """
    channel = backend.workspace.channel(name)
    if channel.kind != "channel" and not backend.workspace.has_bot(channel):
        raise ApiError("channel_not_found")
    if not any(backend.installation.grants(scope) for scope in instead):
        check_scope(backend, f"{_SCOPE_FAMILIES[channel.kind]}:{verb}")
    return channel


def check_scope(backend: Backend, scope: str) -> None:
    """ApiError ``missing_scope`` unless it was granted."""
    if not backend.installation.grants(scope):
        raise missing_scope((scope,), backend.installation.scopes or ())


def writable_channel(backend: Backend, name: str, *, posting: bool = True) -> Channel:
    """The channel, by id, name or a person's id, if the bot may write there.

    ApiError ``channel_not_found`` (also for a private channel without the bot), ``not_in_channel``, ``is_archived``,
    ``messages_tab_disabled`` for a direct message of an app whose manifest turns that tab off.
    """
    workspace = backend.workspace
    channel = workspace.direct([name])[0] if name in workspace.accounts else workspace.channel(name)
    if posting and channel.kind == "im" and not backend.installation.messages_tab:
        raise ApiError("messages_tab_disabled")
    if not workspace.has_bot(channel):
        if channel.kind != "channel":
            raise ApiError("channel_not_found")
        if posting and not backend.installation.grants("chat:write.public"):
            raise ApiError("not_in_channel")
    if posting and channel.archived:
        raise ApiError("is_archived")
    return channel


def page(items: Sequence[T], arguments: Arguments, *, default: int, most: int) -> tuple[list[T], JSON]:
    """The page that ``cursor`` and ``limit`` ask for, and the ``response_metadata`` that leads to the next.

    ApiError ``invalid_cursor``, ``invalid_limit``.
    """
    limit = arguments.number("limit", default) or default
    if limit < 1:
        raise ApiError("invalid_limit")
    start = _offset(arguments.text("cursor"))
    if start > len(items):
        raise ApiError("invalid_cursor")
    end = start + min(limit, most)
    cursor = _cursor(end) if end < len(items) else ""
    return list(items[start:end]), {"next_cursor": cursor}


def _cursor(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        name, _, offset = base64.b64decode(cursor, validate=True).decode().partition(":")
        if name == "next":
            return int(offset)
    except (binascii.Error, ValueError):
        pass
    raise ApiError("invalid_cursor")


def known_users(backend: Backend, arguments: Arguments, name: str) -> list[str]:
    """The user ids of a list argument. ApiError ``user_not_found``, or ``invalid_arguments`` for none."""
    users = arguments.words(name)
    if not users:
        raise invalid_arguments(f"missing required field: {name}")
    if any(user not in backend.workspace.accounts for user in users):
        raise ApiError("user_not_found")
    return users
