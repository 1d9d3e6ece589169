"""What the learning loop asks of an assistant: parse, predict, execute.

Anything that answers these three like Rasa does can be taught. They work over a tracker and know nothing of Slack
or Redis. None of them changes the tracker that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.tracker import Tracker


@dataclass(frozen=True)
class ActionScore:
    """One action the policies could take, and how much they are for it (0 to 1)."""

    action: str
    score: float


@dataclass(frozen=True)
class Precedent:
    """What one of the assistant's rules or stories says comes next in a state."""

    action: str
    kind: Literal["rule", "story"]
    name: str
    #: Relative to the project's folder; empty where the rule or story was not read from a file.
    path: str = ""
    #: 1-based: the line of the action, or of the step before it where waiting for the user is left unsaid.
    line: int | None = None
    #: Actions that don't contradict it though they are others, such as a form's own turn while the form is active.
    also: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What people are told it is: ``story 'happy path'``."""
        return f"{self.kind} '{self.name}'"

    @property
    def source(self) -> str:
        """Its title with its place, the file below the data folder: ``rule 'say goodbye', rules.yml:12``."""
        if not self.path:
            return self.title
        line = "" if self.line is None else f":{self.line}"
        return f"{self.title}, {self.path.removeprefix('data/')}{line}"

    def contradicts(self, action: str) -> bool:
        """Whether doing that in the same state would contradict it."""
        return action != self.action and action not in self.also


@dataclass(frozen=True)
class Prediction:
    """The next action, as ``POST /conversations/{id}/predict`` answers it, with the reason beside it."""

    #: Every action of the domain, highest score first, ties by name.
    scores: tuple[ActionScore, ...]
    #: Rasa's policy name (``RulePolicy``, ``MemoizationPolicy``, ...) or ``followup_action``.
    policy: str
    confidence: float
    #: A few words for people: ``rule 'greet', rules.yml:12``, ``similar to story 'happy path', stories.yml:3``. May be
    #: empty.
    reason: str = ""
    #: What rules and stories that are there already say comes next in exactly this state, whoever is right. A core
    #: that can't tell gives none.
    precedents: tuple[Precedent, ...] = ()
    #: The version of the stored model that predicts; None where the core has no such versions.
    model_version: int | None = None

    @property
    def action(self) -> str:
        """The first of the highest scores."""
        return self.scores[0].action


@dataclass(frozen=True)
class Additions:
    """What a session has added to the assistant's domain and the files do not hold yet."""

    intents: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    #: Response name to its text, such as ``{"utter_thanks": "You're welcome!"}``.
    responses: Mapping[str, str] = field(default_factory=dict)


class Core(Protocol):
    """An assistant that can be taught."""

    @property
    def domain(self) -> Domain:
        """The assistant's own, without what sessions have added. A tracker's domain may hold more.

        The same object for as long as it stays the same.
        """

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What the message means, as Rasa's ``POST /model/parse`` answers:
        ``text``, ``intent`` {name, confidence}, ``entities``, ``intent_ranking`` (at most 10). A core whose models
        have versions adds ``model_version``.

        Raises CoreFailed.
        """

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the assistant would do next. Raises CoreFailed."""

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        """The events of running the action: first its own ActionExecuted, then what it said and set.

        An action that rejects to run gives ActionExecutionRejected in the place of that. A form that must ask again
        without taking the message for an answer may have LoopInterrupted before it.

        ``action_extract_slots`` gives slot events only: Rasa runs it after each user message without logging it.
        Raises CoreFailed; ActionFailed where an action server didn't run a custom action.
        """

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        """True for an action whose outcome can't be known before it has run: a custom action, a form that uses one."""
