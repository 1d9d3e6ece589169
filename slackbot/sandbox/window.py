"""``storythread demo``: the workspace in a browser, there again at the next start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import webbrowser
from dataclasses import dataclass
from pathlib import Path

import click

from slackbot.sandbox.demo import Demo, running_in

DEFAULT_PORT = 3100
NAMES = ["Ada", "Ben", "Cleo"]


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    port: int
    browser: bool = True
    fresh: bool = False


async def run_window(data: Path, options: Options) -> None:
    """Runs everything until SIGINT, SIGTERM or SIGHUP. Raises as `running_in` does."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    click.echo("Starting Valkey, a Slack workspace, the app and a worker ...")
    async with running_in(data, NAMES, quorum=_quorum(), port=options.port, fresh=options.fresh) as demo:
        watches = [asyncio.create_task(program.keep_running(click.echo)) for program in demo.programs]
        try:
            _welcome(demo, data)
            if options.browser and _has_browser():
                await asyncio.to_thread(webbrowser.open, demo.slack.url)
            await stop.wait()
            click.echo("Stopping ...")
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.wait(watches)


def _quorum() -> str:
    return os.environ.get("STORYTHREAD_QUORUM") or "1"


def _welcome(demo: Demo, data: Path) -> None:
    before = "It goes on where it stopped; --fresh forgets it." if demo.goes_on else f"Everything is kept in {data}."
    click.echo(
        f"\nThe workspace is at {demo.slack.url}   (Ctrl-C stops it. {before})\n"
        "Try first:\n"
        "  1. As Ada, type /teach in #teaching. A thread opens.\n"
        '  2. In the thread, say what a user would: "a table for two tonight, please".\n'
        "  3. Press All right on the card, or Change; or look at it as Ben or Cleo first."
    )
    sys.stdout.flush()


def _has_browser() -> bool:
    """Whether a window would open: not a text browser in this terminal."""
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform == "darwin" or any(os.environ.get(name) for name in shown)
