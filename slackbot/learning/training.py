"""Trains a model from a project's files and from all that was agreed so far, and stores it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slackbot import clock
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.fingerprint import fingerprint
from slackbot.dialogue.project import Project, load_project
from slackbot.errors import PersonError
from slackbot.learning.agreed import Agreed, agreed
from slackbot.learning.judging import Verdict, accuracy, turns_of
from slackbot.progress import reached
from slackbot.store import Store
from slackbot.store.models import Model, Models
from slackbot.store.server import connect

#: The accuracy in a model's record is over so many of the latest turns.
JUDGED_TURNS = 50


@dataclass(frozen=True)
class Files:
    """A project, and the fingerprint of the files that it was read from."""

    project: Project
    fingerprint: str


def read_files(folder: Path) -> Files:
    """Reads a project whose files nobody changes meanwhile. Raises FileError."""
    before = fingerprint(folder)
    for _ in range(5):
        project, after = load_project(folder), fingerprint(folder)
        if before == after:
            return Files(project, before)
        before = after
    raise PersonError(f"{folder}: the files are being changed all the time; try again when that is done")


def train(folder: Path, redis_url: str, show: Callable[[str], None] = lambda _: None) -> Model:
    """Trains the project in the folder, stores the model, and returns what is known of it.

    ``show`` gets a line before each part of the work. Raises FileError, StoreUnavailable.
    """
    with Models.at(redis_url) as models:
        wanted = models.training().wanted
        models.begins()
        try:
            return _trained(folder, redis_url, models, wanted, show)
        finally:
            models.ended()


def _trained(folder: Path, redis_url: str, models: Models, wanted: int, show: Callable[[str], None]) -> Model:
    show(f"Reading {folder} ...")
    files = read_files(folder)
    found = asyncio.run(_agreed(files.project, redis_url))
    show(_what_is_learned(files.project, found))
    started = time.perf_counter()
    core = BuiltinCore.train(files.project, taught=found.taught)
    reached("")
    seconds = time.perf_counter() - started
    judged = accuracy(turns_of((name, Verdict.from_list(row)) for name, row in models.verdicts())[-JUDGED_TURNS:])
    model = Model(
        fingerprint=files.fingerprint,
        trained_at=clock.now(),
        seconds=seconds,
        examples=len(files.project.nlu.examples) + len(found.taught.examples),
        stories=len(files.project.stories) + len(found.taught.stories),
        conversations=found.conversations,
        agreed=len(found.taught.examples),
        covers=wanted,
        intent_accuracy=judged.intents,
        action_accuracy=judged.actions,
    )
    archive = core.archive()
    stored = models.store(model, archive)
    if stored is None:
        show("Another training was quicker and has seen more: its model is used.")
        return models.training().latest(files.fingerprint) or model
    show(f"Learned in {seconds:.1f} s; stored as version {stored.version} ({len(archive) / 1e6:.1f} MB).")
    return stored


async def _agreed(project: Project, redis_url: str) -> Agreed:
    redis = connect(redis_url)
    try:
        return await agreed(Store(redis), project.domain)
    finally:
        await redis.aclose()


def _what_is_learned(project: Project, found: Agreed) -> str:
    line = f"Learning {len(project.nlu.examples):,} examples, {len(project.stories):,} stories and rules"
    if found.conversations:
        examples, stories = len(found.taught.examples), len(found.taught.stories)
        line += f", and what was agreed in conversations: {_counted(examples, 'example', 'examples')}, "
        line += _counted(stories, "story", "stories")
    if found.left_out:
        line += (
            f" (without {_counted(len(found.left_out), 'conversation', 'conversations')} that the domain doesn't fit)"
        )
    return f"{line} ..."


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
