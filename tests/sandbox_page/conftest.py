"""One browser a test process, the real app on a stage, and windows into its workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from importlib.util import find_spec
from typing import Final

import pytest

if find_spec("playwright") is None:
    pytest.skip("playwright is not installed: pip install '.[test]'", allow_module_level=True)

import pytest_asyncio
from playwright.async_api import Browser

from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox import Sandbox
from slackbot.settings import example_assistant
from tests.end_to_end.stage import Stage, staged

from .browsing import FAILED, Windows, browser, chromium

#: The browser belongs to one event loop, so everything here runs in that of the session.
LOOP: Final = "session"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this folder in the session's loop, and not at all where there is no browser."""
    skip = None if chromium() else pytest.mark.skip(reason="no Chromium on the PATH: apt-get install chromium")
    for item in items:
        if item.path.parent.name == "sandbox_page" and isinstance(item, pytest.Function):
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope=LOOP), append=False)
            if skip:
                item.add_marker(skip)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know whether the test has failed."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest_asyncio.fixture(scope="session", loop_scope=LOOP)
async def window_maker() -> AsyncIterator[Browser]:
    """The browser."""
    async with browser() as started:
        yield started


@pytest.fixture(scope="session")
def bistro() -> BuiltinCore:
    """The example assistant, trained."""
    return BuiltinCore.load(example_assistant())


@pytest_asyncio.fixture(loop_scope=LOOP)
async def stage(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Stage]:
    """The real app on a workspace with four people."""
    async with staged(redis_url, bistro) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope=LOOP)
async def slack() -> AsyncIterator[Sandbox]:
    """A workspace without an app."""
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def workspace(request: pytest.FixtureRequest) -> Sandbox:
    """The workspace without an app, if the test has it; else the stage's."""
    if "slack" in request.fixturenames:
        slack: Sandbox = request.getfixturevalue("slack")
        return slack
    stage: Stage = request.getfixturevalue("stage")
    return stage.slack


@pytest_asyncio.fixture(loop_scope=LOOP)
async def windows(window_maker: Browser, workspace: Sandbox, request: pytest.FixtureRequest) -> AsyncIterator[Windows]:
    """Windows into the workspace. No script may fail in any of them."""
    opened = Windows(window_maker, workspace)
    yield opened
    await opened.picture_failures(request.node)
    assert await opened.close() == []
