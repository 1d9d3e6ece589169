"""Keeps Slack threads equal to what the store says. What a thread shows is a view and can always be drawn again."""

from slackbot.threads.slack import Slack
from slackbot.threads.threads import Threads

__all__ = ["Slack", "Threads"]
