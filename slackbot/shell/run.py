"""Starts the shell over a store of its own, and says at the end how to go on."""

from __future__ import annotations

import asyncio
import hashlib
import shlex
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from rich.text import Text

from slackbot.core.action_server import action_server_of
from slackbot.core.protocol import Core
from slackbot.dialogue.yamlfile import write_atomically
from slackbot.errors import Refused
from slackbot.learning.assistant import Assistant
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.settings import Settings, example_assistant
from slackbot.shell.branches import Branches, holds_something
from slackbot.shell.learning import learning
from slackbot.shell.shell import Shell
from slackbot.shell.tables import history_table
from slackbot.shell.terminal import Terminal, printable, terminal_here
from slackbot.shell.visualization import visualization
from slackbot.store import Store
from slackbot.store.server import EmbeddedServer, connect


@dataclass(frozen=True)
class Subject:
    """What is taught: a server's core, or else a project with the core that is built in."""

    server: Core | None = None
    #: The server's address.
    url: str = ""
    #: The Rasa project; exports go there, too. None: the bundled example, which nothing is exported into.
    project: Path | None = None

    @property
    def folder(self) -> Path:
        """The project that the core that is built in learns."""
        return (self.project or example_assistant()).resolve()

    @property
    def place(self) -> str:
        """Tells it from others."""
        return self.url if self.server is not None else str(self.folder)

    @property
    def resuming(self) -> str:
        """The command that takes up what was not finished; ``URL`` stands for an address that holds a secret."""
        words = ["storythread", "shell", "--resume"]
        if self.server is not None:
            parts = urlsplit(self.url)
            words += ["--endpoint", "URL" if parts.query or "@" in parts.netloc else self.url]
        if self.project is not None:
            words += ["--project", str(self.project)]
        return shlex.join(words)


Begin = Callable[[Store, Loop, Subject, Terminal], Awaitable[Branches]]


async def teach(
    subject: Subject,
    settings: Settings,
    begin: Begin,
    *,
    draws: bool = False,
    most_turns: int | None = None,
    terminal: Terminal | None = None,
    show: Callable[[str], None] = lambda _: None,
) -> None:
    """Teaches until somebody stops, or so many turns were taught. ``begin`` opens the conversation.

    ``draws``: the conversation is shown as a graph on a page. ``show`` gets lines about what is loaded. Raises
    FileError, StoreUnavailable, and what ``begin`` raises.
    """
    terminal = terminal or terminal_here()
    # A store for each assistant: it learns from all that is in it. An app must not try to show it in Slack.
    data = settings.data / "shell" / hashlib.blake2s(subject.place.encode(), digest_size=6).hexdigest()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(EmbeddedServer(data))
        redis = connect(url)
        stack.push_async_callback(redis.aclose)
        store = Store(redis)
        core, news = subject.server, None
        if core is None:
            actions = action_server_of(subject.folder, settings.action_server)
            assistant = await asyncio.to_thread(Assistant.opened, subject.folder, url, actions, show)
            core = assistant.core
            if settings.learn:
                news = await stack.enter_async_context(learning(assistant, subject.folder, url))
        branches = await begin(store, Loop(store, core), subject, terminal)
        draw = await stack.enter_async_context(_drawing(data, terminal)) if draws else None
        shell = Shell(terminal, branches, subject.project, draw=draw, news=news)
        with _hangups():
            try:
                await shell.run(most_turns=most_turns)
            except asyncio.CancelledError:
                _say(terminal, f"Interrupted. {_kept(subject)}")
                raise
        await _farewell(branches, subject, terminal)


@contextmanager
def _hangups() -> Iterator[None]:
    """Ends the shell in order, its own Valkey too, when its window is closed or it is told to stop."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    numbers = (signal.SIGHUP, signal.SIGTERM)
    if task is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    for number in numbers:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _drawing(data: Path, terminal: Terminal) -> AsyncIterator[Callable[[Sequence[Conversation]], None]]:
    """Says where the picture can be seen, and gives what draws it anew."""
    from slackbot.shell.picture import graph_of, svg_of  # noqa: PLC0415  for those who want one

    image = data / "story_graph.svg"

    def draw(conversations: Sequence[Conversation]) -> None:
        write_atomically(image, svg_of(graph_of(conversations)))

    async with visualization(image) as url:
        _say(terminal, f"The conversation as a graph: {url}")
        yield draw


async def a_new_one(store: Store, loop: Loop, subject: Subject, terminal: Terminal) -> Branches:
    """A new conversation; an unfinished one is pointed out."""
    _greet(loop, subject.place, terminal)
    if await Branches.unfinished(store, loop, subject.place) is not None:
        _say(terminal, f"An earlier session is unfinished; `{subject.resuming}` takes it up.")
    return await Branches.begin(store, loop, subject.place)


async def the_unfinished(store: Store, loop: Loop, subject: Subject, terminal: Terminal) -> Branches:
    """The latest that was not finished. Raises Refused where there is none."""
    branches = await Branches.unfinished(store, loop, subject.place)
    if branches is None:
        raise Refused(f"there is no unfinished session of {subject.place}; start without --resume")
    _greet(loop, subject.place, terminal)
    terminal.console.print(history_table((await branches.read()).tracker))
    return branches


def _greet(loop: Loop, place: str, terminal: Terminal) -> None:
    domain = loop.core.domain
    _say(terminal, f"Teaching {place}: {len(domain.intents)} intents, {len(domain.actions)} actions.")
    _say(terminal, "Say what a user would say; :help says what else you can do.")


async def _farewell(branches: Branches, subject: Subject, terminal: Terminal) -> None:
    kept = [each for each in await branches.all() if each.is_open and holds_something(each)]
    if kept:
        _say(terminal, _kept(subject))


def _kept(subject: Subject) -> str:
    return f"Everything is kept. `{subject.resuming}` goes on here."


def _say(terminal: Terminal, text: str) -> None:
    terminal.console.print(Text(printable(text), "yellow"), soft_wrap=True)  # a command stays in one piece
