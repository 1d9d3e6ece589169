"""Periodic jobs: each is begun by one process at a time, however many workers there are, and runs once at a time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from redis import Redis as SyncRedis

from slackbot.store import keys
from workers.queue import enqueue_once, job_queue

#: Seconds that a periodic job may take, and after which it is tried again once where it failed.
_TIMEOUT, _RETRY_AFTER = 1800, (30,)


@dataclass(frozen=True)
class Periodic:
    """A job that is done again and again."""

    name: str
    #: Where a worker finds its function.
    function: str
    #: Seconds between two beginnings.
    every: float


PERIODIC = (
    Periodic("recover", "workers.housekeeping.recover", 60),
    Periodic("retrain", "workers.housekeeping.retrain", 60),
    Periodic("nudge", "workers.nudges.nudge", 60),
    Periodic("skills", "workers.housekeeping.estimate_all_skills", 3600),
    Periodic("expire", "workers.housekeeping.expire", 3600),
)


class Housekeeper:
    """Begins what is due. Held by whoever keeps RQ's schedule; two of them at once begin nothing twice."""

    def __init__(self, connection: SyncRedis) -> None:
        self._connection = connection
        script = files("slackbot.store") / "lua" / "claim.lua"
        self._claim = connection.register_script(script.read_text(encoding="utf-8"))
        self._ask_at = dict.fromkeys(PERIODIC, 0.0)

    def begin(self, now: float) -> list[str]:
        """Enqueues the jobs whose time has come; their names. ``now`` in Unix seconds. Raises RedisError."""
        begun = []
        for job, ask_at in self._ask_at.items():
            if abs(now - ask_at) < job.every / 10:  # so that not everybody asks every second
                continue
            self._ask_at[job] = now
            if self._claim(keys=[keys.PERIODIC], args=[job.name, now, job.every]):
                enqueue_once(
                    job_queue(self._connection),
                    job.function,
                    job_id=f"periodic_{job.name}",
                    retry_after=_RETRY_AFTER,
                    timeout=_TIMEOUT,
                    keep_result=False,
                )
                begun.append(job.name)
        return begun
