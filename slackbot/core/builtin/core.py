"""The built-in core as one piece: understanding, policies and execution behind the protocol."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin.archive import ArchiveUnfit, State, packed, unpacked
from slackbot.core.builtin.execution import Execution
from slackbot.core.builtin.policies import Policies
from slackbot.core.builtin.taught import Taught, unknown_to
from slackbot.core.builtin.understanding import Understanding
from slackbot.core.protocol import Prediction
from slackbot.dialogue.events import Event
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.tracker import Tracker

#: Grows whenever archives that were made before can't be read any more, or would answer differently.
ARCHIVE_FORMAT = 3

_NOTHING = Taught()
_NO_SERVER = "no action server, so its code doesn't run"


class BuiltinCore:
    """A core for one project. It keeps no conversation: the same tracker always gets the same answers."""

    def __init__(
        self,
        project: Project,
        understanding: Understanding,
        actions: ActionServer | None = None,
        *,
        taught: Taught = _NOTHING,
        version: int | None = None,
        policies: State = None,
    ) -> None:
        """``understanding`` has learned the project and what was taught. ``version`` is the stored model's.

        ``policies`` is the state of policies that have learned both; otherwise they learn now.

        Raises:
            FileError: the configuration has a setting that makes no sense.
        """
        self.domain, self.version = project.domain, version
        self._taught = taught
        self._understanding = understanding
        stories = (*project.stories, *taught.stories)
        self._policies = Policies(stories, project.domain, project.config, folder=project.path, state=policies)
        self._execution = Execution(actions)
        self._added = taught.names_beyond(project)
        self._story_names = frozenset(story.name for story in taught.stories)

    @classmethod
    def train(cls, project: Project, actions: ActionServer | None = None, taught: Taught = _NOTHING) -> Self:
        """Learn a project, and what was taught beside it. Keeps the processor busy: about half a second with 600
        examples, 20 seconds with 5000.

        Raises:
            FileError: the configuration has a setting that makes no sense.
        """
        understanding = Understanding(taught.nlu_with(project.nlu), project.domain, project.config)
        return cls(project, understanding, actions, taught=taught)

    @classmethod
    def from_archive(
        cls, archive: bytes, project: Project, actions: ActionServer | None = None, *, version: int | None = None
    ) -> Self:
        """The core that ``archive`` was made of, for the same project. Much quicker than ``train``.

        Raises:
            ArchiveUnfit: it is broken, or was made by another version or where other vectors are installed.
            FileError: the configuration has a setting that makes no sense.
        """
        state = unpacked(archive)
        if not isinstance(state, dict) or state.get("format") != ARCHIVE_FORMAT:
            raise ArchiveUnfit("the archive was made by another version of the program")
        taught = Taught.from_dict(json.loads(state["taught"]))
        understanding = Understanding(
            taught.nlu_with(project.nlu), project.domain, project.config, state=state["understanding"]
        )
        return cls(project, understanding, actions, taught=taught, version=version, policies=state["policies"])

    def archive(self) -> bytes:
        """What was learned that takes time to learn, and what was taught. The project itself is not in it."""
        return packed(
            {
                "format": ARCHIVE_FORMAT,
                # As text: nothing that people taught can look like a reference within the archive.
                "taught": json.dumps(self._taught.as_dict()),
                "understanding": self._understanding.state(),
                "policies": self._policies.state(),
            }
        )

    @classmethod
    def load(cls, folder: Path, actions: ActionServer | None = None) -> Self:
        """Read a Rasa project's folder and learn it.

        Raises:
            FileError: a file of the project can't be read as what it should be.
        """
        return cls.train(load_project(folder), actions)

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        """What the message means, with ``model_version`` if the model has one. Never raises on any text.

        What a session has added to the domain, other sessions don't get to hear.
        """
        parsed = self._understanding.parse(text, tracker.domain, unknown_to(tracker.domain, self._added))
        return parsed if self.version is None else {**parsed, "model_version": self.version}

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the assistant would do next. Never raises on what training hasn't seen.

        The reason says so where the action needs an action server and there is none. What was taught in
        conversations is no precedent: people may change their minds about it.
        """
        prediction = self._policies.predict(tracker)
        precedents = tuple(one for one in prediction.precedents if one.path or one.name not in self._story_names)
        prediction = replace(prediction, precedents=precedents, model_version=self.version)
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
