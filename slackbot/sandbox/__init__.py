"""A Slack workspace on one's own machine, for tests and the demo: the app runs against it unchanged."""

from __future__ import annotations

from slackbot.sandbox.calls import Call
from slackbot.sandbox.changes import Change
from slackbot.sandbox.delivery import Ack, Delivery
from slackbot.sandbox.errors import NotAcknowledged, NotOnScreen
from slackbot.sandbox.people import Person
from slackbot.sandbox.sandbox import Sandbox

__all__ = ["Ack", "Call", "Change", "Delivery", "NotAcknowledged", "NotOnScreen", "Person", "Sandbox"]
