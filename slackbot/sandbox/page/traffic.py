"""The panel for builders: what went to and fro between the app and the workspace, the last of it."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot.sandbox.calls import Call
from slackbot.sandbox.delivery import Delivery
from slackbot.sandbox.page.feed import Entry, Feed
from slackbot.sandbox.records import Records
from slackbot.sandbox.shapes import JSON

KEPT = 500


@dataclass
class Traffic:
    """Shows calls and deliveries, and feeds `feed` with each that is new or has ended."""

    calls: Records[Call]
    deliveries: Records[Delivery]

    def __post_init__(self) -> None:
        self.feed = Feed(KEPT)
        self.calls.listen(lambda call: self.feed.put({"call": call_dict(call)}))
        self.deliveries.listen(lambda delivery: self.feed.put({"delivery": delivery_dict(delivery)}))

    def as_dict(self) -> JSON:
        """The last calls and deliveries, oldest first."""
        return {
            "calls": [call_dict(call) for call in self.calls.all()[-KEPT:]],
            "deliveries": [delivery_dict(delivery) for delivery in self.deliveries.all()[-KEPT:]],
            "last_event_id": self.feed.last_id,
        }

    def delivery(self, delivery_id: object) -> Delivery | None:
        """One that is kept, by its id."""
        return next((one for one in self.deliveries.all() if one.id == delivery_id), None)


def shown(entry: Entry) -> JSON | None:
    """Everything is shown."""
    item: JSON = entry.item
    return item


def call_dict(call: Call) -> JSON:
    """A Web API call; times in seconds since the epoch and milliseconds."""
    return {
        "id": call.id,
        "at": call.time,
        "method": call.method,
        "arguments": dict(call.args),
        "status": call.status,
        "ok": call.error is None,
        "error": call.error,
        "answer": call.response,
        "ms": round(call.latency * 1000, 1),
        "rate_limited": call.status == 429,
        "retry_after": call.retry_after,
    }


def delivery_dict(delivery: Delivery) -> JSON:
    """An attempt to deliver something; ``acknowledged`` and ``ms`` are null as long as it is under way."""
    ack, payload = delivery.ack, delivery.payload
    return {
        "id": delivery.id,
        "at": delivery.started,
        "kind": delivery.kind,
        "name": delivery_name(payload),
        "attempt": delivery.attempt,
        "retry_reason": delivery.retry_reason,
        "payload": payload,
        "acknowledged": ack.ok if ack else None,
        "reason": ack.reason if ack else None,
        "ms": None if delivery.latency is None else round(delivery.latency * 1000, 1),
        "answer": ack.payload if ack else None,
        "status": ack.status if ack else None,
        "transport": delivery.transport,
    }


def delivery_name(payload: JSON) -> str:
    """What a person calls it: the command, the event's type, the kind of interaction."""
    event = payload.get("event") or {}
    if event:
        return ".".join(str(event[key]) for key in ("type", "subtype") if event.get(key))
    return str(payload.get("command") or payload.get("type") or "")
