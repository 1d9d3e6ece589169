"""``storythread evaluate``: everything that a project teaches, as far as there is enough of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from slackbot.dialogue.project import Project
from slackbot.evaluation.intent_report import evaluate_nlu
from slackbot.evaluation.story_report import evaluate_stories
from slackbot.evaluation.too_few import TooFew


def evaluate_both(project: Project, out: Path, show: Callable[[str], None], progress: Callable[[str], None]) -> None:
    """Intents, then stories. What there is too little of is said and passed over.

    Raises FileError if there is too little of both.
    """
    lack: TooFew | None = None
    try:
        evaluate_nlu(project, out, show=show, progress=progress)
    except TooFew as error:
        lack = error
        show(f"Intents: {error.problem}.")
    show("")
    try:
        evaluate_stories(project, show=show, progress=progress)
    except TooFew as error:
        if lack is not None:
            raise
        show(f"Stories: {error.problem}.")
