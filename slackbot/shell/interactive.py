"""Rasa's interactive learning over any server that speaks its API, Rasa's own or Storythread's, or a project here.

The names are Rasa's. The loop is the shell's: a step is asked about, and whatever somebody asks for meanwhile is
raised as one of the signals and carried out before the loop goes on.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.learning.loop import Loop
from slackbot.settings import Settings
from slackbot.shell.branches import Branches
from slackbot.shell.run import Subject, teach
from slackbot.shell.signals import Abort, ForkTracker, RestartConversation, UndoLastStep
from slackbot.shell.terminal import Terminal
from slackbot.shell.visualization import start_visualization
from slackbot.store import Store

__all__ = [
    "Abort",
    "ForkTracker",
    "RestartConversation",
    "UndoLastStep",
    "record_messages",
    "run_interactive_learning",
    "start_visualization",
]


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
    subject = Subject(await RasaCore.connect(endpoint), endpoint.url, _folder(file_importer))
    await _record(subject, conversation_id, draws=not skip_visualization, most=max_message_limit, terminal=terminal)


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
    asyncio.run(_record(Subject(project=_folder(file_importer)), name, draws=not skip_visualization))


async def _record(
    subject: Subject, name: str, *, draws: bool, most: int | None = None, terminal: Terminal | None = None
) -> None:
    async def begin(store: Store, loop: Loop, subject: Subject, _: Terminal) -> Branches:
        return await Branches.named(store, loop, subject.place, name)

    settings = Settings.from_environment(os.environ)
    await teach(subject, settings, begin, draws=draws, most_turns=most, terminal=terminal)


def _folder(file_importer: Path | str | None) -> Path | None:
    return Path(file_importer) if file_importer is not None else None
