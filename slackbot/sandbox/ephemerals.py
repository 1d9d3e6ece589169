"""Messages that one person alone sees, and that only a response URL can change."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Workspace

#: How many a person has before them; Slack's client forgets all of them when it is closed.
MOST = 200


@dataclass
class Ephemerals:
    """Each person's ephemeral messages in the order of arrival: channel, thread_ts, ts, text, blocks, ..."""

    workspace: Workspace
    _by_person: dict[str, list[JSON]] = field(default_factory=dict)

    def of(self, user_id: str) -> list[JSON]:
        """What this person has before them."""
        return list(self._by_person.get(user_id, ()))

    def show(self, user_id: str, channel: str, thread_ts: str | None, content: JSON) -> JSON:
        """Show a message; answers it with its timestamp."""
        ts = self.workspace.clock.next_ts()
        message = {"channel": channel, "thread_ts": thread_ts, "ts": ts, "is_ephemeral": True, **content}
        shown = self._by_person.setdefault(user_id, [])
        shown.append(message)
        self._publish("ephemeral", user_id, message)
        if len(shown) > MOST:
            self.remove(user_id, shown[0]["ts"])
        return message

    def replace(self, user_id: str, ts: str, content: JSON) -> bool:
        """Put other content in the place of one; False if it is gone."""
        shown = self._by_person.get(user_id, [])
        for place, old in enumerate(shown):
            if old["ts"] == ts:
                kept = {key: old[key] for key in ("channel", "thread_ts", "ts", "is_ephemeral")}
                shown[place] = {**kept, **content}
                self._publish("ephemeral_changed", user_id, shown[place])
                return True
        return False

    def remove(self, user_id: str, ts: str) -> bool:
        """Take one away; False if it is gone."""
        shown = self._by_person.get(user_id, [])
        for message in shown:
            if message["ts"] == ts:
                shown.remove(message)
                self._publish("ephemeral_deleted", user_id, message)
                return True
        return False

    def _publish(self, kind: str, user_id: str, message: JSON) -> None:
        self.workspace.changes.publish(
            kind, user=user_id, channel=message["channel"], ts=message["ts"], message=message
        )
