"""Rasa's interactive learning over any server that speaks its API, Rasa's own or Storythread's, or a project here.

The names are Rasa's. The loop is the shell's: a step is asked about, and whatever somebody asks for meanwhile is
raised as one of the signals and carried out before the loop goes on.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from slackbot.core.action_server import action_server_of
from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Core
from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.dialogue.yamlfile import write_atomically
from slackbot.learning.conversation import Conversation
from slackbot.learning.loop import Loop
from slackbot.settings import Settings, example_assistant
from slackbot.shell.branches import Branches
from slackbot.shell.shell import Shell
from slackbot.shell.signals import Abort, ForkTracker, RestartConversation, UndoLastStep
from slackbot.shell.terminal import Terminal, terminal_here
from slackbot.shell.visualization import start_visualization, visualization
from slackbot.store import Store
from slackbot.store.server import EmbeddedServer, connect

__all__ = [
    "Abort",
    "ForkTracker",
    "RestartConversation",
    "UndoLastStep",
    "record_messages",
    "run_interactive_learning",
    "start_visualization",
]

Draw = Callable[[Sequence[Conversation]], None]


async def record_messages(
    endpoint: EndpointConfig,
    file_importer: Path | str | None = None,
    conversation_id: str = "default",
    max_message_limit: int | None = None,
    skip_visualization: bool = False,
    *,
    terminal: Terminal | None = None,
) -> None:
    """Teaches the server at the endpoint in this terminal, until somebody stops or so many messages were taught.

    ``file_importer`` is the folder of the Rasa project that exports go to. A conversation of that id that was not
    finished is taken up. Raises CoreFailed where the server doesn't answer, and StoreUnavailable.
    """
    folder = Path(file_importer) if file_importer is not None else None
    core = await RasaCore.connect(endpoint)
    await _record(
        core, endpoint.url, folder, conversation_id, max_message_limit, terminal, draws=not skip_visualization
    )


def run_interactive_learning(
    file_importer: Path | str | None = None,
    skip_visualization: bool = False,
    conversation_id: str | None = None,
    server_args: Mapping[str, Any] | None = None,
) -> None:
    """Teaches in this terminal: the server that ``server_args`` names, or else the project with the core built in.

    ``server_args``: ``url`` with ``token`` or ``jwt``, or ``endpoint``, an EndpointConfig. Raises FileError,
    CoreFailed, StoreUnavailable.
    """
    asked = dict(server_args or {})
    endpoint = asked.get("endpoint")
    if endpoint is None and asked.get("url"):
        endpoint = EndpointConfig(asked["url"], token=asked.get("token"), jwt=asked.get("jwt"))
    name = conversation_id or uuid.uuid4().hex
    if endpoint is not None:
        asyncio.run(record_messages(endpoint, file_importer, name, None, skip_visualization))
        return
    own = Path(file_importer) if file_importer is not None else None
    folder = (own or example_assistant()).resolve()
    core = BuiltinCore.load(folder, action_server_of(folder))
    asyncio.run(_record(core, str(folder), own, name, None, None, draws=not skip_visualization))


async def _record(
    core: Core,
    place: str,
    project: Path | None,
    name: str,
    most: int | None,
    terminal: Terminal | None,
    *,
    draws: bool,
) -> None:
    data = Settings.from_environment(os.environ).data / "shell"
    terminal = terminal or terminal_here()
    async with AsyncExitStack() as stack:
        redis = connect(await stack.enter_async_context(EmbeddedServer(data)))
        stack.push_async_callback(redis.aclose)
        store = Store(redis)
        branches = await Branches.named(store, Loop(store, core), place, name)
        draw = await stack.enter_async_context(drawing(data, terminal)) if draws else None
        await Shell(terminal, branches, project, draw=draw).run(most_turns=most)


@asynccontextmanager
async def drawing(data: Path, terminal: Terminal) -> AsyncIterator[Draw]:
    """Says where the picture can be seen, and gives what draws it anew."""
    from slackbot.shell.picture import graph_of, svg_of  # noqa: PLC0415  for those who want one

    image = data / "story_graph.svg"

    def draw(conversations: Sequence[Conversation]) -> None:
        write_atomically(image, svg_of(graph_of(conversations)))

    async with visualization(image) as url:
        terminal.console.print(f"The conversation as a graph: {url}")
        yield draw
