"""Predicts every action of a story from what the story says came before, as ``rasa test core`` does it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from slackbot.core.builtin.lessons import places_of_actions, whole_steps
from slackbot.core.protocol import Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActionExecutionRejected
from slackbot.dialogue.state import ACTION_LISTEN
from slackbot.dialogue.stories import Story, linked
from slackbot.dialogue.tracker import Tracker


class Predicting(Protocol):
    """What has learned to predict: a project's policies."""

    def predict(self, tracker: Tracker) -> Prediction:
        """What comes next."""


@dataclass(frozen=True)
class Decision:
    """An action that a story has, and what was predicted in its place."""

    wanted: str
    predicted: Prediction
    #: Where the story has it, or the step before it where it is left unsaid.
    path: Path | None
    line: int | None
    #: How long the prediction took; the second one where a form had to reject first.
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether the story and the prediction are of one mind."""
        return self.wanted == self.predicted.action


@dataclass(frozen=True)
class Played:
    """One story, or one of the ways through it where it has alternatives or checkpoints, with all its decisions."""

    name: str
    decisions: tuple[Decision, ...]

    @property
    def is_right(self) -> bool:
        """Whether every action was predicted right."""
        return all(decision.is_right for decision in self.decisions)


@dataclass(frozen=True)
class Tally:
    """How much was right of some stories."""

    actions: int
    actions_right: int
    #: The same without ``action_listen``, which is half of all actions and easily told.
    doings: int
    doings_right: int
    conversations: int
    conversations_right: int


def tally(played: Sequence[Played]) -> Tally:
    """Counts what was right."""
    actions = [decision for story in played for decision in story.decisions]
    doings = [decision for decision in actions if decision.wanted != ACTION_LISTEN]
    return Tally(
        len(actions),
        sum(decision.is_right for decision in actions),
        len(doings),
        sum(decision.is_right for decision in doings),
        len(played),
        sum(story.is_right for story in played),
    )


def share(right: int, number: int) -> float | None:
    """The share of what is right, from 0 to 1; None of nothing."""
    return right / number if number else None


def play(policies: Predicting, stories: Iterable[Story], domain: Domain) -> Iterator[Played]:
    """Each story and each way through joined stories. Rules are passed over.

    Whatever is predicted, the conversation goes on as the story does. The action that a story begins with isn't
    predicted. Where an active form is predicted and the story does something else, the form is taken to have rejected
    the message, and is asked once more.
    """
    for story in linked([story for story in stories if story.kind == "story"]):
        yield Played(story.name, tuple(_decisions(policies, story, domain)))


def _decisions(policies: Predicting, story: Story, domain: Domain) -> Iterator[Decision]:
    steps = whole_steps(story, domain)
    places = places_of_actions(story, steps)
    tracker = Tracker(story.name, domain)
    for number, step in enumerate(steps):
        if isinstance(step, ActionExecuted):
            path, line = next(places)
            if number > 0:
                wanted = step.action_name or step.action_text or ""
                yield _decision(policies, tracker, wanted, path, line)
        tracker.append(step)


def _decision(policies: Predicting, tracker: Tracker, wanted: str, path: Path | None, line: int | None) -> Decision:
    predicted, seconds = _timed(policies, tracker)
    if wanted != predicted.action == tracker.active_loop.get("name"):
        tracker.append(ActionExecutionRejected(predicted.action))
        predicted, seconds = _timed(policies, tracker)
    return Decision(wanted, predicted, path, line, seconds)


def _timed(policies: Predicting, tracker: Tracker) -> tuple[Prediction, float]:
    started = time.perf_counter()
    predicted = policies.predict(tracker)
    return predicted, time.perf_counter() - started
