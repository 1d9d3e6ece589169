"""What a moment of a conversation is described by for a linear model: its parts by name, each with a weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slackbot.core.builtin.states import State
from slackbot.dialogue.state import ACTION_LISTEN

#: So many states back an action or message is told with its distance; so many back it is told at all.
_NEAR, _FAR = 4, 20

#: How much is made of what was a few states back, and of what was at all. What is now counts 1.
_NEAR_WEIGHT, _FAR_WEIGHT = 0.7, 0.5


def turn_features(states: Sequence[State]) -> dict[str, float]:
    """The features of the last state and of what led to it."""
    past = states[:-1]
    features = dict.fromkeys(_now(states), 1.0)
    for back, state in enumerate(reversed(past[-_NEAR:]), start=1):
        features.update(dict.fromkeys((f"{back} back {name}" for name in _deeds(state)), _NEAR_WEIGHT))
    far = {name for state in past[-_FAR:] for name in (*_deeds(state), *_loop(state)) if name != _LISTENED}
    features.update(dict.fromkeys((f"before {name}" for name in far), _FAR_WEIGHT))
    return features


def last_own_action(states: Sequence[State]) -> str | None:
    """What the assistant did before it listened: the question that the message answers."""
    own = (before.previous for before in reversed(states) if not before.answers_message)
    return next(own, None)


def _now(states: Sequence[State]) -> Iterator[str]:
    now = states[-1]
    did, loop = f"did {now.previous}", f"in {now.loop}"
    yield from (did, loop, f"{loop} {did}")
    if now.answers_message:
        question, heard = f"asked {last_own_action(states)}", f"heard {now.intent}"
        yield from (question, heard, f"{question} {heard}")
    else:
        heard = f"during {now.intent}"
        yield from (heard, f"{did} {heard}")
    for entity in now.entities:
        yield from (f"{entity} {now.answers_message}", f"{entity} {heard}")
    yield from (f"slot {name} {feature}" for name, feature in now.slots)


_LISTENED = f"did {ACTION_LISTEN}"


def _deeds(state: State) -> Iterator[str]:
    if state.previous is not None:
        yield f"did {state.previous}"
        if state.answers_message:
            yield f"heard {state.intent}"


def _loop(state: State) -> Iterator[str]:
    if state.loop is not None:
        yield f"in {state.loop}"
