"""``storythread demo``: the workspace in a browser, there again at the next start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from slackbot.dialogue.project import load_project
from slackbot.sandbox.annotators import Annotator, Crowd, Knowledge, Pace, knowledge_of
from slackbot.sandbox.demo import Demo, running_in
from slackbot.settings import example_assistant

DEFAULT_PORT = 3100
NAMES = ("Ada", "Ben", "Cleo")
#: What simulated annotators are called: as many of these as there are.
CROWD = (
    "Dan", "Eve", "Fay", "Gus", "Hal", "Ivy", "Jo", "Kim", "Lea", "Max",
    "Nia", "Oto", "Pia", "Quinn", "Ray", "Sue", "Tom", "Una", "Vic", "Wes",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    port: int = DEFAULT_PORT
    browser: bool = True
    fresh: bool = False
    #: How many simulated annotators there are, the share of cards on which they err in no part, and what their dice
    #: begin with.
    crowd: int = 0
    skill: float = 0.8
    pace: str = "human"
    seed: int = 1


async def run_window(data: Path, options: Options) -> None:
    """Runs everything until SIGINT, SIGTERM or SIGHUP. Raises as `running_in` does."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    click.echo("Starting Valkey, a Slack workspace, the app and a worker ...")
    simulated = [f"{name} (simulated)" for name in CROWD[: options.crowd]]
    people, quorum = (*NAMES, *simulated), _quorum(options.crowd)
    async with running_in(data, people, quorum=quorum, port=options.port, fresh=options.fresh) as demo:
        watches = [asyncio.create_task(program.keep_running(click.echo)) for program in demo.programs]
        try:
            async with _crowd(demo, simulated, options).at_work():
                _welcome(demo, data, options)
                if options.browser and _has_browser():
                    await asyncio.to_thread(webbrowser.open, demo.slack.url)
                await stop.wait()
            click.echo("Stopping ...")
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.wait(watches)


def _quorum(crowd: int) -> str:
    """One person's word decides; among simulated annotators, most of them."""
    majority = f"first {crowd // 2 + 1} of {crowd}" if crowd > 1 else "1"
    return os.environ.get("STORYTHREAD_QUORUM") or majority


def _crowd(demo: Demo, names: Sequence[str], options: Options) -> Crowd:
    folder = Path(os.environ.get("STORYTHREAD_ASSISTANT") or example_assistant())
    knowledge = knowledge_of(load_project(folder)) if names else Knowledge()
    pace = Pace[options.pace.upper()]
    annotators = [
        Annotator(demo.slack, demo.people[name], knowledge, skill=options.skill, pace=pace, seed=options.seed)
        for name in names
    ]
    return Crowd(demo.slack, annotators, [demo.channel])


def _welcome(demo: Demo, data: Path, options: Options) -> None:
    before = "It goes on where it stopped; --fresh forgets it." if demo.goes_on else f"Everything is kept in {data}."
    last = "Press All right on the card, or Change. Your picture, bottom left, makes you Ben or Cleo."
    if options.crowd:
        last = f"Watch {_count(options.crowd)} answer; on {1 - options.skill:.0%} of the cards each errs in one part."
        last += " You may vote too."
    click.echo(
        f"\nThe workspace is at {demo.slack.url}   (Ctrl-C stops it. {before})\n"
        "Try first:\n"
        "  1. As Ada, type /teach in #teaching. A thread opens.\n"
        '  2. In the thread, say what a user would: "a table for two tonight, please".\n'
        f"  3. {last}"
    )
    sys.stdout.flush()


def _count(crowd: int) -> str:
    return "one simulated annotator" if crowd == 1 else f"{crowd} simulated annotators"


def _has_browser() -> bool:
    """Whether a window would open: not a text browser in this terminal."""
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in shown)
