"""The built-in core as one piece: understanding, policies and execution behind the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from slackbot.core.builtin.execution import execute, is_known_beforehand
from slackbot.core.builtin.policies import Policies
from slackbot.core.builtin.understanding import Understanding
from slackbot.core.protocol import Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.tracker import Tracker


class BuiltinCore:
    """A core for one project. It keeps no conversation: the same tracker always gets the same answers."""

    def __init__(self, domain: Domain, understanding: Understanding, policies: Policies) -> None:
        self.domain = domain
        self._understanding = understanding
        self._policies = policies

    @classmethod
    def train(cls, project: Project) -> Self:
        """Learn a project. Keeps the processor busy: about half a second with 600 examples, 20 seconds with 5000.

        Raises:
            FileError: the configuration has a setting that makes no sense.
        """
        return cls(
            project.domain,
            Understanding(project.nlu, project.domain, project.config),
            Policies(project.stories, project.domain, project.config, folder=project.path),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a Rasa project's folder and learn it.

        Raises:
            FileError: a file of the project can't be read as what it should be.
        """
        return cls.train(load_project(folder))

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What the message means. Never raises on any text."""
        return self._understanding.parse(text, tracker.domain)

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the assistant would do next. Never raises on what training hasn't seen."""
        return self._policies.predict(tracker)

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        """The events of running the action, not stamped with a time.

        There is no action server behind this core: a custom action gives its ActionExecuted and nothing else.
        """
        return execute(tracker, action, policy=policy, confidence=confidence)

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        """True for custom actions and forms."""
        return not is_known_beforehand(action, tracker.domain)
