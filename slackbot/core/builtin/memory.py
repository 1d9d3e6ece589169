"""Memory of stories: what came next in them, for a conversation that is, or ends, just like one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slackbot.core.builtin.lessons import Lesson
from slackbot.core.builtin.states import State, begun_at
from slackbot.core.protocol import Precedent

#: How many states the end of a story is remembered by, at most and at least. A story's first turn is remembered even
#: alone, since any story may begin anew in the middle of a conversation.
LONGEST, SHORTEST = 10, 2


@dataclass(frozen=True)
class Memory:
    """A remembered action, and whether the whole conversation or just the end of it is as in the story."""

    precedent: Precedent
    whole: bool

    @property
    def action(self) -> str:
        """What came next in the story."""
        return self.precedent.action


class StoryMemory:
    """All decisions of all stories by the states before them. Where stories disagree, nothing is remembered."""

    def __init__(self, stories: Iterable[Lesson]) -> None:
        self._whole: dict[tuple[State, ...], dict[str, Precedent]] = defaultdict(dict)
        self._ends: dict[tuple[State, ...], dict[str, Precedent]] = defaultdict(dict)
        #: The actions that stories begin with.
        self._openings: set[str | None] = set()
        for story in stories:
            self._openings.update(story.decisions.actions[:1])
            for (states, action), precedent in zip(story.decisions, story.precedents, strict=True):
                self._whole[states].setdefault(action, precedent)
                for end in _ends(states, min(SHORTEST, len(states) - 1)):
                    self._ends[end].setdefault(action, precedent)

    def recall_whole(self, states: Sequence[State]) -> Memory | None:
        """What came next after the whole conversation."""
        return _memory(self._whole.get(tuple(states)), whole=True)

    def recall_end(self, told: Sequence[State], happened: Sequence[State]) -> Memory | None:
        """What came next after the longest end that is remembered: one that is like a part of a story, or like a
        story from its beginning if nothing counts that had been said and set before.

        ``happened`` has the asides too, for a story may begin with what a rule has just done.
        """
        for count in range(min(LONGEST, max(len(told), len(happened)) - 1), 0, -1):
            found = self._ended(told, count) or self._begun(happened, count)
            if found is not None:
                return found
        return None

    def precedents(self, states: Sequence[State]) -> tuple[Precedent, ...]:
        """What came next after the whole conversation: for each action, the first story that has it."""
        return tuple(self._whole.get(tuple(states), {}).values())

    def _ended(self, states: Sequence[State], count: int) -> Memory | None:
        start = len(states) - count
        return _memory(self._ends.get(tuple(states[start:])), whole=False) if start > 0 else None

    def _begun(self, states: Sequence[State], count: int) -> Memory | None:
        start = len(states) - count
        if start < 1 or states[start].previous not in self._openings:
            return None
        return _memory(self._whole.get(begun_at(states, start)), whole=False)


def _ends(states: Sequence[State], shortest: int) -> Iterator[tuple[State, ...]]:
    """The last states without the very first of the conversation, in falling number."""
    turns = tuple(states[1:])
    for count in range(min(LONGEST, len(turns)), shortest - 1, -1):
        yield turns[len(turns) - count :]


def _memory(found: dict[str, Precedent] | None, *, whole: bool) -> Memory | None:
    if not found or len(found) > 1:
        return None
    (precedent,) = found.values()
    return Memory(precedent, whole)
