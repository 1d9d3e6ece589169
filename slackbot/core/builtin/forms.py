"""One turn of a form, as Rasa runs it: what was filled is validated, then the next empty slot is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.slots import REQUESTED_SLOT
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.tracker import Tracker

EXTRACT_SLOTS = "action_extract_slots"

#: Runs another action over a tracker: what it said and set. Gives nothing for a custom action that nobody can run.
Run = Callable[[Tracker, str], Awaitable[list[Event]]]


async def form_turn(tracker: Tracker, form: str, run: Run) -> list[Event] | None:
    """What the form says and sets in this turn; None where it rejects to run.

    It rejects when it asked for a slot and the message filled none of its slots. Where its validation action rejects,
    ActionExecutionRejected is among the events. A slot that holds its value already isn't set again.
    """
    return await _Turn(tracker, form, run).play()


def actions_of_form(domain: Domain, form: str) -> Iterator[str]:
    """The actions, not responses, that the form runs beside itself: those that ask for its slots, and validation."""
    asking = (asking_action(domain, form, slot) for slot in domain.required_slots(form))
    yield from (action for action in (*asking, validation_action(form)) if action in domain.custom_actions)


def validation_action(form: str) -> str:
    """The action that validates a form's slots, if the domain lists it."""
    return f"validate_{form}"


def asking_action(domain: Domain, form: str, slot: str) -> str | None:
    """The action or response that asks for a slot: the first of those that Rasa tries."""
    names = (
        f"action_ask_{form}_{slot}",
        f"utter_ask_{form}_{slot}",
        f"action_ask_{slot}",
        f"utter_ask_{slot}",
    )
    return next((name for name in names if name in domain.actions), None)


class _Turn:
    """A form at work: its events so far, and the tracker with them."""

    def __init__(self, tracker: Tracker, form: str, run: Run) -> None:
        self._before, self._form, self._run = tracker, form, run
        loop = tracker.active_loop
        self._starts = loop.get("name") != form
        #: None also where another form has asked for it.
        self._asked = None if self._starts else tracker.slots.get(REQUESTED_SLOT)
        answered = tracker.latest_action_name == ACTION_LISTEN and not loop.get("is_interrupted")
        self._reads_message = self._starts or answered
        self._events: list[Event] = []
        self._now = tracker.with_events([SlotSet(REQUESTED_SLOT, self._asked), ActionExecuted(form)])

    async def play(self) -> list[Event] | None:
        """See ``form_turn``."""
        if self._starts:
            await self._start()
        candidates = self._candidates()
        validated = await self._validated(candidates)
        if any(isinstance(event, ActionExecutionRejected) for event in validated):
            return [*self._events, *validated]
        if self._asked and self._reads_message and not candidates and not _fills_a_slot(validated):
            return None
        self._take(validated)
        await self._ask()
        if self._is_over() and self._now.active_loop:
            self._take([ActiveLoop(None)])
        return self._events

    async def _start(self) -> None:
        self._take([ActiveLoop(self._form)])
        # Extraction has run on the message already, unless a loop was active then that isn't any more.
        self._take(await self._run(self._before, EXTRACT_SLOTS))

    def _candidates(self) -> dict[str, Any]:
        """What is to be validated: what the message has filled, and at the start all that is filled already."""
        wanted = [*self._now.domain.required_slots(self._form), *([self._asked] if self._asked else [])]
        filled = {name: self._now.slots.get(name) for name in wanted if self._now.slots.get(name) is not None}
        candidates = filled if self._starts else {}
        if self._reads_message:
            candidates |= {name: value for name, value in _set_by_message(self._before).items() if name in wanted}
        return candidates

    async def _validated(self, candidates: Mapping[str, Any]) -> list[Event]:
        """What the validation action makes of them. It finds them as the last events of the tracker."""
        action = validation_action(self._form)
        if action not in self._now.domain.actions:
            return []
        proposed = [SlotSet(name, value) for name, value in candidates.items()]
        return await self._run(self._now.with_events(proposed), action)

    async def _ask(self) -> None:
        """Asks for a slot: one that validation names, or the first that is empty. None is left: the form is over."""
        request = self._last_request()
        if self._is_over():
            self._take([SlotSet(REQUESTED_SLOT, None)] if request is None or request.value is not None else [])
            return
        slot = request.value if request is not None else self._first_empty()
        asking = [] if slot is None else await self._asking(slot)
        self._take([*([SlotSet(REQUESTED_SLOT, slot)] if request is None else []), *asking])

    async def _asking(self, slot: str) -> list[Event]:
        action = asking_action(self._now.domain, self._form, slot)
        return [] if action is None else await self._run(self._now, action)

    def _first_empty(self) -> str | None:
        slots = self._now.domain.required_slots(self._form)
        return next((slot for slot in slots if self._now.slots.get(slot) is None), None)

    def _is_over(self) -> bool:
        """Whether the latest events of their kind end the form; validation may do so early."""
        request = self._last_request()
        loops = [event for event in self._events if isinstance(event, ActiveLoop)]
        return (request is not None and request.value is None) or bool(loops and loops[-1].name is None)

    def _last_request(self) -> SlotSet | None:
        requests = (event for event in reversed(self._events) if _is_slot(event, REQUESTED_SLOT))
        return next((event for event in requests if isinstance(event, SlotSet)), None)

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, SlotSet) and event.key != REQUESTED_SLOT and self._holds(event):
                continue
            self._events.append(event)
            self._now.append(event)

    def _holds(self, event: SlotSet) -> bool:
        held = self._now.slots.get(event.key)
        return event.key in self._now.slots and type(held) is type(event.value) and held == event.value


def _set_by_message(tracker: Tracker) -> dict[str, Any]:
    """The slots that were set since the latest user message, with what they were set to."""
    values: dict[str, Any] = {}
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, SlotSet):
            values.setdefault(event.key, event.value)
    return dict(reversed(values.items()))


def _fills_a_slot(events: Iterable[Event]) -> bool:
    return any(isinstance(event, SlotSet) and event.key != REQUESTED_SLOT for event in events)


def _is_slot(event: Event, name: str) -> bool:
    return isinstance(event, SlotSet) and event.key == name
