"""The events that still count: the log without what was reverted, kept up to date event by event.

Beside each applied event stands the state after it, so taking events back costs what is taken back and nothing is
replayed from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import copy
from typing import Self

from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.state import ACTION_LISTEN, State

#: What a loop running again on its happy path takes with it.
_TURN = (ActionExecuted, UserUttered, DefinePrevUserUtteredFeaturization)


class AppliedEvents:
    """The applied events of a growing log, and the state that they lead to."""

    def __init__(self, initial: State, fold: Callable[[State, Event], State]) -> None:
        self.events: list[Event] = []
        self._initial, self._fold = initial, fold
        self._states: list[State] = []
        #: Positions of the applied events that walking back stops at, so that no walk passes slots and bot messages.
        self._landmarks: list[int] = []
        self._loops: set[str] = set()
        #: The log since the last restart or session start, and how often each action was run in it.
        self._log: list[Event] = []
        self._runs: Counter[str | None] = Counter()

    def copy(self) -> Self:
        """One that grows on its own."""
        other = copy(self)
        other.events, other._states = self.events.copy(), self._states.copy()
        other._landmarks, other._loops = self._landmarks.copy(), self._loops.copy()
        other._log, other._runs = self._log.copy(), self._runs.copy()
        return other

    @property
    def state(self) -> State:
        """What replaying the applied events leads to."""
        return self._states[-1] if self._states else self._initial

    @property
    def is_listening(self) -> bool:
        """Whether, walking back, ``action_listen`` comes before any user message and any other action."""
        for position in reversed(self._landmarks):
            event = self.events[position]
            if isinstance(event, ActionExecuted):
                return event.action_name == ACTION_LISTEN
            if isinstance(event, UserUttered):
                return False
        return False

    def append(self, event: Event) -> bool:
        """Take the next event of the log. True if it was put behind the applied events and nothing else changed."""
        if isinstance(event, Restarted | SessionStarted):
            self._cut(0)
            self._log.clear()
            self._runs.clear()
            return False
        self._log.append(event)
        if isinstance(event, ActionExecuted):
            self._runs[event.action_name] += 1
        if isinstance(event, ActiveLoop) and event.name and event.name not in self._loops:
            self._loops.add(event.name)
            if self._runs[event.name] > 1:
                self._apply_again()
                return False
        return self._apply(event)

    def _apply_again(self) -> None:
        """Rasa takes an action for a loop as soon as any event of the log activates a loop of that name, also a
        later one: runs from before are then looked at anew.
        """
        self._cut(0)
        for event in self._log:
            self._apply(event)

    def _apply(self, event: Event) -> bool:
        match event:
            case ActionReverted():
                self._cut_from_last(ActionExecuted)
            case UserUtteranceReverted():
                self._cut_from_last(UserUttered)
                self._cut_from_last(ActionExecuted)
            case ActionExecuted(action_name=str(loop)) if loop in self._loops and self._continues(loop):
                self._drop_turn(loop)
            case _:
                self._push(event)
                return True
        return False

    def _push(self, event: Event) -> None:
        if _is_landmark(event):
            self._landmarks.append(len(self.events))
        self._states.append(self._fold(self.state, event))
        self.events.append(event)

    def _cut(self, length: int) -> None:
        del self.events[length:], self._states[length:]
        while self._landmarks and self._landmarks[-1] >= length:
            self._landmarks.pop()

    def _cut_from_last(self, kind: type[Event]) -> None:
        """Cut the last event of a kind and all behind it; everything if there is none."""
        positions = (at for at in reversed(self._landmarks) if isinstance(self.events[at], kind))
        self._cut(next(positions, 0))

    def _continues(self, loop: str) -> bool:
        """Whether running the loop now only continues it: it ran before, and since then it wasn't ended, it didn't
        reject, and no message was answered by another action.
        """
        answer: str | None = None
        for position in reversed(self._landmarks):
            match self.events[position]:
                case ActiveLoop(name=None):
                    return False
                case ActionExecutionRejected(action_name=name) if name == loop:
                    return False
                case UserUttered() if answer is not None and answer != loop:
                    return False
                case ActionExecuted(action_name=name):
                    if name == loop:
                        return True
                    answer = name
        return False

    def _drop_turn(self, loop: str) -> None:
        """Drop the actions and messages since the loop ran last; slots, bot messages and loop events stay."""
        dropped: list[int] = []
        for position in reversed(self._landmarks):
            event = self.events[position]
            if isinstance(event, ActionExecuted) and event.action_name == loop:
                break
            if isinstance(event, _TURN):
                dropped.append(position)
        if dropped:
            first, gone = dropped[-1], set(dropped)
            kept = [self.events[at] for at in range(first, len(self.events)) if at not in gone]
            self._cut(first)
            for event in kept:
                self._push(event)


def _is_landmark(event: Event) -> bool:
    if isinstance(event, ActiveLoop):
        return event.name is None
    return isinstance(event, (*_TURN, ActionExecutionRejected))
