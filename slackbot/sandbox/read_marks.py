"""How far each person has read each channel."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.messages import Messages
from slackbot.sandbox.workspace import Channel


@dataclass
class ReadMarks:
    """Person -> channel -> the timestamp of the newest message that was read."""

    messages: Messages
    by_person: dict[str, dict[str, str]] = field(default_factory=dict)

    def of(self, user_id: str) -> dict[str, str]:
        """One person's marks."""
        return dict(self.by_person.get(user_id, {}))

    def move(self, user_id: str, channel: Channel, ts: str) -> None:
        """Note that everything up to `ts` was read; a mark never goes back."""
        marks = self.by_person.setdefault(user_id, {})
        if float(ts) > float(marks.get(channel.id, "0")):
            marks[channel.id] = ts
            self.messages.workspace.changes.publish("read", user=user_id, channel=channel.id, ts=ts)

    def unread(self, user_id: str, channel: Channel) -> int:
        """How many messages of others the channel itself shows beyond the mark."""
        mark = float(self.by_person.get(user_id, {}).get(channel.id, "0"))
        shown = self.messages.top_level(channel)
        return sum(message.get("user") != user_id and float(message["ts"]) > mark for message in shown)
