"""The same gauges for Prometheus as ``storythread status`` shows people."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from slackbot.errors import SettingsError, StoreUnavailable
from workers.standing import Standing, standing

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PREFIX = "storythread"


class _Standings(Collector):
    """Asks Redis whenever it is asked. ``storythread_up`` is 0 where that doesn't answer, and nothing else is told."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily(f"{_PREFIX}_up", "Whether Redis answers", 1)
        try:
            now = standing(self._url)
        except StoreUnavailable as error:
            log.warning("metrics: %s", error)
            up = GaugeMetricFamily(f"{_PREFIX}_up", "Whether Redis answers", 0)
            yield up
            return
        yield up
        yield from _gauges(now)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing, so that registering asks Redis nothing."""
        return iter(())


def _gauges(now: Standing) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily(f"{_PREFIX}_jobs", "Jobs of the queue", labels=["state"])
    for state, count in now.jobs.items():
        jobs.add_metric([state], count)
    workers = GaugeMetricFamily(f"{_PREFIX}_workers", "Workers", labels=["state"])
    for state in sorted({"idle", "busy", *(worker.state for worker in now.workers)}):
        workers.add_metric([state], sum(worker.state == state for worker in now.workers))
    reminders = GaugeMetricFamily(f"{_PREFIX}_reminders", "Reminders that are to fire", labels=["state"])
    for state, count in (("to_ring", now.reminders - now.overdue), ("overdue", now.overdue), ("held", now.held)):
        reminders.add_metric([state], count)
    words = "Open questions that people were reminded of"
    nudged = GaugeMetricFamily(f"{_PREFIX}_nudged_questions", words, labels=["state"])
    for state, count in now.nudged.items():
        nudged.add_metric([state], count)
    digests = GaugeMetricFamily(f"{_PREFIX}_digests", "Digests of what waits for somebody", labels=["state"])
    for state, count in (("sent", now.digests), ("on_their_way", now.digests_on_their_way)):
        digests.add_metric([state], count)
    yield from (jobs, workers, reminders, nudged, digests)
    ages = max((worker.silent_for for worker in now.workers), default=0.0)
    for name, words, value in (
        ("oldest_job_seconds", "For how long the oldest job has waited", now.oldest_job),
        ("worker_silence_seconds", "Longest time since a worker's sign of life", ages),
        ("schedule_kept", "Whether a worker keeps the schedule", now.schedule_kept),
        ("reminder_overdue_seconds", "How late the reminder is that is overdue longest", now.most_overdue),
        ("sessions_open", "Sessions that are not over", now.sessions),
        ("conversations_to_carry_on", "Conversations that wait for a step", now.to_do),
        ("conversations_to_draw", "Conversations whose thread is to be drawn", now.to_draw),
        ("oldest_wait_seconds", "For how long one of these has waited", now.oldest_to_do),
    ):
        yield GaugeMetricFamily(f"{_PREFIX}_{name}", words, float(value))


def metrics(redis_url: str) -> bytes:
    """All gauges as Prometheus reads them. Blocks."""
    return generate_latest(_registry(redis_url))


def serve_metrics(redis_url: str, host: str, port: int) -> None:
    """Serves them at ``/metrics`` from a thread of this process. Raises SettingsError where the port is taken."""
    try:
        start_http_server(port, addr=host, registry=_registry(redis_url))
    except OSError as error:
        raise SettingsError(f"--metrics-port {port} can't be used ({error.strerror}); name a free one") from None


def _registry(redis_url: str) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Standings(redis_url))
    return registry
