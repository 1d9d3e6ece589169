"""The events that still count: the log without what was reverted, kept up to date event by event.

Beside each applied event stands the state after it, so taking events back costs what is taken back and nothing is
replayed from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

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


@dataclass(eq=False, slots=True)
class AppliedEvents:
    """The applied events of a growing log, and the state that they lead to."""

    initial: State
    fold: Callable[[State, Event], State]
    events: list[Event] = field(default_factory=list)
    #: The state after each of them.
    states: list[State] = field(default_factory=list)
    #: Positions of the applied events that walking back stops at, so that no walk passes slots and bot messages.
    landmarks: list[int] = field(default_factory=list)
    #: The names of all loops that any event of the log has activated.
    loops: set[str] = field(default_factory=set)
    #: The log since the last restart or session start, and how often each action was run in it.
    log: list[Event] = field(default_factory=list)
    runs: Counter[str | None] = field(default_factory=Counter)

    def copy(self) -> AppliedEvents:
        """One that grows on its own."""
        return replace(
            self,
            events=self.events.copy(),
            states=self.states.copy(),
            landmarks=self.landmarks.copy(),
            loops=self.loops.copy(),
            log=self.log.copy(),
            runs=self.runs.copy(),
        )

    @property
    def state(self) -> State:
        """What replaying the applied events leads to."""
        return self.states[-1] if self.states else self.initial

    @property
    def is_listening(self) -> bool:
        """Whether, walking back, ``action_listen`` comes before any user message and any other action."""
        for position in reversed(self.landmarks):
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
            self.log.clear()
            self.runs.clear()
            return False
        self.log.append(event)
        if isinstance(event, ActionExecuted):
            self.runs[event.action_name] += 1
        if isinstance(event, ActiveLoop) and event.name and event.name not in self.loops:
            self.loops.add(event.name)
            if self.runs[event.name] > 1:
                self._apply_again()
                return False
        return self._apply(event)

    def _apply_again(self) -> None:
        """Rasa takes an action for a loop as soon as any event of the log activates a loop of that name, also a
        later one: runs from before are then looked at anew.
        """
        self._cut(0)
        for event in self.log:
            self._apply(event)

    def _apply(self, event: Event) -> bool:
        match event:
            case ActionReverted():
                self._cut_from_last(ActionExecuted)
            case UserUtteranceReverted():
                self._cut_from_last(UserUttered)
                self._cut_from_last(ActionExecuted)
            case ActionExecuted(action_name=str(loop)) if loop in self.loops and self._continues(loop):
                self._drop_turn(loop)
            case _:
                self._push(event)
                return True
        return False

    def _push(self, event: Event) -> None:
        if _is_landmark(event):
            self.landmarks.append(len(self.events))
        self.states.append(self.fold(self.state, event))
        self.events.append(event)

    def _cut(self, length: int) -> None:
        del self.events[length:], self.states[length:]
        while self.landmarks and self.landmarks[-1] >= length:
            self.landmarks.pop()

    def _cut_from_last(self, kind: type[Event]) -> None:
        """Cut the last event of a kind and all behind it; everything if there is none."""
        positions = (at for at in reversed(self.landmarks) if isinstance(self.events[at], kind))
        self._cut(next(positions, 0))

    def _continues(self, loop: str) -> bool:
        """Whether running the loop now only continues it: it ran before, and since then it wasn't ended, it didn't
        reject, and no message was answered by another action.
        """
        answer: str | None = None
        for position in reversed(self.landmarks):
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
        for position in reversed(self.landmarks):
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
