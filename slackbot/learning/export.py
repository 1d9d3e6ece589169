"""What a session taught, as Rasa's files: everything that was said and agreed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from slackbot.core.protocol import Additions
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, UserUttered
from slackbot.dialogue.nlu import NLUData, examples_of, nlu_yaml
from slackbot.dialogue.stories import Story, stories_of, stories_yaml
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.conversation import with_additions


def export_files(tracker: Tracker, additions: Additions, base: Domain, name: str) -> dict[str, str]:
    """File name to text: ``stories.yml``, ``nlu.yml``, ``domain.yml``. What there is nothing to say in is left out.

    ``base`` is the assistant's own domain; the exported one adds what the agreed events use of the additions.
    """
    stories = stories_of(tracker.events, name, tracker.domain)
    files = {
        "stories.yml": stories_yaml(stories),
        "nlu.yml": nlu_yaml(NLUData(examples=tuple(examples_of(tracker.events)))),
        "domain.yml": with_additions(base, used_additions(stories, additions)).as_yaml(),
    }
    return {file: text for file, text in files.items() if text}


def used_additions(stories: Iterable[Story], additions: Additions) -> Additions:
    """Those additions that the stories use, and the entities that their messages bring."""
    events = [event for story in stories for event in story.events]
    users = [event for event in events if isinstance(event, UserUttered)]
    actions = {event.action_name for event in events if isinstance(event, ActionExecuted)}
    intents = {event.intent_name for event in users}
    entities = dict.fromkeys(entity["entity"] for event in users for entity in event.entities)
    return Additions(
        intents=tuple(name for name in additions.intents if name in intents),
        entities=tuple(name for name in entities if name),
        actions=tuple(name for name in additions.actions if name in actions),
        responses={name: text for name, text in additions.responses.items() if name in actions},
    )
