"""A running Rasa 3 server as a core: teams teach the very model that they serve."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin.execution import Execution
from slackbot.core.protocol import ActionScore, Prediction
from slackbot.core.rasa.client import retrieve_domain, retrieve_status
from slackbot.core.rasa.endpoint import EndpointConfig, RasaFailed
from slackbot.core.rasa.mirror import Mirror, essence, rows_of
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    Event,
    UserUttered,
    events_from_dicts,
)
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import FileError, UnknownEvent

_LISTEN = "action_listen"
_EXTRACT_SLOTS = "action_extract_slots"
#: Seconds between looks whether the server has loaded another model.
_LOOK_EVERY = 15.0
_REMEMBERED = 1000
Rows = list[dict[str, Any]]


class RasaCore:
    """What the server at one endpoint understands, predicts and does.

    Messages are parsed and actions predicted without anything that the server would have to remember. Actions are run
    in conversations of its own (see ``mirror``). Whatever fails raises CoreFailed, and nothing of it is written.
    """

    def __init__(self, endpoint: EndpointConfig, domain: Domain, actions: ActionServer | None = None) -> None:
        """``actions``: run custom actions there and not on Rasa, which records those that fail as if they had run."""
        self.endpoint, self.domain = endpoint, domain
        self._mirror = Mirror(endpoint)
        self._actions = actions
        self._local = Execution(actions)
        #: What came of running harmless actions in a state: planned first, then written down.
        self._outcomes: OrderedDict[tuple[str, str, bytes], Rows] = OrderedDict()
        #: What the server calls the model that it has loaded.
        self.model_id = ""
        self._looked = float("-inf")

    @classmethod
    async def connect(cls, endpoint: EndpointConfig, actions: ActionServer | None = None) -> Self:
        """A core with the domain of the model that the server has loaded. Raises CoreFailed."""
        core = cls(endpoint, await _domain(endpoint), actions)
        core.model_id = await _model(endpoint)
        core._looked = time.monotonic()
        return core

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:  # noqa: ARG002  Rasa parses without it
        """What the message means to the model. Raises CoreFailed."""
        await self._look()
        answer = await self.endpoint.request("post", "model/parse", json={"text": text}, again=True)
        if not isinstance(answer, dict):
            raise RasaFailed("the Rasa server's answer to a message is no JSON object")
        return answer

    async def predict(self, tracker: Tracker) -> Prediction:
        """What the model would do next. Raises CoreFailed."""
        params = {"include_events": "NONE"}
        rows = rows_of(tracker.events)
        answer = await self.endpoint.request("post", "model/predict", json=rows, params=params, again=True)
        try:
            scores = [ActionScore(str(row["action"]), float(row["score"])) for row in answer["scores"]]
            policy, confidence = str(answer["policy"]), float(answer["confidence"] or 0.0)
        except (TypeError, KeyError, ValueError):
            raise RasaFailed("the Rasa server's answer is no prediction") from None
        if not scores:
            raise RasaFailed("the Rasa server predicts nothing; its model needs a policy")
        scores.sort(key=lambda score: (-score.score, score.action))
        return Prediction(tuple(scores), policy, confidence)

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None = None, confidence: float | None = None
    ) -> Sequence[Event]:
        """The events of running the action. What only a session has added to the assistant is not run on Rasa.

        Where another action than the active form's is chosen, the form's rejection comes first, as in Rasa's
        interactive learning. Raises CoreFailed; ActionFailed where an action server of our own failed.
        """
        if action == _EXTRACT_SLOTS:
            return await self._slots(tracker)
        if action == _LISTEN or action not in self.domain.actions or self._runs_here(action):
            return await self._local.execute(tracker, action, policy=policy, confidence=confidence, interrupted=False)
        before = _rejection(tracker, action)
        ahead = tracker.with_events(before)
        if self.runs_elsewhere(action, tracker):
            return [*before, *_events(await self._mirror.run(ahead, action, policy, confidence))]
        rows = await self._remembered(ahead, action, lambda: self._mirror.run(ahead, action, policy, confidence))
        return [*before, *(_told(event, action, policy, confidence) for event in _events(rows))]

    def runs_elsewhere(self, action: str, tracker: Tracker) -> bool:
        """True for custom actions, and for forms that use one to validate or to ask."""
        return self._local.needs_server(action, tracker.domain)

    def _runs_here(self, action: str) -> bool:
        return self._actions is not None and action in self.domain.custom_actions

    async def _slots(self, tracker: Tracker) -> list[Event]:
        last = tracker.events[-1] if tracker.events else None
        # Without mappings there is nothing to ask; behind anything but a message Rasa extracts nothing either.
        if not isinstance(last, UserUttered) or not any(slot.mappings for slot in self.domain.slots.values()):
            return []
        return _events(await self._remembered(tracker, _EXTRACT_SLOTS, lambda: self._mirror.hear(tracker, last)))

    async def _remembered(self, tracker: Tracker, action: str, run: Callable[[], Awaitable[Rows]]) -> Rows:
        """What came of it when it was planned, so that what people agreed on is what is written down."""
        told = "\n".join(essence(row) for row in rows_of(tracker.events))
        key = (tracker.conversation_id, action, hashlib.blake2s(told.encode()).digest())
        if key not in self._outcomes:
            self._outcomes[key] = await run()
        self._outcomes.move_to_end(key)
        if len(self._outcomes) > _REMEMBERED:
            self._outcomes.popitem(last=False)
        return self._outcomes[key]

    async def _look(self) -> None:
        """Takes the new domain where the server has loaded another model. Raises CoreFailed."""
        if time.monotonic() - self._looked < _LOOK_EVERY:
            return
        model = await _model(self.endpoint)
        if model != self.model_id:
            self.domain = await _domain(self.endpoint)
            self.model_id = model
            self._outcomes.clear()
        self._looked = time.monotonic()


async def _model(endpoint: EndpointConfig) -> str:
    status = await retrieve_status(endpoint)
    return str(status.get("model_id") or status.get("model_file"))


async def _domain(endpoint: EndpointConfig) -> Domain:
    try:
        return Domain.from_dict(await retrieve_domain(endpoint))
    except FileError as error:
        raise RasaFailed(f"the Rasa server's domain can't be read: {error.problem}") from None


def _rejection(tracker: Tracker, action: str) -> list[Event]:
    """That the active form doesn't run, where another action is chosen that isn't part of its own turn.

    Nothing where it has rejected to run by itself.
    """
    loop = tracker.active_loop
    form = loop.get("name")
    if not form or form not in tracker.domain.forms or action in {form, "action_deactivate_loop"} or loop["rejected"]:
        return []
    return [ActionExecutionRejected(form)]


def _told(event: Event, action: str, policy: str | None, confidence: float | None) -> Event:
    """The action's own event with who chose it, which was open when it was planned; a person's choice has 0.0."""
    if not isinstance(event, ActionExecuted) or event.action_name != action:
        return event
    return replace(event, policy=policy, confidence=confidence if confidence is not None else 0.0)


def _events(rows: Sequence[dict[str, Any]]) -> list[Event]:
    """Rasa's events without its stamps: the log has its own clock."""
    try:
        return [replace(event, timestamp=None) for event in events_from_dicts(rows)]
    except (UnknownEvent, ValueError) as error:
        raise RasaFailed(f"the Rasa server answers with a broken event: {error}") from None
