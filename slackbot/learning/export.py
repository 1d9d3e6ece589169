"""What a session taught, as Rasa's files: everything that was said and agreed, and nothing else."""

from __future__ import annotations

from slackbot.core.protocol import Additions
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, Event, Restarted, UserUttered
from slackbot.dialogue.nlu import NLUData, examples_of, nlu_yaml
from slackbot.dialogue.stories import stories_of, stories_yaml
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.conversation import with_additions


def export_files(tracker: Tracker, additions: Additions, base: Domain, name: str) -> dict[str, str]:
    """File name to text: ``stories.yml``, ``nlu.yml``, ``domain.yml``. What there is nothing to say in is left out.

    ``base`` is the assistant's own domain; the exported one adds what the agreed events use of the additions.
    """
    events = tracker.events
    examples = examples_of(events)
    files = {
        "stories.yml": stories_yaml(stories_of(events, name, tracker.domain)),
        "nlu.yml": nlu_yaml(NLUData(examples=tuple(examples), synonyms={}, regexes=(), lookups=())),
        "domain.yml": with_additions(base, used_additions(tracker, additions)).as_yaml(),
    }
    return {file: text for file, text in files.items() if text}


def used_additions(tracker: Tracker, additions: Additions) -> Additions:
    """Those additions that an agreed event uses, and the entities that the agreed messages bring."""
    agreed = [event for part in _between_restarts(tracker) for event in part]
    users = [event for event in agreed if isinstance(event, UserUttered)]
    actions = {event.action_name for event in agreed if isinstance(event, ActionExecuted)}
    intents = {event.intent_name for event in users}
    entities = dict.fromkeys(entity["entity"] for event in users for entity in event.entities)
    return Additions(
        intents=tuple(name for name in additions.intents if name in intents),
        entities=tuple(name for name in entities if name),
        actions=tuple(name for name in additions.actions if name in actions),
        responses={name: text for name, text in additions.responses.items() if name in actions},
    )


def _between_restarts(tracker: Tracker) -> list[list[Event]]:
    """The applied events of each part of the conversation between restarts."""
    parts: list[list[Event]] = [[]]
    for event in tracker.events:
        if isinstance(event, Restarted):
            parts.append([])
        else:
            parts[-1].append(event)
    return [Tracker(tracker.conversation_id, tracker.domain, part).applied_events() for part in parts]
