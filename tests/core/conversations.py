"""Tiny projects and conversations for the tests of the cores."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.lessons import spelled_out
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    Event,
    SessionStarted,
    UserUttered,
)
from slackbot.dialogue.project import Project
from slackbot.dialogue.stories import linked
from slackbot.dialogue.tracker import Tracker

ROOT = Path(__file__).parents[2]
BISTRO = ROOT / "examples" / "bistro"
REAL_PROJECTS = ROOT.parent / "shared" / "data" / "rasa_projects"


def write_project(folder: Path, domain: str, data: str = "", config: str = "") -> Path:
    """A project whose training data is all in one file; texts may be indented."""
    for name, text in (("domain.yml", domain), ("config.yml", config), ("data/all.yml", data)):
        if text:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


Turn = Event | Sequence[Event]


def says(intent: str | None, text: str = "", **entities: Any) -> UserUttered:
    """A message that is understood."""
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return UserUttered(text or f"/{intent}", intent={"name": intent, "confidence": 1.0}, entities=found)


def did(*actions: str) -> list[Event]:
    return [ActionExecuted(action) for action in actions]


LISTENS = ActionExecuted("action_listen")
SESSION: tuple[Event, ...] = (ActionExecuted("action_session_start"), SessionStarted(), LISTENS)


def conversation(domain: Domain, *turns: Turn, name: str = "conversation") -> Tracker:
    """A tracker whose session has started; each turn is an event or several."""
    tracker = Tracker(name, domain, SESSION)
    for turn in turns:
        tracker.extend([turn] if isinstance(turn, Event) else turn)
    return tracker


async def next_action(core: BuiltinCore, *turns: Turn) -> str:
    return (await core.predict(conversation(core.domain, *turns))).action


async def mistakes(core: BuiltinCore, project: Project) -> tuple[list[str], int]:
    """Predict every action of every story from what the story says came before, as ``rasa test core`` does it.

    Returns what was predicted wrongly, and the number of predictions. The first action of a story isn't predicted. A
    form that is predicted where the story does something else counts as rejected, and is asked again.
    """
    wrong: list[str] = []
    number = 0
    for story in linked(project.stories):
        if story.kind == "rule":
            continue
        tracker = Tracker(story.name, core.domain)
        events = [*spelled_out(story.events, core.domain)]
        if isinstance(events[-1], ActionExecuted):
            events.append(LISTENS)
        for event in events:
            if isinstance(event, ActionExecuted) and tracker.latest_action_name is not None:
                number += 1
                predicted = await _predicted(core, tracker, event.action_name)
                if predicted != event.action_name:
                    wrong.append(f"{story.name}: {predicted} instead of {event.action_name}")
            tracker.append(event)
    return wrong, number


async def _predicted(core: BuiltinCore, tracker: Tracker, wanted: str | None) -> str:
    predicted = (await core.predict(tracker)).action
    if predicted != wanted and predicted == tracker.active_loop.get("name"):
        tracker.append(ActionExecutionRejected(predicted))
        predicted = (await core.predict(tracker)).action
    return predicted
