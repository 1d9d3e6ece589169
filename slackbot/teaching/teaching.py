"""The verbs, put together."""

from __future__ import annotations

from slackbot.learning.renewal import Renewal
from slackbot.teaching.adjudicating import Adjudicating
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.drafts import Drafts
from slackbot.teaching.forking import Forking
from slackbot.teaching.meant import Meant
from slackbot.teaching.picturing import Picturing
from slackbot.teaching.pressed import Pressed
from slackbot.teaching.remedying import Remedying
from slackbot.teaching.reminding import Reminding
from slackbot.teaching.reporting import Reporting
from slackbot.teaching.services import Services
from slackbot.teaching.sessions import Sessions
from slackbot.teaching.speaking import Speaking
from slackbot.teaching.undoing import Undoing
from slackbot.teaching.voting import Voting


class Teaching:
    """The verbs, by what they are about."""

    def __init__(self, services: Services, renewal: Renewal | None = None) -> None:
        #: None where the assistant doesn't learn while it is taught.
        self.renewal = renewal
        self.store, self.loop = services.store, services.loop
        self.threads, self.slack = services.threads, services.slack
        self.people, self.backlog, self.checks = services.people, services.backlog, services.checks
        self.advancing = Advancing(services)
        self.drafts = Drafts(services)
        pressed = Pressed(services)
        self.sessions = Sessions(services, pressed, self.advancing)
        self.speaking = Speaking(services, pressed, self.advancing)
        self.voting = Voting(services, pressed, self.advancing, self.drafts)
        self.adjudicating = Adjudicating(services, pressed, self.advancing, self.drafts)
        self.remedying = Remedying(services, pressed, self.advancing)
        self.undoing = Undoing(services, pressed, self.advancing)
        self.forking = Forking(services, pressed, self.advancing)
        self.reporting = Reporting(services)
        self.meant = Meant(services.store, services.loop, services.permissions)
        self.picturing = Picturing(services, pressed)
        self.reminding = Reminding(services.loop, self.meant, self.advancing.wake)
