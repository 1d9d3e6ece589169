"""Joins stories at their checkpoints into whole paths from the beginning of a conversation."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from slackbot.dialogue.events import SlotSet, UserUttered
from slackbot.dialogue.story import Checkpoint, Story

logger = logging.getLogger(__name__)

#: No more than this many whole stories come from the stories that begin a conversation, each.
MAX_PATHS = 200


def linked(stories: Sequence[Story]) -> list[Story]:
    """The stories joined at their checkpoints into whole ones; those without checkpoints and rules stay as they are.

    A joined story is named ``FIRST > SECOND > ...`` and has the place of its first part; each event keeps its own
    line and file. A path takes no part twice, so loops of checkpoints end. A checkpoint's
    condition holds if the slot was last set to that value on the path, an entity of the slot's name counting as
    setting it. At most MAX_PATHS paths begin with the same part. The rest, and parts that nothing leads to, are
    left out and logged.
    """
    continuations: dict[str, list[tuple[Story, Checkpoint]]] = defaultdict(list)
    for story in stories:
        for checkpoint in story.start:
            continuations[checkpoint.name].append((story, checkpoint))
    led_to = {end.name for story in stories for end in story.end}
    for story in stories:
        if story.start and not any(checkpoint.name in led_to for checkpoint in story.start):
            logger.warning("%s:%s: no story leads to %r, it is left out", story.path, story.line, story.name)
    beginnings = [story for story in stories if not story.start]
    return [_joined(path) for story in beginnings for path in _bounded(_paths(story, continuations), story)]


def _paths(first: Story, continuations: Mapping[str, list[tuple[Story, Checkpoint]]]) -> Iterator[tuple[Story, ...]]:
    """All paths that begin with a story and can't go on, in the order of the stories."""
    pending: list[tuple[Story, ...]] = [(first,)]
    while pending:
        path = pending.pop()
        followers = {
            id(story): story
            for end in path[-1].end
            for story, checkpoint in continuations.get(end.name, ())
            if not any(story is part for part in path) and _holds(checkpoint, path)
        }
        if not followers:
            yield path
        pending += [(*path, follower) for follower in reversed(followers.values())]


def _bounded(paths: Iterator[tuple[Story, ...]], first: Story) -> Iterator[tuple[Story, ...]]:
    for number, path in enumerate(paths):
        if number == MAX_PATHS:
            logger.warning("%s:%s: more than %d paths begin here, the rest is left out", first.path, first.line, number)
            return
        yield path


def _holds(checkpoint: Checkpoint, path: tuple[Story, ...]) -> bool:
    if not checkpoint.conditions:
        return True
    slots: dict[str, object] = {}
    for event in (event for part in path for event in part.events):
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
        elif isinstance(event, UserUttered):
            slots |= {entity["entity"]: entity.get("value") for entity in event.entities}
    return all(slots.get(name) == value for name, value in checkpoint.conditions.items())


def _joined(path: tuple[Story, ...]) -> Story:
    if len(path) == 1:
        return path[0]
    return replace(
        path[0],
        name=" > ".join(dict.fromkeys(part.name for part in path)),
        events=tuple(event for part in path for event in part.events),
        event_lines=tuple(line for part in path for line in part.event_lines),
        event_paths=tuple(part.path for part in path for _ in part.events),
        end=path[-1].end,
    )
