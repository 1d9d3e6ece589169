"""What the verbs of teaching work with."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot.background import Background
from slackbot.backlog import Backlog
from slackbot.checks import Checks
from slackbot.learning.loop import Loop
from slackbot.permissions import Permissions
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.channels import Channels
from slackbot.store.preferences import People
from slackbot.teaching.requests import Requests
from slackbot.threads import Slack, Threads


@dataclass(frozen=True)
class Services:
    """One of each in a process."""

    settings: Settings
    store: Store
    loop: Loop
    threads: Threads
    slack: Slack
    background: Background
    channels: Channels
    people: People
    permissions: Permissions
    backlog: Backlog
    checks: Checks
    requests: Requests
