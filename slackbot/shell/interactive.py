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
from typing import Any, cast

from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.errors import Refused
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

#: What may name a server among ``server_args``.
_PLACES = ("endpoint", "port", "url")


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

    ``server_args``: ``port`` of a server on this machine, which must run, where Rasa's function begins one; or its
    ``url``; or ``endpoint``, an EndpointConfig. With the first two ``token`` or ``jwt``. Raises Refused for what else
    is asked there, and FileError, CoreFailed, StoreUnavailable.
    """
    endpoint, name = _endpoint_of(server_args or {}), conversation_id or uuid.uuid4().hex
    if endpoint is not None:
        asyncio.run(record_messages(endpoint, file_importer, name, None, skip_visualization))
        return
    asyncio.run(_record(Subject(project=_folder(file_importer)), name, draws=not skip_visualization))


def _endpoint_of(server_args: Mapping[str, Any]) -> EndpointConfig | None:
    asked = {key: value for key, value in server_args.items() if value}
    if unknown := [key for key in asked if key not in {*_PLACES, "token", "jwt"}]:
        names = ", ".join(unknown)
        raise Refused(f"server_args: {names} can't be said here; name a server by port or url, or leave them out")
    places = [key for key in _PLACES if key in asked]
    if len(places) > 1:
        raise Refused(f"server_args: only one of {', '.join(places)} can name the server; leave the others out")
    if not places:
        return None
    if "endpoint" in asked:
        return cast(EndpointConfig, asked["endpoint"])
    url = asked.get("url") or f"http://localhost:{asked['port']}"
    return EndpointConfig(url, token=asked.get("token"), jwt=asked.get("jwt"))


async def _record(
    subject: Subject, name: str, *, draws: bool, most: int | None = None, terminal: Terminal | None = None
) -> None:
    async def begin(store: Store, loop: Loop, subject: Subject, _: Terminal) -> Branches:
        return await Branches.named(store, loop, subject.place, name)

    settings = Settings.from_environment(os.environ)
    await teach(subject, settings, begin, draws=draws, most_turns=most, terminal=terminal)


def _folder(file_importer: Path | str | None) -> Path | None:
    return Path(file_importer) if file_importer is not None else None
