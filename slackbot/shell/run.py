"""Starts the shell over a store, and says at the end how to go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.text import Text

from slackbot.core.protocol import Core
from slackbot.errors import Refused
from slackbot.learning.loop import Loop
from slackbot.shell.branches import Branches, holds_something
from slackbot.shell.interactive import Draw, drawing
from slackbot.shell.shell import Shell
from slackbot.shell.tables import history_table
from slackbot.shell.terminal import Terminal, printable, terminal_here
from slackbot.store import Store
from slackbot.store.server import connect


async def teach(
    core: Core, redis_url: str, place: str, project: Path | None, *, resume: bool, picture: Path | None
) -> None:
    """Teaches until somebody stops. ``place`` tells what is taught; ``project`` is where exports go.

    With a folder for a ``picture`` the conversation is drawn there and shown on a page. Raises StoreUnavailable, and
    Refused where there is nothing to resume.
    """
    terminal = terminal_here()
    async with _store(redis_url) as store, _drawing(picture, terminal) as draw:
        branches = await _branches(store, Loop(store, core), place, terminal, resume=resume)
        try:
            await Shell(terminal, branches, project, draw=draw).run()
        finally:
            await _farewell(branches, terminal)


@asynccontextmanager
async def _drawing(folder: Path | None, terminal: Terminal) -> AsyncIterator[Draw | None]:
    if folder is None:
        yield None
        return
    async with drawing(folder, terminal) as draw:
        yield draw


@asynccontextmanager
async def _store(redis_url: str) -> AsyncIterator[Store]:
    redis = connect(redis_url)
    try:
        yield Store(redis)
    finally:
        await redis.aclose()


async def _branches(store: Store, loop: Loop, place: str, terminal: Terminal, *, resume: bool) -> Branches:
    unfinished = await Branches.unfinished(store, loop, place)
    domain = loop.core.domain
    _say(terminal, f"Teaching {place}: {len(domain.intents)} intents, {len(domain.actions)} actions.")
    _say(terminal, "Say what a user would say; :help says what else you can do.")
    if resume and unfinished is None:
        raise Refused(f"there is no unfinished session of {place}; start without --resume")
    if resume and unfinished is not None:
        terminal.console.print(history_table((await unfinished.read()).tracker))
        return unfinished
    if unfinished is not None:
        _say(terminal, "An earlier session is unfinished; `storythread shell --resume` takes it up.")
    return await Branches.begin(store, loop, place)


async def _farewell(branches: Branches, terminal: Terminal) -> None:
    kept = [each for each in await branches.all() if each.is_open and holds_something(each)]
    if kept:
        _say(terminal, "Everything is kept. `storythread shell --resume` goes on here.")


def _say(terminal: Terminal, text: str) -> None:
    terminal.console.print(Text(printable(text), "yellow"))
