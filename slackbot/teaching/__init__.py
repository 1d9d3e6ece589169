"""Everything people can do, as verbs: the listeners call these and show what they answer.

Each verb stores first; what follows from it happens in the background, where any process may take it up again.
"""

from slackbot.teaching.place import Place
from slackbot.teaching.requests import Requests
from slackbot.teaching.services import Services
from slackbot.teaching.teaching import Teaching

__all__ = ["Place", "Requests", "Services", "Teaching"]
