"""Running an action: responses, Rasa's own actions, forms, and custom actions on an action server if there is one.

None of the events is stamped with a time, but for those of an action server that stamps its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin.default_actions import default_outcome
from slackbot.core.builtin.extraction import custom_actions, slot_events
from slackbot.core.builtin.forms import EXTRACT_SLOTS, actions_of_form, form_turn
from slackbot.core.builtin.responses import bot_message, dispatched_message
from slackbot.dialogue.domain import DEFAULT_ACTIONS, Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    BotUttered,
    Event,
    LoopInterrupted,
    SlotSet,
)
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.tracker import Tracker

VALIDATE_SLOTS = "action_validate_slot_mappings"


class Execution:
    """Runs the actions of an assistant. Without an action server, custom actions come to nothing."""

    def __init__(self, server: ActionServer | None) -> None:
        self.server = server

    def needs_server(self, action: str, domain: Domain) -> bool:
        """Whether only an action server knows all that the action does: custom ones, and forms that use such."""
        if action in domain.forms:
            return any(True for _ in actions_of_form(domain, action))
        known = action in domain.responses or action in domain.e2e_actions or action.startswith("utter_")
        return not known and (action not in DEFAULT_ACTIONS or action in _overridden(domain))

    async def execute(
        self, tracker: Tracker, action: str, *, policy: str | None, confidence: float | None, interrupted: bool
    ) -> list[Event]:
        """The action's own ActionExecuted and what it said and set; or ActionExecutionRejected.

        As in Rasa, a choice without a confidence (a person's) is written down with 0.0, and ``action_extract_slots``
        gives slot events and what was said only. ``interrupted``: the form must ask again without validating, which
        a LoopInterrupted before all says. Raises ActionFailed.
        """
        if action == EXTRACT_SLOTS:
            return await self._extracted(tracker)
        certainty = confidence if confidence is not None else 0.0
        if action in tracker.domain.e2e_actions:
            return [ActionExecuted(None, policy, certainty, action_text=action), BotUttered(action)]
        before: list[Event] = [LoopInterrupted(True)] if interrupted else []
        outcome = await self._outcome(tracker.with_events(before), action)
        if outcome is None:
            return [*before, ActionExecutionRejected(action, policy, certainty)]
        if any(isinstance(event, ActionExecutionRejected) for event in outcome):
            return [*before, *outcome]
        return [*before, ActionExecuted(action, policy, certainty), *outcome]

    async def _outcome(self, tracker: Tracker, action: str) -> list[Event] | None:
        """What follows the action's own event; None where a form rejects to run."""
        if action in tracker.domain.forms:
            return await form_turn(tracker, action, self._run)
        return await self._run(tracker, action)

    async def _run(self, tracker: Tracker, action: str) -> list[Event]:
        """What an action says and sets that is no form."""
        if action == EXTRACT_SLOTS:
            return await self._extracted(tracker) if slot_events(tracker) else []
        if self.needs_server(action, tracker.domain) and self.server is not None:
            return await self._custom(self.server, tracker, action)
        if action in DEFAULT_ACTIONS:
            return list(default_outcome(tracker, action))
        message = bot_message(tracker, action)
        return [message] if message is not None else []

    @staticmethod
    async def _custom(server: ActionServer, tracker: Tracker, action: str) -> list[Event]:
        """First what is said, then the action's events, as Rasa has it."""
        outcome = await server.run(action, tracker)
        said = (dispatched_message(tracker, message) for message in outcome.responses)
        return [*(message for message in said if message is not None), *outcome.events]

    async def _extracted(self, tracker: Tracker) -> list[Event]:
        """The slots that the latest message fills, by the domain's mappings and by custom actions, validated."""
        events = slot_events(tracker)
        if self.server is None or tracker.latest_message is None:
            return events
        for action in custom_actions(tracker):
            events += _allowed(await self._custom(self.server, tracker, action))
        if VALIDATE_SLOTS not in tracker.domain.actions:
            return events
        slots = [event for event in events if isinstance(event, SlotSet)]
        validated = _allowed(await self._custom(self.server, tracker.with_events(slots), VALIDATE_SLOTS))
        judged = {event.key for event in validated if isinstance(event, SlotSet)}
        return [*validated, *(event for event in events if not isinstance(event, SlotSet) or event.key not in judged)]


def _allowed(events: Iterable[Event]) -> list[Event]:
    """What Rasa takes from an action that only extracts slots."""
    return [event for event in events if isinstance(event, SlotSet | BotUttered)]


def _overridden(domain: Domain) -> set[str]:
    """Rasa's default actions that the project has written anew: those it lists. Listening is nobody's to write."""
    listed = domain.data.get("actions") or ()
    names = {str(next(iter(item), "")) if isinstance(item, dict) else str(item) for item in listed}
    return names - {ACTION_LISTEN, EXTRACT_SLOTS}
