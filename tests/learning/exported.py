"""A session's files, written and read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.stories import Story, read_stories, story_steps
from slackbot.learning.export import export_files
from tests.learning.lesson import Lesson


async def exported(lesson: Lesson) -> dict[str, str]:
    """The texts of the files of a session."""
    state = await lesson.state()
    return export_files(state.tracker, state.session.additions, lesson.loop.core.domain, "lesson")


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def steps(stories: list[Story]) -> list[list[dict[str, Any]]]:
    return [[dict(step) for step in story_steps(story.events)] for story in stories]


def short_steps(stories: list[Story]) -> list[list[str]]:
    """Steps in short: ``greet``, ``utter_greet``, ``dish=soup``."""
    return [[_short(step) for step in found] for found in steps(stories)]


def _short(step: dict[str, Any]) -> str:
    if "slot_was_set" in step:
        return ",".join(f"{key}={value}" for slot in step["slot_was_set"] for key, value in slot.items())
    return str(step.get("intent") or step.get("action"))


async def stories_of(lesson: Lesson, folder: Path) -> list[list[str]]:
    files = write(folder, await exported(lesson))
    return short_steps(read_stories(files / "stories.yml", Domain.load(files)))
