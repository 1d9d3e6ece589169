"""Which events a change of the workspace causes, in the form of the Events API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from slackbot.sandbox.changes import Change
from slackbot.sandbox.ids import new_id
from slackbot.sandbox.installation import Installation
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel, Workspace

#: member_joined_channel calls the kinds of channels by letters.
_KIND_LETTERS = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


#: What subscriptions to messages call the kinds of channels.
_MESSAGES_OF = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


#: event -> the scopes of which the app needs one to be told; those not named need none
_SCOPES = {
    **{f"message.{family}": (f"{family}:history",) for family in _MESSAGES_OF.values()},
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
}


class Events:
    """Listens to the workspace and sends what the app would be told."""

    def __init__(self, workspace: Workspace, installation: Installation, send: Callable[[JSON], None]) -> None:
        self._workspace, self._installation, self._send = workspace, installation, send
        workspace.changes.listen(self.on_change)

    def on_change(self, change: Change) -> None:
        """Send the events of one change, if the bot may see them and the app wants them."""
        for event in self._events(change):
            if self._wanted(_subscription(event)):
                self._send(self.callback(event))

    def callback(self, event: JSON) -> JSON:
        """The ``event_callback`` around an event."""
        workspace = self._workspace
        team, app = workspace.team.id, workspace.app
        authorization = {
            "enterprise_id": None,
            "team_id": team,
            "user_id": app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": app.verification_token,
            "team_id": team,
            "api_app_id": app.id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(workspace.clock.now()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
            "event_context": f"4-{new_id('X')}",
        }

    def _wanted(self, name: str) -> bool:
        scopes = _SCOPES.get(name, ())
        granted = not scopes or any(self._installation.grants(scope) for scope in scopes)
        return granted and self._installation.sends(name)

    def _events(self, change: Change) -> Iterator[JSON]:
        if change["type"] == "home_opened":
            yield self._home_opened(change)
            return
        make = _BY_CHANGE.get(change["type"])
        if make is None:
            return
        channel = self._workspace.channels[change["channel"]]
        if self._workspace.has_bot(channel):
            yield from make(self._workspace, change, channel)

    def _home_opened(self, change: Change) -> JSON:
        seconds, micros = self._workspace.clock.next_ts().split(".")
        event = {
            "type": "app_home_opened",
            "user": change["user"],
            "channel": change["channel"],
            "tab": change["tab"],
            "event_ts": seconds + micros,
        }
        return {**event, "view": change["view"]} if change.get("view") else event


def _subscription(event: JSON) -> str:
    """The name under which an app subscribes to an event."""
    kind = str(event["type"])
    return f"message.{_MESSAGES_OF[event['channel_type']]}" if kind == "message" else kind


def _message(workspace: Workspace, change: Change, channel: Channel) -> Iterator[JSON]:
    message = {key: value for key, value in change["message"].items() if key != "metadata"}
    where = {"channel": channel.id, "event_ts": change["ts"]}
    if message.get("subtype") == "thread_broadcast":
        message["root"] = channel.messages[message["thread_ts"]]
    yield {**message, **where, "channel_type": channel.kind}
    by_person = message.get("user") != workspace.app.bot_user_id
    if by_person and channel.kind != "im" and f"<@{workspace.app.bot_user_id}>" in message["text"]:
        yield {**message, "type": "app_mention", **where}


def _message_changed(workspace: Workspace, change: Change, channel: Channel) -> Iterator[JSON]:
    event_ts = workspace.clock.next_ts()
    yield {
        "type": "message",
        "subtype": "message_changed",
        "message": _plain(change["message"]),
        "previous_message": _plain(change["previous_message"]),
        "channel": channel.id,
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel_type": channel.kind,
    }


def _message_deleted(workspace: Workspace, change: Change, channel: Channel) -> Iterator[JSON]:
    event_ts = workspace.clock.next_ts()
    yield {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": _plain(change["previous_message"]),
        "channel": channel.id,
        "hidden": True,
        "deleted_ts": change["ts"],
        "event_ts": event_ts,
        "ts": event_ts,
        "channel_type": channel.kind,
    }


def _reaction(workspace: Workspace, change: Change, channel: Channel) -> Iterator[JSON]:
    event = {
        "type": change["type"],
        "user": change["user"],
        "reaction": change["reaction"],
        "item": {"type": "message", "channel": channel.id, "ts": change["ts"]},
        "event_ts": workspace.clock.next_ts(),
    }
    author = change["message"].get("user")
    yield {**event, "item_user": author} if author else event


def _membership(workspace: Workspace, change: Change, channel: Channel) -> Iterator[JSON]:
    event = {
        "type": change["type"],
        "user": change["user"],
        "channel": channel.id,
        "channel_type": _KIND_LETTERS[channel.kind],
        "team": workspace.team.id,
        "event_ts": workspace.clock.next_ts(),
    }
    yield {**event, "inviter": change["inviter"]} if change.get("inviter") else event


def _plain(message: JSON) -> JSON:
    return {key: value for key, value in message.items() if key != "metadata"}


_BY_CHANGE: dict[str, Callable[[Workspace, Change, Channel], Iterator[Any]]] = {
    "message": _message,
    "message_changed": _message_changed,
    "message_deleted": _message_deleted,
    "reaction_added": _reaction,
    "reaction_removed": _reaction,
    "member_joined_channel": _membership,
    "member_left_channel": _membership,
}
