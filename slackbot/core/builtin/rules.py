"""Rules, matched on a conversation's states as Rasa's RulePolicy matches them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackbot.core.builtin.lessons import ANYTHING, Lesson
from slackbot.core.builtin.states import SHOULD_NOT_BE_SET, State
from slackbot.core.protocol import Precedent
from slackbot.dialogue.state import ACTION_LISTEN

#: Intents that lead to an action in any assistant, and before any rule.
DEFAULT_INTENT_ACTIONS = {
    "restart": "action_restart",
    "back": "action_back",
    "session_start": "action_session_start",
}


@dataclass(frozen=True)
class Advice:
    """An action that a rule, or Rasa's own order of things, asks for."""

    action: str
    reason: str


@dataclass(frozen=True)
class _Pattern:
    """The end of a conversation in which a rule knows what is next."""

    states: tuple[State, ...]
    precedent: Precedent

    @property
    def action(self) -> str:
        return self.precedent.action

    @property
    def specificity(self) -> int:
        # Rasa lets the longest key win, as written in JSON; so does this, to choose the same of two rules.
        return len(json.dumps([_written(state) for state in self.states]))

    def matches(self, states: Sequence[State]) -> bool:
        recent = states[-len(self.states) :]
        return len(recent) == len(self.states) and all(map(_fits, self.states, recent))


class RuleBook:
    """All rules of a project. Knows from the stories too where a conversation may leave a loop for a while."""

    def __init__(self, rules: Iterable[Lesson], stories: Iterable[Lesson]) -> None:
        taught = [pattern for rule in rules for pattern in _patterns(rule)]
        self._patterns = sorted(taught, key=lambda pattern: -pattern.specificity)
        everything = (*taught, *(pattern for story in stories for pattern in _patterns(story)))
        in_loops = [_last_turn(pattern) for pattern in everything if _in_loop(pattern)]
        self._leaving_loops = [pattern for pattern in in_loops if _leaves_loop(pattern)]
        self._returning_to_loops = [pattern for pattern in in_loops if _returns_to_loop(pattern)]

    def advice(self, states: Sequence[State], loop: Mapping[str, Any]) -> Advice | None:
        """What must happen now; ``loop`` is the tracker's active loop. None if no rule has a say."""
        default = _default_action(states[-1])
        if default is not None:
            return Advice(default, f"every assistant answers {states[-1].intent} so")
        if loop and not loop["rejected"]:
            return next_in_loop(states[-1], loop["name"])
        pattern = self._deciding(states)
        if pattern is None:
            return None
        rule = pattern.precedent.source
        if loop and _is_excursion(pattern):
            # Back to the loop, unless training listens here.
            if any(leaving.matches(states) for leaving in self._leaving_loops):
                return None
            return Advice(loop["name"], f"back to {loop['name']} after {rule}")
        return Advice(pattern.action, rule)

    def returns_to_loop(self, states: Sequence[State]) -> bool:
        """Whether training goes back here to a loop that was left, with a message that is no answer to its question."""
        return any(returning.matches(states) for returning in self._returning_to_loops)

    def precedents(self, states: Sequence[State], loop: Mapping[str, Any]) -> tuple[Precedent, ...]:
        """What the rule that decides here says, as if an active loop were interrupted.

        They are several where rules with the same steps and conditions contradict each other.
        """
        deciding = self._deciding(states)
        if deciding is None or _default_action(states[-1]) is not None:
            return ()
        return tuple(
            replace(pattern.precedent, also=(loop["name"],) if loop and _is_excursion(pattern) else ())
            for pattern in self._patterns
            if pattern.states == deciding.states and not self._yields_to_stories(pattern)
        )

    def _deciding(self, states: Sequence[State]) -> _Pattern | None:
        return next((pattern for pattern in self._patterns if pattern.matches(states)), None)

    def _yields_to_stories(self, pattern: _Pattern) -> bool:
        """A rule that begins with an action and then awaits a message tells what follows that message.

        That it listens before it is implied only, and Rasa drops that where a story says otherwise.
        """
        if len(pattern.states) > 1 or pattern.action != ACTION_LISTEN:
            return False
        return any(len(other.states) > 1 and other.states[0] == pattern.states[0] for other in self._patterns)


def _default_action(state: State) -> str | None:
    return DEFAULT_INTENT_ACTIONS.get(state.intent or "") if state.answers_message else None


def _is_excursion(pattern: _Pattern) -> bool:
    """The rule listens and knows of no loop: where a loop is active, that goes on after it."""
    return pattern.action == ACTION_LISTEN and pattern.states[-1].loop is None


def next_in_loop(state: State, loop: str) -> Advice:
    """What comes next in an active loop that nothing interrupts."""
    if state.previous == loop:
        return Advice(ACTION_LISTEN, f"{loop} has asked")
    return Advice(loop, f"{loop} is active")


def _patterns(lesson: Lesson) -> Iterator[_Pattern]:
    """A pattern for each decision that depends on something, without what stood before ANYTHING."""
    for (states, action), precedent in zip(lesson.decisions, lesson.precedents, strict=True):
        starts = (index for index in range(len(states), 0, -1) if states[index - 1].previous == ANYTHING)
        known = states[next(starts, 0) :]
        if known and action != ANYTHING:
            yield _Pattern(known, precedent)


def _in_loop(pattern: _Pattern) -> bool:
    return pattern.states[-1].loop not in {None, SHOULD_NOT_BE_SET}


def _last_turn(pattern: _Pattern) -> _Pattern:
    """Only what is now, and which action came before: where a loop is left or resumed, Rasa looks no further back."""
    *past, now = pattern.states
    known = past and past[-1].previous is not None
    return replace(pattern, states=(State(previous=past[-1].previous), now) if known else (now,))


def _leaves_loop(pattern: _Pattern) -> bool:
    now = pattern.states[-1]
    return not now.answers_message and pattern.action != now.loop


def _returns_to_loop(pattern: _Pattern) -> bool:
    now = pattern.states[-1]
    return now.answers_message and pattern.action == now.loop


def _fits(taught: State, now: State) -> bool:
    """Whether all that the rule says is so now. Where neither has a previous action, both are the very start."""
    if taught.previous != now.previous:
        return False
    if taught.previous is None:
        return True
    return (
        taught.intent in {None, now.intent}
        and taught.entities in {(), now.entities}
        and _value_fits(taught.loop, now.loop)
        and all(_value_fits(feature, dict(now.slots).get(name)) for name, feature in taught.slots)
    )


def _value_fits(taught: object, now: object) -> bool:
    return now is None if taught == SHOULD_NOT_BE_SET else taught in {None, now}


def _written(state: State) -> dict[str, Any]:
    """The state as Rasa writes it."""
    user = {"intent": state.intent, "entities": state.entities}
    written = {
        "active_loop": state.loop and {"name": state.loop},
        "prev_action": state.previous and {"action_name": state.previous},
        "slots": dict(state.slots),
        "user": {key: value for key, value in user.items() if value},
    }
    return {key: value for key, value in written.items() if value}
