"""What workers know of the assistant that is taught."""

from __future__ import annotations

from slackbot.core.rasa import retrieve_domain
from slackbot.core.rasa.configured import endpoint_of
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.project import load_project
from slackbot.settings import Settings, example_assistant


async def domain_of(settings: Settings) -> Domain:
    """The domain of what is taught. Raises CoreFailed where a Rasa server doesn't answer."""
    endpoint = endpoint_of(settings)
    if endpoint is not None:
        return Domain.from_dict(await retrieve_domain(endpoint))
    return load_project(settings.assistant or example_assistant()).domain
