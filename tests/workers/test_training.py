"""Training as a job: one at a time waits, none that is wanted is lost, and a failure leaves everything as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import JobStatus

from slackbot.learning.training import train
from slackbot.store import keys
from slackbot.store.models import Models
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.workers.test_worker import WorkerProcess, wait_for
from workers.requests import WorkerRequests


@pytest.fixture
def models(connection: Redis) -> Models:
    return Models(connection)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project that worker processes train."""
    folder = write_project(tmp_path / "tiny", DOMAIN, DATA)
    monkeypatch.setenv("STORYTHREAD_ASSISTANT", str(folder))
    return folder


@pytest.fixture
def start(redis_url: str, tmp_path: Path) -> Iterator[Callable[[], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start_one() -> WorkerProcess:
        started.append(WorkerProcess(redis_url, tmp_path, assistant=str(tmp_path / "tiny")))
        return started[-1]

    yield start_one
    for worker in started:
        worker.stop()


def correct_something(connection: Redis) -> None:
    connection.hincrby(keys.TRAINING, "wanted", 1)


async def test_however_often_it_is_asked_for_one_waits(queue: Queue, redis_url: str) -> None:
    ask = WorkerRequests(redis_url).training
    await asyncio.gather(*(ask() for _ in range(10)))
    assert len(queue.job_ids) == 1


async def test_what_is_asked_for_after_a_model_is_there_is_another_training(
    queue: Queue, redis_url: str, folder: Path
) -> None:
    """Even while the training that made it has not quite ended."""
    ask = WorkerRequests(redis_url).training
    await ask()
    await asyncio.to_thread(train, folder, redis_url)
    await ask()
    await ask()
    assert len(queue.job_ids) == 2


async def test_a_worker_trains_what_is_asked_for(
    redis_url: str, folder: Path, models: Models, connection: Redis, start: Callable[[], WorkerProcess]
) -> None:
    correct_something(connection)
    await WorkerRequests(redis_url).training()
    start()
    await asyncio.to_thread(wait_for, lambda: models.latest_version() == 1)
    training = models.training()
    assert not training.is_due
    assert training.models[0].covers == 1


@pytest.mark.slow
async def test_what_is_wanted_while_one_runs_is_trained_afterwards(
    redis_url: str, folder: Path, models: Models, connection: Redis, start: Callable[[], WorkerProcess]
) -> None:
    """The second wish comes while the first is being served, and nobody asks again."""
    for number in range(300):  # enough to learn that training takes a while
        (folder / f"data/more{number}.yml").write_text(f"nlu:\n- intent: greet\n  examples: |\n    - hello {number}\n")
    correct_something(connection)
    await WorkerRequests(redis_url).training()
    start()
    await asyncio.to_thread(wait_for, lambda: models.training().running_since)
    correct_something(connection)
    await WorkerRequests(redis_url).training()
    await asyncio.to_thread(wait_for, lambda: models.training().models and not models.training().is_due)
    assert models.training().models[0].covers == 2


@pytest.mark.slow
async def test_a_broken_project_is_noted_and_the_model_stays(
    redis_url: str, folder: Path, models: Models, connection: Redis, start: Callable[[], WorkerProcess]
) -> None:
    await asyncio.to_thread(train, folder, redis_url)
    (folder / "domain.yml").write_text("intents: [greet\n")
    correct_something(connection)
    ask = WorkerRequests(redis_url).training
    await ask()
    worker = start()
    await asyncio.to_thread(wait_for, lambda: models.training().failure)
    training = models.training()
    assert training.failure is not None
    assert "domain.yml:" in training.failure.problem
    assert not training.is_due
    assert [model.version for model in training.models] == [1]
    await asyncio.to_thread(wait_for, lambda: "ended after" in worker.log)
    assert "the model stays as it is" in worker.log
    write_project(folder, DOMAIN, DATA)
    correct_something(connection)
    await ask()
    await asyncio.to_thread(wait_for, lambda: models.latest_version() == 2)
    assert models.training().failure is None


async def test_a_job_that_broke_down_does_not_stand_in_the_way(queue: Queue, redis_url: str) -> None:
    ask = WorkerRequests(redis_url).training
    await ask()
    job = queue.fetch_job(queue.job_ids[0])
    assert job is not None
    job.cancel()
    job.set_status(JobStatus.FAILED)
    await ask()
    assert queue.job_ids == [job.id]
