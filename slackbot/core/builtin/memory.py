"""Memory of stories: what came next in them, for a conversation that is, or ends, just like one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slackbot.core.builtin.lessons import Lesson
from slackbot.core.builtin.states import State
from slackbot.core.protocol import Precedent

#: How many states the end of a story is remembered by, at most and at least. A story's first turn is remembered even
#: alone, since any story may begin anew in the middle of a conversation.
LONGEST, SHORTEST = 10, 2


@dataclass(frozen=True)
class Memory:
    """A remembered action, and whether the whole conversation or just the end of it is as in the story."""

    action: str
    story: str
    whole: bool


class StoryMemory:
    """All decisions of all stories by the states before them. Where stories disagree, nothing is remembered."""

    def __init__(self, stories: Iterable[Lesson]) -> None:
        self._whole: dict[tuple[State, ...], dict[str, Precedent]] = defaultdict(dict)
        self._ends: dict[tuple[State, ...], dict[str, Precedent]] = defaultdict(dict)
        for story in stories:
            for (states, action), precedent in zip(story.decisions, story.precedents, strict=True):
                self._whole[states].setdefault(action, precedent)
                for end in _ends(states, min(SHORTEST, len(states) - 1)):
                    self._ends[end].setdefault(action, precedent)

    def recall(self, states: Sequence[State]) -> Memory | None:
        """What came next after the whole conversation, or else after its longest end that is remembered."""
        found = self._whole.get(tuple(states), {})
        if len(found) == 1:
            return _memory(found, whole=True)
        for end in _ends(states, 1):
            found = self._ends.get(end, {})
            if len(found) == 1:
                return _memory(found, whole=False)
        return None

    def precedents(self, states: Sequence[State]) -> tuple[Precedent, ...]:
        """What came next after the whole conversation: for each action, the first story that has it."""
        return tuple(self._whole.get(tuple(states), {}).values())


def _ends(states: Sequence[State], shortest: int) -> Iterator[tuple[State, ...]]:
    """The last states without the very first of the conversation, in falling number."""
    turns = tuple(states[1:])
    for count in range(min(LONGEST, len(turns)), shortest - 1, -1):
        yield turns[len(turns) - count :]


def _memory(found: dict[str, Precedent], *, whole: bool) -> Memory:
    (precedent,) = found.values()
    return Memory(precedent.action, precedent.title, whole)
