"""The process behind ``storythread work``: it takes one job after the other from the queue."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

import redis
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.scheduler import RQScheduler

from slackbot import clock
from slackbot.errors import StoreUnavailable
from slackbot.settings import Settings, configure_logging
from slackbot.store.server import connect_sync
from workers.periodic import Housekeeper
from workers.queue import job_queue
from workers.reminders import ring_overdue

log = logging.getLogger(__name__)

#: Seconds after which another worker may keep the schedule when its keeper has died. RQ's own are 61.
_LOCK_SECONDS = 10
_AGAIN_AFTER = 5.0  # seconds until a worker that Redis left is started again
_SPAWNED = "from workers.worker import work_in_spawned_process; work_in_spawned_process()"


@dataclass(frozen=True)
class Timing:
    """Seconds. A job whose worker died is tried again after at most ``beat + grace + maintenance``."""

    beat: int = 10  # between signs of life of a running job
    grace: int = 20  # how late such a sign may be
    maintenance: int = 10  # between looks for abandoned jobs, and for a scheduler that died
    worker_ttl: int = 20  # how long a worker that doesn't show up counts as alive; an idle one looks 15 s before


def run_worker(
    settings: Settings, redis_url: str, *, timing: Timing | None = None, spawn: bool = sys.platform == "darwin"
) -> None:
    """Work until SIGTERM or SIGINT; a job that is running then is finished first.

    Each job runs in a process of its own that finds ``settings`` and ``redis_url`` in its environment.
    With ``spawn`` that is a new interpreter instead of a fork. When Redis goes away later, that is said
    and tried again. Raises StoreUnavailable when it is not there at the start.
    """
    os.environ.update(settings.as_environment() | {"REDIS_URL": redis_url})
    kind = SpawningWorker if spawn else JobWorker
    with connect_sync(redis_url) as connection, _handlers_restored():
        worker = _new_worker(kind, connection, timing or Timing())
        while not _works_until_stopped(worker):
            log.warning("lost Redis; starting again in %.0f s", _AGAIN_AFTER)
            time.sleep(_AGAIN_AFTER)
            with contextlib.suppress(StoreUnavailable):
                worker = _new_worker(kind, connection, timing or Timing())


def _new_worker(kind: type[JobWorker], connection: redis.Redis, timing: Timing) -> JobWorker:
    try:
        return kind(
            [job_queue(connection)],
            connection=connection,
            serializer="json",
            worker_ttl=timing.worker_ttl,
            maintenance_interval=timing.maintenance,
            job_monitoring_interval=timing.beat,
            grace=timing.grace,
        )
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise StoreUnavailable(f"Redis does not answer ({error}); start it, or correct REDIS_URL") from error


def _works_until_stopped(worker: JobWorker) -> bool:
    """False when it ended although nobody asked it to."""
    with contextlib.suppress(redis.RedisError):
        worker.work(with_scheduler=True, logging_level="WARNING")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop_now)
    return worker.asked_to_stop


def _stop_now(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  a signal handler
    raise SystemExit(0)


@contextlib.contextmanager
def _handlers_restored() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class JobWorker(Worker):
    """RQ's worker, with quick failover and a log for people."""

    max_connection_wait_time = 5.0

    def __init__(self, *args: Any, grace: int = Timing.grace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._grace = grace

    @property
    def asked_to_stop(self) -> bool:
        """Whether a signal asked it to stop."""
        return self._shutdown_requested_date is not None

    def get_heartbeat_ttl(self, job: Job) -> int:  # noqa: ARG002  RQ's signature
        """After so many seconds without a sign of life the job counts as abandoned."""
        return int(self.job_monitoring_interval) + self._grace

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Says that it is there."""
        super().bootstrap(*args, **kwargs)
        log.info("ready: waiting for jobs (process %d)", os.getpid())

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Says what starts and how it ended."""
        log.info("job %s: started", job.id)
        started = time.monotonic()
        super().execute_job(job, queue)
        log.log(*_how_it_ended(job), job.id, time.monotonic() - started)

    def handle_warm_shutdown_request(self) -> None:
        """Says what it waits for. Called by a signal, so it asks Redis nothing."""
        self._stop_requested = True  # RQ raises an exception when idle, and some code swallows that
        log.info("stopping as soon as the running job is done" if self.horse_pid else "stopping")

    def run_maintenance_tasks(self) -> None:
        """Not while stopping: it would start the scheduler again that was just stopped."""
        if not self.asked_to_stop:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]

    def stop_scheduler(self) -> None:
        """With a bound: a signal that comes while the process starts is lost."""
        process = self.scheduler._process if self.scheduler else None  # noqa: SLF001  RQ does so too
        for way in (BaseProcess.terminate, BaseProcess.kill):
            if process is not None and process.is_alive():
                way(process)
                process.join(5)

    def teardown(self) -> None:
        """Ends the thread that listens for commands even if Redis is gone."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]
        except redis.RedisError:
            with contextlib.suppress(redis.RedisError):
                self.unsubscribe()  # type: ignore[no-untyped-call]
            raise

    def take_over(self, job_id: str, execution_id: str) -> None:
        """Run a job that the worker of this name has started, in this process, which ends with it."""
        queue = job_queue(self.connection)
        job = Job.fetch(job_id, connection=self.connection, serializer=self.serializer)
        self.execution = Execution.fetch(execution_id, job_id, connection=self.connection)
        os.setpgrp()  # the worker kills the group when the job takes too long
        self.main_work_horse(job, queue)

    def _start_scheduler(self, burst: bool = False, *_: Any, **__: Any) -> None:
        """As RQ does it, but with our scheduler. ``burst`` is not supported."""
        del burst
        self.scheduler = _Scheduler(
            self.queues, connection=self.connection, logging_level="WARNING", serializer=self.serializer
        )
        if self.scheduler.acquire_locks():
            self.scheduler.start()


def _how_it_ended(job: Job) -> tuple[int, str]:
    try:
        status = job.get_status()
    except (InvalidJobOperation, NoSuchJobError, redis.RedisError):  # nothing worth more than a line
        return logging.INFO, "job %s: ended after %.1f s"
    if status == JobStatus.FINISHED:
        return logging.INFO, "job %s: done in %.1f s"
    if status in (JobStatus.SCHEDULED, JobStatus.QUEUED):
        return logging.WARNING, "job %s: failed after %.1f s; it will be tried again"
    return logging.ERROR, "job %s: failed after %.1f s for the last time"


class _Scheduler(RQScheduler):
    """RQ's scheduler process, which ends with its worker even if that was killed, and outlasts an outage."""

    def __init__(self, queues: list[Queue], connection: redis.Redis, **kwargs: Any) -> None:
        super().__init__(queues, connection=connection, **kwargs)
        self._worker_pid = os.getpid()
        self._worker_pool = connection.connection_pool
        self._housekeeper: Housekeeper | None = None  # of the process that this forks

    def start(self) -> BaseProcess:
        """Forks, sharing no connection with the worker.

        Otherwise a connection on which a killed worker waited for a job would stay open here and
        swallow the next job.
        """
        self._worker_pool.disconnect(inuse_connections=False)
        process: BaseProcess = super().start()  # type: ignore[no-untyped-call]
        return process

    def acquire_locks(self, auto_start: bool = False) -> set[str]:
        """As RQ does it, but for less time."""
        owned: set[str] = super().acquire_locks()  # type: ignore[no-untyped-call]
        self._keep_locks()
        if owned and auto_start and not (self._process and self._process.is_alive()):
            self.start()
        return owned

    def heartbeat(self) -> None:
        """Called about every second."""
        self._stop_requested = self._stop_requested or os.getppid() != self._worker_pid
        super().heartbeat()  # type: ignore[no-untyped-call]
        self._keep_locks()

    def _keep_locks(self) -> None:
        for name in self._acquired_locks:
            self.connection.expire(self.get_locking_key(name), _LOCK_SECONDS)

    def enqueue_scheduled_jobs(self) -> None:
        """What is due, reminders whose alarm was lost, and periodic jobs."""
        super().enqueue_scheduled_jobs()  # type: ignore[no-untyped-call]
        if self._acquired_locks:
            ring_overdue(self.connection, clock.now())
            self._housekeeper = self._housekeeper or Housekeeper(self.connection)
            self._housekeeper.begin(clock.now())

    def work(self) -> None:
        """Until it is stopped or its worker is gone."""
        while not self._stop_requested and os.getppid() == self._worker_pid:
            try:
                super().work()  # type: ignore[no-untyped-call]
            except (redis.ConnectionError, redis.TimeoutError) as error:
                log.warning("the scheduler can't reach Redis (%s); trying again", error)
                time.sleep(self.interval)


class SpawningWorker(JobWorker):
    """Starts an interpreter for each job, where forking is unsafe (macOS)."""

    def fork_work_horse(self, job: Job, queue: Queue) -> None:  # noqa: ARG002  RQ's signature
        """RQ's own way can't hand over a connection to a socket file; here the URL is in the environment."""
        execution = self.execution.id if self.execution else ""
        command = [sys.executable, "-c", _SPAWNED, self.key, job.id, execution]
        self._horse_pid = os.spawnv(os.P_NOWAIT, sys.executable, command)  # noqa: S606  ours


def work_in_spawned_process() -> None:
    """What the interpreter runs that SpawningWorker starts."""
    worker_key, job_id, execution_id = sys.argv[1:]
    configure_logging(Settings.from_environment(os.environ))
    connection = connect_sync(os.environ["REDIS_URL"])
    worker = JobWorker.find_by_key(worker_key, connection=connection, serializer="json")
    if not isinstance(worker, JobWorker):
        sys.exit(f"the worker {worker_key} is gone")
    worker.take_over(job_id, execution_id)
