"""Finds the stories that an ``or`` of a file was read as, so that they can be written as one story again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, product
from math import prod

from slackbot.dialogue.events import Event, SlotSet, UserUttered
from slackbot.dialogue.story import Story

#: A story, and what may happen at each of its steps: one event, or several for an ``or``.
Alternatives = tuple[Story, Sequence[Sequence[Event]]]


def alternatives(stories: Iterable[Story]) -> list[Alternatives]:
    """The stories in their order, those that differ by the alternatives of the same item of a file as one.

    Stories that stand next to each other belong together if they are of the same place and have every combination
    of their alternatives, in the order in which ``or`` is read. All others are on their own.
    """
    found: list[Alternatives] = []
    for _, group in groupby(stories, key=_item):
        same = list(group)
        choices = _choices([story.events for story in same]) if same[0].line is not None else None
        found += [(same[0], choices)] if choices else [(story, [[event] for event in story.events]) for story in same]
    return found


def _item(story: Story) -> list[object]:
    """Equal for the stories of one item between the same checkpoints."""
    place = [story.kind, story.name, story.path, story.line]
    return [*place, story.start, story.end, story.condition, story.conversation_start, story.wait_for_user_input]


def _choices(paths: Sequence[Sequence[Event]]) -> list[list[Event]] | None:
    """What may happen at each step, if the paths are all combinations of that."""
    if len({len(path) for path in paths}) > 1:
        return None
    choices = [_unique(column) for column in zip(*paths, strict=True)]
    fit_in_or = all(_fits_in_or(event) for column in choices if len(column) > 1 for event in column)
    if not fit_in_or or prod(map(len, choices)) != len(paths):
        return None
    return (
        choices if all(list(path) == list(made) for path, made in zip(paths, product(*choices), strict=True)) else None
    )


def _fits_in_or(event: Event) -> bool:
    return isinstance(event, SlotSet) or (isinstance(event, UserUttered) and bool(event.intent_name))


def _unique(events: Iterable[Event]) -> list[Event]:
    found: list[Event] = []
    for event in events:
        if event not in found:
            found.append(event)
    return found
