"""Trains for requests, in processes of their own, so that others are answered meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from slackbot.api.errors import ApiError, bad_request
from slackbot.errors import StorythreadError
from slackbot.settings import Settings
from slackbot.store.models import Models

#: Trains something, and gives the model's name and archive. Raises ApiError.
Train = Callable[[], Awaitable[tuple[str, bytes]]]
#: Seconds that a training may take.
SECONDS = 3600.0
#: What a process ends with whose data are at fault; its last line of output says how.
WRONG_DATA = 65
#: Where the process finds the data, all of it in one file that is read as each of these, and leaves the model.
DATA, MODEL = ("domain.yml", "config.yml", "data/data.yml"), "model.zip"


def of_project(settings: Settings, redis_url: str) -> Train:
    """Trains the project that is served, for every process that serves it."""
    environment = replace(settings, redis_url=redis_url).as_environment()

    async def train() -> tuple[str, bytes]:
        ended = await _run("slackbot", "train", environment=environment)
        if ended.status != 0:
            raise ended.failure()
        return await asyncio.to_thread(_newest, redis_url)

    return train


async def of_data(written: bytes) -> tuple[str, bytes]:
    """Trains what is written in one YAML document: domain, configuration, examples, stories and rules.

    It is a model by itself: what is served stays as it is.
    """
    with tempfile.TemporaryDirectory(prefix="storythread-") as folder:
        write_data(Path(folder), written)  # not in a thread, which would go on writing when this is cancelled
        ended = await _run("slackbot.api.train_data", folder)
        if ended.status == WRONG_DATA:
            raise bad_request(ended.said.decode("utf-8"))
        if ended.status != 0:
            raise ended.failure()
        archive = await asyncio.to_thread(Path(folder, MODEL).read_bytes)
    return time.strftime("storythread-%Y%m%d-%H%M%S.zip", time.gmtime()), archive


def write_data(folder: Path, written: bytes) -> None:
    """Writes it where the process looks for it."""
    (folder / "data").mkdir()
    first, *others = (folder / place for place in DATA)
    first.write_bytes(written)
    for other in others:
        os.link(first, other)


@dataclass(frozen=True)
class _Ended:
    """A process of ours, when it is over."""

    status: int
    said: bytes
    complained: bytes

    def failure(self) -> ApiError:
        """Why it failed, by its last line."""
        lines = self.complained.decode(errors="replace").strip().splitlines() or ["it was ended"]
        return _failed(lines[-1])


async def _run(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> _Ended:
    paths = os.pathsep.join(filter(None, sys.path))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **(environment or {}), "PYTHONPATH": paths},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            said, complained = await process.communicate()
    except TimeoutError:
        raise _failed(f"it took longer than {SECONDS / 60:.0f} minutes") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _Ended(process.returncode or 0, said, complained)


def _failed(why: str) -> ApiError:
    return ApiError(500, "TrainingError", f"An unexpected error occurred during training. Error: {why}")


def _newest(redis_url: str) -> tuple[str, bytes]:
    with Models.at(redis_url) as models:
        version = models.latest_version()
        archive = models.archive(version)
    if archive is None:
        raise StorythreadError("the model was replaced while it was read; ask again")
    return f"storythread-{version}.zip", archive
