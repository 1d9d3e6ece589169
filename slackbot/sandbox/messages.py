"""Messages and threads: posting, changing, deleting and reacting, and what these do to a thread's parent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON, without_nones
from slackbot.sandbox.workspace import Channel, Workspace

#: What a deleted parent leaves in its place as long as it has replies.
_TOMBSTONE = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True}
_THREAD_KEYS = (
    "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "subscribed",
)  # fmt: skip


@dataclass
class Messages:
    """The message store of a workspace. Stored messages have no ``channel``; events and answers add it."""

    workspace: Workspace

    def post(self, channel: Channel, message: JSON, *, thread_ts: str | None = None, **announce: Any) -> JSON:
        """Store a message under a new timestamp and count it in its thread.

        Answers it as stored. ApiError ``cannot_reply_to_message`` where there is no parent to reply to.
        """
        parent = self._parent(channel, thread_ts) if thread_ts else None
        ts = self.workspace.clock.next_ts()
        stored = {"type": "message", **message, "ts": ts, "team": self.workspace.team.id}
        if parent is not None:
            stored |= without_nones({"thread_ts": parent["ts"], "parent_user_id": parent.get("user")})
        channel.messages[ts] = stored
        if parent is not None:
            self._recount(channel, parent["ts"])
        self._publish("message", channel, ts, message=stored, **announce)
        return stored

    def find(self, channel: Channel, ts: str) -> JSON:
        """A message. ApiError ``message_not_found``."""
        message = channel.messages.get(ts)
        if message is None or message.get("subtype") == "tombstone":
            raise ApiError("message_not_found")
        return message

    def update(self, channel: Channel, ts: str, changed: JSON, *, editor: str | None) -> JSON:
        """Replace keys of a message; None removes a key. An editor marks it as edited. Answers the new state."""
        previous = self.find(channel, ts)
        edited = {"user": editor, "ts": f"{int(self.workspace.clock.now())}.000000"} if editor else None
        merged = {**previous, **changed, "edited": edited or previous.get("edited")}
        stored = channel.messages[ts] = without_nones(merged)
        self._publish("message_changed", channel, ts, message=stored, previous_message=previous)
        return stored

    def delete(self, channel: Channel, ts: str) -> None:
        """Remove a message. A parent with replies becomes a tombstone, so that the thread stays."""
        previous = self.find(channel, ts)
        if previous.get("reply_count"):
            kept = {key: previous[key] for key in (*_THREAD_KEYS, "type", "ts", "team") if key in previous}
            stored = channel.messages[ts] = {**kept, **_TOMBSTONE}
            self._publish("message_changed", channel, ts, message=stored, previous_message=previous)
            return
        del channel.messages[ts]
        if previous.get("thread_ts", ts) != ts:
            self._recount(channel, previous["thread_ts"])
        self._publish("message_deleted", channel, ts, previous_message=previous)

    def react(self, channel: Channel, ts: str, name: str, user: str) -> None:
        """Add a person's reaction. ApiError ``already_reacted``."""
        message = self.find(channel, ts)
        users = _reactions(message)
        if user in users.get(name, ()):
            raise ApiError("already_reacted")
        self._set_reactions(channel, message, {**users, name: [*users.get(name, ()), user]})
        self._publish("reaction_added", channel, ts, user=user, reaction=name, message=channel.messages[ts])

    def unreact(self, channel: Channel, ts: str, name: str, user: str) -> None:
        """Take a person's reaction away. ApiError ``no_reaction``."""
        message = self.find(channel, ts)
        users = _reactions(message)
        if user not in users.get(name, ()):
            raise ApiError("no_reaction")
        left = {**users, name: [other for other in users[name] if other != user]}
        self._set_reactions(channel, message, left)
        self._publish("reaction_removed", channel, ts, user=user, reaction=name, message=channel.messages[ts])

    def thread(self, channel: Channel, thread_ts: str) -> list[JSON]:
        """The parent, if it is there, and its replies in order."""
        return [m for ts, m in channel.messages.items() if ts == thread_ts or m.get("thread_ts") == thread_ts]

    def top_level(self, channel: Channel) -> list[JSON]:
        """The messages that the channel itself shows, in order: no replies but broadcast ones."""
        return [message for message in channel.messages.values() if not is_hidden_reply(message)]

    def _parent(self, channel: Channel, thread_ts: str) -> JSON:
        parent = channel.messages.get(thread_ts)
        if parent is None or parent.get("thread_ts", thread_ts) != thread_ts:
            raise ApiError("cannot_reply_to_message")  # a reply has no thread of its own
        return parent

    def _recount(self, channel: Channel, parent_ts: str) -> None:
        parent = channel.messages.get(parent_ts)
        if parent is None:
            return
        replies = [m for m in self.thread(channel, parent_ts) if m["ts"] != parent_ts]
        users = list(dict.fromkeys(m["user"] for m in replies if "user" in m))
        rest = {key: value for key, value in parent.items() if key not in _THREAD_KEYS}
        counts = {
            "thread_ts": parent_ts, "reply_count": len(replies), "reply_users_count": len(users),
            "latest_reply": replies[-1]["ts"], "reply_users": users, "is_locked": False,
        } if replies else {}  # fmt: skip
        channel.messages[parent_ts] = {**rest, **counts}

    def _set_reactions(self, channel: Channel, message: JSON, users: dict[str, list[str]]) -> None:
        reactions = [{"name": n, "users": who, "count": len(who)} for n, who in users.items() if who]
        stored = without_nones({**message, "reactions": reactions or None})
        channel.messages[message["ts"]] = stored

    def _publish(self, kind: str, channel: Channel, ts: str, **fields: Any) -> None:
        self.workspace.changes.publish(kind, channel=channel.id, ts=ts, **fields)


def is_hidden_reply(message: JSON) -> bool:
    """Whether only the thread shows this message."""
    in_thread = bool(message.get("thread_ts", message["ts"]) != message["ts"])
    return in_thread and message.get("subtype") != "thread_broadcast"


def _reactions(message: JSON) -> dict[str, list[str]]:
    return {reaction["name"]: reaction["users"] for reaction in message.get("reactions", ())}
