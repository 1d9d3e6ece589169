"""The events that still count: the log without what was reverted, kept up to date event by event.

Beside each event that the log may be cut back to stands the state before it, so taking events back costs what is
taken back, and nothing is replayed from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

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
from slackbot.dialogue.shared_list import SharedList
from slackbot.dialogue.state import ACTION_LISTEN, State

#: What a loop running again on its happy path takes with it.
_TURN = (ActionExecuted, UserUttered, DefinePrevUserUtteredFeaturization)

_REVERTING = (ActionReverted, UserUtteranceReverted)


class Landmark(NamedTuple):
    """A kept event that walking back stops at, passing by slots and bot messages, and that may be cut away."""

    event: Event
    #: Its index among the kept events.
    position: int
    #: What replaying the kept events before it leads to.
    state_before: State


@dataclass(eq=False, slots=True)
class AppliedEvents:
    """The applied events of a growing log, and the state that replaying them leads to."""

    initial: State
    fold: Callable[[State, Event], State]
    #: What replaying the kept events leads to.
    replayed: State
    kept: SharedList[Event] = field(default_factory=SharedList)
    landmarks: SharedList[Landmark] = field(default_factory=SharedList)
    #: The names of all loops that any event of the log has activated.
    loops: set[str] = field(default_factory=set)
    #: The log since the last restart or session start, and how often each action was run in it.
    log: SharedList[Event] = field(default_factory=SharedList)
    runs: Counter[str | None] = field(default_factory=Counter)
    #: Whether ``log`` must be gone through again before the kept events are right.
    stale: bool = False

    def copy(self) -> AppliedEvents:
        """One that grows on its own; it costs the same however long the log is."""
        self._refresh()  # else each copy would have to
        return replace(
            self,
            kept=self.kept.copy(),
            landmarks=self.landmarks.copy(),
            loops=self.loops.copy(),
            log=self.log.copy(),
            runs=self.runs.copy(),
        )

    @property
    def events(self) -> Sequence[Event]:
        """The applied events. To be read only."""
        self._refresh()
        return self.kept

    @property
    def state(self) -> State:
        """What replaying the applied events leads to."""
        self._refresh()
        return self.replayed

    def states_before_actions(self) -> Iterator[State]:
        """What replaying leads to now, then before each kept action, the latest first."""
        self._refresh()
        yield self.replayed
        for mark in reversed(self.landmarks):
            if isinstance(mark.event, ActionExecuted):
                yield mark.state_before

    @property
    def is_listening(self) -> bool:
        """Whether, walking back, ``action_listen`` comes before any user message and any other action."""
        self._refresh()
        turns = (
            mark.event for mark in reversed(self.landmarks) if isinstance(mark.event, ActionExecuted | UserUttered)
        )
        last = next(turns, None)
        return isinstance(last, ActionExecuted) and last.action_name == ACTION_LISTEN

    def append(self, event: Event, live: State) -> State:
        """Take the next event of the log. Given the live state before it, gives the live state after it."""
        if isinstance(event, Restarted | SessionStarted):
            self._clear()
            return self.fold(live, event)
        self.log.append(event)
        if isinstance(event, ActionExecuted):
            self.runs[event.action_name] += 1
        elif isinstance(event, ActiveLoop):
            self._note_loop(event.name)
        if self.stale:
            return self.state if isinstance(event, _REVERTING) else self.fold(live, event)
        return self._apply(event, live)

    def _note_loop(self, name: str | None) -> None:
        """Rasa takes an action for a loop as soon as any event of the log activates a loop of that name, also a
        later one: runs from before it count as the loop's.
        """
        if name and name not in self.loops:
            self.loops.add(name)
            self.stale = self.stale or self.runs[name] > 1

    def _refresh(self) -> None:
        """Go through the log again if need be: only when somebody asks, however many loops made it necessary."""
        if self.stale:
            self.stale = False
            self._cut_all()
            for event in self.log:
                self._apply(event, self.initial)

    def _apply(self, event: Event, live: State) -> State:
        match event:
            case ActionReverted():
                self._cut_from_last(ActionExecuted)
                return self.replayed
            case UserUtteranceReverted():
                self._cut_from_last(UserUttered)
                self._cut_from_last(ActionExecuted)
                return self.replayed
            case ActionExecuted(action_name=str(loop)) if loop in self.loops and self._continues(loop):
                self._drop_turn(loop)
                return self.fold(live, event)
        is_live = live is self.replayed
        self._keep(event)
        return self.replayed if is_live else self.fold(live, event)

    def _keep(self, event: Event) -> None:
        if _is_landmark(event):
            self.landmarks.append(Landmark(event, len(self.kept), self.replayed))
        self.kept.append(event)
        self.replayed = self.fold(self.replayed, event)

    def _clear(self) -> None:
        self._cut_all()
        self.log.cut(0)
        self.runs.clear()
        self.stale = False

    def _cut_all(self) -> None:
        self.kept.cut(0)
        self.landmarks.cut(0)
        self.replayed = self.initial

    def _cut(self, index: int) -> None:
        """Cut the landmark with this index, and all kept events behind it."""
        mark = self.landmarks[index]
        self.replayed = mark.state_before
        self.kept.cut(mark.position)
        self.landmarks.cut(index)

    def _cut_from_last(self, kind: type[Event]) -> None:
        """Cut the last event of a kind and all behind it; everything if there is none."""
        for index in reversed(range(len(self.landmarks))):
            if isinstance(self.landmarks[index].event, kind):
                self._cut(index)
                return
        self._cut_all()

    def _continues(self, loop: str) -> bool:
        """Whether running the loop now only continues it: it ran before, and since then it wasn't ended, it didn't
        reject, and no message was answered by another action.
        """
        answer: str | None = None
        for mark in reversed(self.landmarks):
            match mark.event:
                case ActiveLoop():  # the landmarks have those alone that end a loop
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
        first, dropped = len(self.landmarks), set[int]()
        for index in reversed(range(len(self.landmarks))):
            mark = self.landmarks[index]
            if isinstance(mark.event, ActionExecuted) and mark.event.action_name == loop:
                break
            if isinstance(mark.event, _TURN):
                first = index
                dropped.add(mark.position)
        if dropped:
            start = self.landmarks[first].position
            staying = [event for at, event in enumerate(self.kept[start:], start) if at not in dropped]
            self._cut(first)
            for event in staying:
                self._keep(event)


def _is_landmark(event: Event) -> bool:
    if isinstance(event, ActiveLoop):
        return event.name is None
    return isinstance(event, (*_TURN, ActionExecutionRejected))
