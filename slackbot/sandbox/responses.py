"""Answers to interactions that are no API calls: posts to a response URL, and what acknowledges a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slackbot.sandbox.authors import by_response, content_of
from slackbot.sandbox.block_kit import message_blocks
from slackbot.sandbox.ephemerals import Ephemerals
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.messages import Messages
from slackbot.sandbox.response_urls import ResponseURL, ResponseURLs
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Channel, Workspace


@dataclass
class Responses:
    """Does what an answer says: shows it to one person or to all, or changes the message it is about."""

    workspace: Workspace
    messages: Messages
    ephemerals: Ephemerals
    response_urls: ResponseURLs

    def by_url(self, url: str, body: Any) -> tuple[int, str]:
        """A POST to a response URL. Answers HTTP status and text (``ok``, or Slack's word for what is wrong)."""
        if not isinstance(body, dict):
            return 400, "invalid_payload"
        target = self.response_urls.use(url)
        if isinstance(target, str):
            return 404, target
        try:
            self._respond(target, body)
        except ApiError as error:
            return 400, error.error
        return 200, "ok"

    def to_command(self, user_id: str, channel: Channel, body: JSON) -> None:
        """What acknowledged a slash command. ApiError if Slack can't show it."""
        if body.get("text") or body.get("blocks"):
            self._show(user_id, channel, body)

    def _respond(self, target: ResponseURL, body: JSON) -> None:
        channel = self.workspace.channel(target.channel_id)
        if body.get("delete_original"):
            self._delete(target, channel)
        elif body.get("replace_original") and target.message_ts:
            self._replace(target, channel, body)
        else:
            self._show(target.user_id, channel, body)

    def _show(self, user_id: str, channel: Channel, body: JSON) -> None:
        content, thread_ts = _content(body), body.get("thread_ts")
        if body.get("response_type") == "in_channel":
            self.messages.post(channel, by_response(self.workspace, content), thread_ts=thread_ts)
        else:
            self.ephemerals.show(user_id, channel.id, thread_ts, content)

    def _replace(self, target: ResponseURL, channel: Channel, body: JSON) -> None:
        content, ts = _content(body), str(target.message_ts)
        if target.is_ephemeral:
            if not self.ephemerals.replace(target.user_id, ts, content):
                raise ApiError("message_not_found")
            return
        changed = {"blocks": None, **content}
        self.messages.update(channel, ts, changed, editor=self.workspace.app.bot_id)

    def _delete(self, target: ResponseURL, channel: Channel) -> None:
        ts = str(target.message_ts)
        if not target.is_ephemeral:
            self.messages.delete(channel, ts)
        elif not self.ephemerals.remove(target.user_id, ts):
            raise ApiError("message_not_found")


def _content(body: JSON) -> JSON:
    blocks = message_blocks(body["blocks"]) if body.get("blocks") else None
    if not blocks and not body.get("text"):
        raise ApiError("no_text")
    return content_of(body.get("text"), blocks)
