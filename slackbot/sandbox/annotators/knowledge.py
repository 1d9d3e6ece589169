"""What simulated annotators hold to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.dialogue.project import Project
from slackbot.sandbox.cards import Reading
from slackbot.sandbox.play import SCRIPT


@dataclass(frozen=True)
class Answer:
    """What a text means and, where that is known, the first thing to do then."""

    intent: str
    action: str | None = None


@dataclass(frozen=True)
class Knowledge:
    """Answers by text. Of what isn't in here, the assistant's own suggestion counts as right."""

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def correction(self, card: Reading) -> tuple[str, str] | None:
        """The field of the modal to fill and what belongs in it, where the card is wrong; None if it is right."""
        known = self.answers.get(_key(card.said))
        if known is None:
            return None
        if card.intent != known.intent:
            return (PICK_INTENT, known.intent) if card.intent_is_open else None
        if known.action and card.action != known.action:
            return PICK_ACTION, known.action
        return None


def knowledge_of(project: Project) -> Knowledge:
    """The rehearsed lines of the play, and what the assistant's own examples say."""
    known = {_key(example.text): Answer(example.intent) for example in project.nlu.examples if example.intent}
    names = set(project.domain.intents)
    rehearsed = {_key(turn.says): Answer(turn.intent, turn.action) for turn in SCRIPT if turn.intent in names}
    return Knowledge({**known, **rehearsed})


def _key(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .!?")
