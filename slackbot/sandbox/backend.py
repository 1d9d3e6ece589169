"""Everything that the sandbox consists of behind its server, in one place for those who serve calls and people."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.ephemerals import Ephemerals
from slackbot.sandbox.faults import Faults
from slackbot.sandbox.files import Files
from slackbot.sandbox.installation import Installation
from slackbot.sandbox.messages import Messages
from slackbot.sandbox.payloads import Payloads
from slackbot.sandbox.read_marks import ReadMarks
from slackbot.sandbox.response_urls import ResponseURLs
from slackbot.sandbox.responses import Responses
from slackbot.sandbox.socket_delivery import SocketDelivery
from slackbot.sandbox.triggers import Triggers
from slackbot.sandbox.views import Views
from slackbot.sandbox.workspace import Workspace


@dataclass
class Credentials:
    """What the app shows to prove who it is."""

    bot_token: str
    app_token: str
    signing_secret: str


@dataclass
class Backend:
    """The parts of a workspace that work together."""

    credentials: Credentials
    sockets: SocketDelivery
    installation: Installation = field(default_factory=Installation)
    workspace: Workspace = field(default_factory=Workspace)
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        workspace = self.workspace
        self.messages = Messages(workspace)
        self.read_marks = ReadMarks(self.messages)
        self.ephemerals = Ephemerals(workspace)
        self.files = Files(workspace)
        self.views = Views(workspace)
        self.triggers = Triggers(workspace.clock)
        self.response_urls = ResponseURLs(workspace.clock, workspace.team.id)
        self.responses = Responses(workspace, self.messages, self.ephemerals, self.response_urls)
        self.payloads = Payloads(workspace, self.views, self.triggers, self.response_urls)

    @property
    def base_url(self) -> str:
        """``http://host:port`` of the server, empty before it listens."""
        return self.response_urls.base_url
