"""Jobs, enqueued once, done by real worker processes, and done again when one of those is killed."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from rq import Queue
from rq.job import JobStatus

from slackbot.errors import StoreUnavailable
from slackbot.settings import Settings
from slackbot.store.server import EmbeddedServer, connect_sync
from workers.queue import enqueue_once, job_id_for, job_queue
from workers.worker import run_worker

BOUND = 100.0  # seconds

#: What jobs do here: they leave lines in a file, and some wait there for a line of ours.
JOBS = """
import os, time
from pathlib import Path

def leave(path, line):
    with Path(path).open("a") as file:
        file.write(f"{line}\\n")

def leave_settings(path):
    leave(path, os.environ["REDIS_URL"] + " " + os.environ["SLACK_BOT_TOKEN"])

def wait_for_go(path):
    leave(path, f"started {os.getpid()}")
    deadline = time.monotonic() + 60
    while "go" not in Path(path).read_text().splitlines():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    leave(path, "done")

def fail_once(path):
    leave(path, "tried")
    if Path(path).read_text().count("tried") == 1:
        raise RuntimeError("the first time fails")
    leave(path, "done")
"""

WORKER = """
import os
import sys
from pathlib import Path
from slackbot.settings import Settings, configure_logging
from workers.worker import Timing, run_worker
assistant = os.environ.get("STORYTHREAD_ASSISTANT")
settings = Settings(slack_bot_token="xoxb-test", assistant=Path(assistant) if assistant else None)
configure_logging(settings)
timing = Timing(beat=1, grace=1, maintenance=0, worker_ttl=16)
run_worker(settings, sys.argv[1], timing=timing, spawn=sys.argv[2] == "spawn")
"""


class WorkerProcess:
    """A worker as people start it; ``log`` is what it says."""

    def __init__(self, url: str, folder: Path, kind: str = "fork", assistant: str = "", program: str = WORKER) -> None:
        (folder / "sample_jobs.py").write_text(JOBS)
        self.log_path = folder / f"worker-{time.monotonic_ns()}.log"
        environ = os.environ | {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}
        environ |= {"STORYTHREAD_ASSISTANT": assistant}
        with self.log_path.open("w") as log:
            command = [sys.executable, "-c", program, url, kind]
            self.process = subprocess.Popen(command, env=environ, stderr=log)

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def stop(self) -> int:
        self.process.terminate()
        try:
            return self.process.wait(BOUND / 4)
        finally:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def start(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Starts worker processes that don't outlive the test."""
    with ExitStack() as stack:

        def start_one(kind: str = "fork", url: str = redis_url) -> WorkerProcess:
            worker = WorkerProcess(url, tmp_path, kind)
            stack.callback(worker.stop)
            return worker

        yield start_one


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """The file in which jobs leave their lines."""
    path = tmp_path / "lines"
    path.write_text("")
    return path


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["fork", "spawn"])
def test_a_job_runs_and_the_log_says_so(
    queue: Queue, redis_url: str, start: Callable[..., WorkerProcess], lines: Path, kind: str
) -> None:
    enqueue_once(queue, "sample_jobs.leave_settings", str(lines), job_id="settings")
    worker = start(kind)
    wait_for(lambda: "job settings: done in" in worker.log)
    assert lines.read_text() == f"{redis_url} xoxb-test\n"
    assert worker.stop() == 0
    assert "stopping" in worker.log
    assert "Traceback" not in worker.log


@pytest.mark.slow
def test_a_job_that_fails_is_tried_again_after_a_while(
    queue: Queue, start: Callable[..., WorkerProcess], lines: Path
) -> None:
    enqueue_once(queue, "sample_jobs.fail_once", str(lines), job_id="once", retry_after=[1])
    worker = start()
    wait_for(lambda: "done" in lines.read_text())
    assert lines.read_text().splitlines() == ["tried", "tried", "done"]
    assert "it will be tried again" in worker.log
    assert worker.stop() == 0


@pytest.mark.slow
def test_the_job_of_a_killed_worker_is_done_by_another(
    queue: Queue, start: Callable[..., WorkerProcess], lines: Path
) -> None:
    enqueue_once(queue, "sample_jobs.wait_for_go", str(lines), job_id="wait", retry_after=[1, 1])
    first = start()
    wait_for(lambda: "started" in lines.read_text())
    first.process.kill()
    first.process.wait()
    os.kill(int(lines.read_text().split()[1]), signal.SIGKILL)
    second = start()
    wait_for(lambda: lines.read_text().count("started") == 2)
    with lines.open("a") as file:
        file.write("go\n")
    wait_for(lambda: "job wait: done" in second.log)
    assert lines.read_text().splitlines()[2:] == ["go", "done"]


def test_a_job_enqueued_right_after_a_worker_was_killed_goes_to_the_next_one(
    queue: Queue, start: Callable[..., WorkerProcess], lines: Path
) -> None:
    first = start()
    wait_for(lambda: "ready" in first.log)
    wait_for(lambda: any("b" in one["flags"] for one in queue.connection.client_list()))
    first.process.kill()
    first.process.wait()
    enqueue_once(queue, "sample_jobs.leave", str(lines), "done", job_id="next")
    start()
    wait_for(lambda: "done" in lines.read_text())


def test_asked_to_stop_it_finishes_the_running_job_and_starts_no_other(
    queue: Queue, start: Callable[..., WorkerProcess], lines: Path
) -> None:
    enqueue_once(queue, "sample_jobs.wait_for_go", str(lines), job_id="running")
    enqueue_once(queue, "sample_jobs.leave", str(lines), "other", job_id="other")
    worker = start()
    wait_for(lambda: "started" in lines.read_text())
    worker.process.terminate()
    wait_for(lambda: "as soon as the running job is done" in worker.log)
    with lines.open("a") as file:
        file.write("go\n")
    assert worker.process.wait(BOUND) == 0
    assert lines.read_text().splitlines()[1:] == ["go", "done"]
    assert "other" in queue.job_ids


def test_a_killed_worker_leaves_no_process_that_keeps_the_server_running(
    start: Callable[..., WorkerProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "with_server.py").write_text(
        WORKER.replace("run_worker(", "with EmbeddedServer(Path('data')) as url:\n    run_worker(")
        .replace("sys.argv[1]", "url")
        .replace("sys.argv[2] == 'spawn'", "False")
        .replace("import sys", "import sys\nfrom slackbot.store.server import EmbeddedServer")
    )
    with EmbeddedServer(tmp_path / "data") as url:
        worker = subprocess.Popen([sys.executable, "with_server.py", "", "fork"], stderr=subprocess.DEVNULL)
        with connect_sync(url) as client:
            wait_for(lambda: client.keys("rq:scheduler:*"))
            worker.kill()
            worker.wait()
            wait_for(lambda: not client.keys("rq:scheduler:*"))
            pid = client.info("server")["process_id"]
    assert not (tmp_path / "data" / "valkey" / "valkey.pid").exists(), pid


def test_asked_to_stop_while_maintenance_is_due_it_stops(
    queue: Queue, start: Callable[..., WorkerProcess], lines: Path
) -> None:
    enqueue_once(queue, "sample_jobs.wait_for_go", str(lines), job_id="running")
    worker = start()
    wait_for(lambda: "started" in lines.read_text())
    worker.process.terminate()
    wait_for(lambda: "as soon as" in worker.log)
    with lines.open("a") as file:
        file.write("go\n")
    assert worker.process.wait(BOUND / 4) == 0


def test_redis_that_is_down_at_the_start_is_one_line() -> None:
    with pytest.raises(StoreUnavailable, match=r"^Redis does not answer .*; start it, or correct REDIS_URL$"):
        run_worker(Settings(), "unix:///nowhere/socket")


def test_redis_that_goes_away_is_waited_for(start: Callable[..., WorkerProcess], tmp_path: Path, lines: Path) -> None:
    server = EmbeddedServer(tmp_path / "data")
    with server as url:
        worker = start(url=url)
        wait_for(lambda: "ready" in worker.log)
        with connect_sync(url) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
            server.ensure_running()
            enqueue_once(job_queue(client), "sample_jobs.leave", str(lines), "here", job_id="here")
            wait_for(lambda: "here" in lines.read_text())
        assert worker.stop() == 0


async def test_many_at_once_enqueue_one_job(queue: Queue) -> None:
    async def enqueue() -> str:
        job = await asyncio.to_thread(enqueue_once, queue, "sample_jobs.leave", "a", "b", job_id="same")
        return str(job.id)

    ids = await asyncio.gather(*(enqueue() for _ in range(20)))
    assert set(ids) == {"same"}
    assert queue.job_ids == ["same"]


@pytest.mark.parametrize("leftover", [JobStatus.FAILED, JobStatus.CANCELED, JobStatus.STOPPED])
def test_a_leftover_does_not_keep_its_job_from_running_again(queue: Queue, leftover: JobStatus) -> None:
    first = enqueue_once(queue, "sample_jobs.leave", "first", job_id="same")
    first.cancel()
    first.set_status(leftover)
    enqueue_once(queue, "sample_jobs.leave", "second", job_id="same")
    job = queue.fetch_job("same")
    assert job is not None
    assert job.args == ["second"]
    assert queue.job_ids == ["same"]


def test_jobs_are_json_and_nothing_else(queue: Queue, connection: Redis) -> None:
    job = enqueue_once(queue, os.getcwd, job_id="json")
    assert job.func_name == "posix.getcwd"
    with pytest.raises(TypeError, match="JSON"):
        enqueue_once(queue, "sample_jobs.leave", object(), job_id="object")
    assert not connection.exists("rq:job:object")


@given(st.lists(st.text() | st.integers()))
def test_any_parts_give_an_id_that_rq_takes(parts: list[str | int]) -> None:
    assert re.fullmatch(r"export_[0-9a-f]{24}", job_id_for("export", *parts))


def test_ids_tell_parts_apart() -> None:
    assert job_id_for("export", "a", "b") == job_id_for("export", "a", "b")
    assert job_id_for("export", "a", "b") != job_id_for("export", "ab")
    assert job_id_for("export", 1) != job_id_for("export", "1")
