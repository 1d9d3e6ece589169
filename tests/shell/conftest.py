"""A shell over the real store and a tiny assistant, in the test's own process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.learning.loop import Loop
from slackbot.shell.branches import Branches
from slackbot.shell.shell import Shell
from slackbot.store import Store
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.shell.scripts import Script


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny assistant's files. Tests that write copy them."""
    return write_project(tmp_path_factory.mktemp("tiny"), DOMAIN, DATA)


@pytest.fixture(scope="session")
def core(project: Path) -> BuiltinCore:
    return BuiltinCore.load(project)


@pytest.fixture
def store(redis: Redis) -> Store:
    return Store(redis)


Typing = Callable[..., Awaitable[tuple[Script, Branches]]]


@pytest.fixture
def typing(store: Store, core: BuiltinCore) -> Typing:
    """Types lines into a shell until they are all typed or it ends; going on in ``branches`` if they are given."""

    async def typed(*lines: str, branches: Branches | None = None, into: Path | None = None) -> tuple[Script, Branches]:
        script = Script(*lines)
        branches = branches or await Branches.begin(store, Loop(store, core), "tiny")
        await Shell(script, branches, into).run()
        return script, branches

    return typed
