"""``python -m benchmarks.actions``: how well the built-in core predicts what a project's stories and tests do next."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.measuring import Progress, duration, last_line
from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.policies import Policies
from slackbot.dialogue.project import Project, load_project
from slackbot.errors import FileError, StorythreadError
from slackbot.evaluation.decisions import Played, play, share, tally
from slackbot.evaluation.held_out import leaving_stories_out, parts, story_groups
from slackbot.evaluation.own_tests import own_tests


def measure(project: Project, progress: Progress) -> dict[str, Any]:
    """The figures as a program reads them. What can't be measured for want of stories or tests is null.

    Raises FileError if there are neither stories to leave out nor tests.
    """
    held_out = leaving_stories_out(project, progress.at)
    tests = own_tests(project)
    if not held_out and not tests:
        remedy = "name a project with two stories in its folder data, or with stories in its folder tests"
        raise FileError(project.path, None, "there are no stories to leave out and no tests", remedy)
    started = time.perf_counter()
    policies = Policies(project.stories, project.domain, project.config, folder=project.path)
    policies_seconds = time.perf_counter() - started
    progress.at("the project's own tests")
    tested = [*play(policies, tests, project.domain)]
    progress.at("training on everything")
    started = time.perf_counter()
    BuiltinCore.train(project)
    return {
        "benchmark": "actions",
        "project": project.path.resolve().name,
        "leave_stories_out": _figures(held_out, stories=len(story_groups(project.stories)), parts=parts(project)),
        "own_tests": _figures(tested),
        "train_seconds": policies_seconds,
        "train_seconds_with_nlu": time.perf_counter() - started,
        **_speed([*held_out, *tested]),
    }


def _figures(played: Sequence[Played], **about: int) -> dict[str, Any] | None:
    if not played:
        return None
    counted = tally(played)
    return about | {
        "actions": counted.actions,
        "action_accuracy": share(counted.actions_right, counted.actions),
        "action_accuracy_without_listen": share(counted.doings_right, counted.doings),
        "conversations": counted.conversations,
        "conversations_right": counted.conversations_right,
        "conversation_accuracy": share(counted.conversations_right, counted.conversations),
    }


def _speed(played: Sequence[Played]) -> dict[str, float]:
    milliseconds = sorted(decision.seconds * 1e3 for story in played for decision in story.decisions)
    return {
        "ms_per_prediction": median(milliseconds or [0]),
        "ms_per_prediction_p95": milliseconds[int(0.95 * (len(milliseconds) - 1))] if milliseconds else 0,
    }


def sentences(result: Mapping[str, Any]) -> Iterator[str]:
    """The figures as people read them."""
    if result["leave_stories_out"] is None:
        yield "There are too few stories to leave any out."
    else:
        left_out = result["leave_stories_out"]
        which = f"{left_out['stories']:,} stories in {left_out['parts']} parts, all rules stay"
        yield f"Leaving stories out ({which}): {_told(left_out)}"
    if result["own_tests"] is None:
        yield "The project has no tests of its own."
    else:
        yield "The project's own tests: " + _told(result["own_tests"])
    with_nlu = duration(result["train_seconds_with_nlu"])
    yield f"Training takes {duration(result['train_seconds'])}, with understanding of messages {with_nlu}."
    half, most = (duration(result[name] / 1e3) for name in ("ms_per_prediction", "ms_per_prediction_p95"))
    yield f"A prediction takes {half} (median; 95 of 100 take at most {most})."


def _told(figures: Mapping[str, Any]) -> str:
    without = figures["action_accuracy_without_listen"]
    beside = "" if without is None else f", {without:.1%} without action_listen"
    return (
        f"{figures['action_accuracy'] or 0:.1%} of {figures['actions']:,} actions are right{beside}; "
        f"{figures['conversations_right']:,} of {figures['conversations']:,} conversations are right throughout."
    )


@click.command()
@click.option("--project", type=click.Path(path_type=Path), required=True, help="The folder with domain.yml and data.")
def main(project: Path) -> None:
    """Next-action accuracy, leaving stories out and on the project's own test stories."""
    # What is left out of a project's files with a warning is no news here.
    logging.getLogger("slackbot").setLevel(logging.ERROR)
    try:
        result = measure(load_project(project), Progress())
    except StorythreadError as error:
        click.echo(f"benchmarks.actions: {error}", err=True)
        sys.exit(1)
    for sentence in sentences(result):
        click.echo(sentence)
    last_line(result)


if __name__ == "__main__":
    main()
