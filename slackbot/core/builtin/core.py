"""The built-in core as one piece: understanding, policies and execution behind the protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin.execution import Execution
from slackbot.core.builtin.policies import Policies
from slackbot.core.builtin.understanding import Understanding
from slackbot.core.protocol import Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.tracker import Tracker

_NO_SERVER = "no action server, so its code doesn't run"


class BuiltinCore:
    """A core for one project. It keeps no conversation: the same tracker always gets the same answers."""

    def __init__(
        self, domain: Domain, understanding: Understanding, policies: Policies, actions: ActionServer | None = None
    ) -> None:
        self.domain = domain
        self._understanding = understanding
        self._policies = policies
        self._execution = Execution(actions)

    @classmethod
    def train(cls, project: Project, actions: ActionServer | None = None) -> Self:
        """Learn a project. Keeps the processor busy: about half a second with 600 examples, 20 seconds with 5000.

        Raises:
            FileError: the configuration has a setting that makes no sense.
        """
        return cls(
            project.domain,
            Understanding(project.nlu, project.domain, project.config),
            Policies(project.stories, project.domain, project.config, folder=project.path),
            actions,
        )

    @classmethod
    def load(cls, folder: Path, actions: ActionServer | None = None) -> Self:
        """Read a Rasa project's folder and learn it.

        Raises:
            FileError: a file of the project can't be read as what it should be.
        """
        return cls.train(load_project(folder), actions)

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What the message means. Never raises on any text."""
        return self._understanding.parse(text, tracker.domain)

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the assistant would do next. Never raises on what training hasn't seen.

        The reason says so where the action needs an action server and there is none.
        """
        prediction = self._policies.predict(tracker)
        if self._execution.server is None and self._execution.needs_server(prediction.action, tracker.domain):
            return replace(prediction, reason="; ".join(filter(None, (prediction.reason, _NO_SERVER))))
        return prediction

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        """The events of running the action, not stamped with a time.

        Without an action server a custom action gives its ActionExecuted and nothing else, and forms take every slot
        as valid. A form that rejects to run gives ActionExecutionRejected alone; one that goes on after an excursion
        gives LoopInterrupted before its ActionExecuted. Raises ActionFailed.
        """
        interrupted = self._policies.interrupts(tracker, action)
        return await self._execution.execute(
            tracker, action, policy=policy, confidence=confidence, interrupted=interrupted
        )

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        """True for custom actions, and for forms that use one to validate or to ask."""
        return self._execution.needs_server(action, tracker.domain)
