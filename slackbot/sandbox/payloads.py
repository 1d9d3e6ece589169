"""The payloads of interactions and commands as Slack sends them."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot.sandbox.elements import Placed
from slackbot.sandbox.response_urls import ResponseURLs
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.triggers import Triggers
from slackbot.sandbox.views import View, Views
from slackbot.sandbox.workspace import Account, Channel, Workspace

#: What commands and interactions call channels that have no name for everyone.
_UNNAMED = {"group": "privategroup", "im": "directmessage", "mpim": "privategroup"}


@dataclass(frozen=True)
class InMessage:
    """A place where elements are: a message that everybody in a channel sees, or one person alone."""

    channel: Channel
    message: JSON
    is_ephemeral: bool = False

    @property
    def blocks(self) -> list[JSON]:
        """The message's blocks."""
        return list(self.message.get("blocks", ()))


@dataclass(frozen=True)
class InView:
    """A place where elements are: a modal or a home tab."""

    view: View

    @property
    def blocks(self) -> list[JSON]:
        """The view's blocks."""
        return self.view.blocks


Place = InMessage | InView


@dataclass
class Payloads:
    """Makes payloads; each gets its own trigger id and, where Slack gives one, its own response URL."""

    workspace: Workspace
    views: Views
    triggers: Triggers
    response_urls: ResponseURLs

    def command(self, account: Account, channel: Channel, command: str, text: str) -> JSON:
        """A slash command, flat."""
        team, app = self.workspace.team, self.workspace.app
        return {
            "token": app.verification_token,
            "team_id": team.id,
            "team_domain": team.domain,
            "channel_id": channel.id,
            "channel_name": _channel_name(channel),
            "user_id": account.id,
            "user_name": account.name,
            "command": command,
            "text": text,
            "api_app_id": app.id,
            "is_enterprise_install": "false",
            "response_url": self.response_urls.new("commands", account.id, channel.id),
            "trigger_id": self.triggers.new(account.id),
        }

    def block_actions(self, account: Account, place: Place, action: JSON, state: JSON) -> JSON:
        """The use of an element; `state` is that of the message's inputs (a view brings its own)."""
        payload = {**self._head("block_actions", account), **self._where(place), "actions": [action]}
        if isinstance(place, InView):
            return {**payload, "trigger_id": self.triggers.new(account.id, place.view.id)}
        message = place.message
        response_url = self.response_urls.new(
            "actions", account.id, place.channel.id, message["ts"], is_ephemeral=place.is_ephemeral
        )
        trigger_id = self.triggers.new(account.id)
        return {**payload, "trigger_id": trigger_id, "state": {"values": state}, "response_url": response_url}

    def suggestion(self, account: Account, place: Place, placed: Placed, query: str) -> JSON:
        """What a person types into a menu whose options the app looks up."""
        element, block = placed
        return {
            **self._head("block_suggestion", account),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": query,
            **self._where(place),
        }

    def view_submission(self, account: Account, view: View) -> JSON:
        """The submit button of a modal."""
        return {
            **self._head("view_submission", account),
            "trigger_id": self.triggers.new(account.id, view.id),
            "view": self.views.as_dict(view),
            "response_urls": [],
        }

    def view_closed(self, account: Account, view: View, *, is_cleared: bool) -> JSON:
        """A modal that the person closed, or all of the stack."""
        payload = self._head("view_closed", account)
        return {**payload, "view": self.views.as_dict(view), "is_cleared": is_cleared, "response_urls": []}

    def shortcut(self, account: Account, callback_id: str) -> JSON:
        """A global shortcut."""
        payload = self._head("shortcut", account)
        return {
            **payload,
            "action_ts": self.workspace.clock.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self.triggers.new(account.id),
        }

    def message_shortcut(self, account: Account, callback_id: str, channel: Channel, message: JSON) -> JSON:
        """A shortcut from a message's menu."""
        payload = self._head("message_action", account)
        return {
            **payload,
            "action_ts": self.workspace.clock.next_ts(),
            "callback_id": callback_id,
            "trigger_id": self.triggers.new(account.id),
            "message_ts": message["ts"],
            "channel": {"id": channel.id, "name": _channel_name(channel)},
            "message": _shown(message),
            "response_url": self.response_urls.new("app", account.id, channel.id, message["ts"]),
        }

    def _where(self, place: Place) -> JSON:
        if isinstance(place, InView):
            return {"container": {"type": "view", "view_id": place.view.id}, "view": self.views.as_dict(place.view)}
        message, channel = place.message, place.channel
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": place.is_ephemeral,
        }
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        where: JSON = {"container": container, "channel": {"id": channel.id, "name": _channel_name(channel)}}
        if place.is_ephemeral:  # Slack doesn't send what only one person sees
            return where
        return {**where, "message": _shown(message)}

    def _head(self, kind: str, account: Account) -> JSON:
        team, app = self.workspace.team, self.workspace.app
        return {
            "type": kind,
            "user": {
                "id": account.id,
                "username": account.name,
                "name": account.name,
                "team_id": team.id,
            },
            "api_app_id": app.id,
            "token": app.verification_token,
            "team": {"id": team.id, "domain": team.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _channel_name(channel: Channel) -> str:
    return _UNNAMED.get(channel.kind, channel.name)


def _shown(message: JSON) -> JSON:
    return {key: value for key, value in message.items() if key != "metadata"}
