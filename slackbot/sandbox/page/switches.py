"""The panel's switches for faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slackbot.sandbox.delivery import Deliverer
from slackbot.sandbox.faults import ANY_METHOD, Failure, Faults
from slackbot.sandbox.page.verbs import BadRequest
from slackbot.sandbox.shapes import JSON

MOST_DELAY = 60_000  # milliseconds
MOST_TIMES = 1000


@dataclass
class Switches:
    """Shows the switches, and sets those that are named."""

    faults: Faults
    deliverer: Deliverer

    def as_dict(self) -> JSON:
        """How they stand; counts are what is left of them."""
        planned = self.faults.planned_failures()
        return {
            "copies": self.deliverer.copies,
            "delay_ms": round(self.faults.delay * 1000),
            "drop_next_ack": self.faults.lost_acks,
            "fail_next": [_planned(method, failures) for method, failures in planned.items()],
        }

    def set(self, wanted: JSON) -> None:
        """Set what is named. BadRequest, with nothing set."""
        unknown = set(wanted) - {"copies", "delay_ms", "drop_next_ack", "fail_next", "disconnect"}
        if unknown:
            raise BadRequest(f"there is no switch {', '.join(sorted(unknown))}")
        copies = _whole(wanted, "copies", 1, 2)
        delay = _whole(wanted, "delay_ms", 0, MOST_DELAY)
        lost = _whole(wanted, "drop_next_ack", 0, MOST_TIMES)
        failing = _failing(wanted["fail_next"]) if wanted.get("fail_next") is not None else None
        if copies is not None:
            self.deliverer.copies = copies
        if delay is not None:
            self.faults.delay = delay / 1000
        if lost is not None:
            self.faults.lost_acks = lost
        if "fail_next" in wanted:
            self._fail(failing)
        if wanted.get("disconnect"):
            self.faults.disconnect_sockets()

    def _fail(self, failing: tuple[str, int | str, int, int] | None) -> None:
        if failing is None:
            self.faults.forget_failures()
            return
        method, failure, times, retry_after = failing
        self.faults.fail_next(method, failure, times, retry_after=retry_after)


def _failing(given: Any) -> tuple[str, int | str, int, int]:
    if not isinstance(given, dict):
        raise BadRequest("'fail_next' must be an object, or null to forget all")
    method, failure = given.get("method", ANY_METHOD), given.get("failure", 500)
    if not isinstance(method, str) or not method:
        raise BadRequest("'method' must be a method's name or *")
    if isinstance(failure, str) and failure.isdigit():
        failure = int(failure)
    if isinstance(failure, bool) or not isinstance(failure, int | str) or not failure:
        raise BadRequest("'failure' must be an HTTP status or an error's name")
    if isinstance(failure, int) and not 400 <= failure <= 599:
        raise BadRequest("'failure' must be a status from 400 to 599")
    times = _whole(given, "times", 1, MOST_TIMES)
    retry_after = _whole(given, "retry_after", 0, 3600)
    return method, failure, times or 1, 1 if retry_after is None else retry_after


def _whole(given: JSON, name: str, least: int, most: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadRequest(f"{name!r} must be a whole number from {least} to {most}")
    return value


def _planned(method: str, failures: list[Failure]) -> JSON:
    first = failures[0]
    return {
        "method": method,
        "failure": first.error or first.status,
        "times": len(failures),
        "retry_after": first.retry_after,
    }
