"""Switches that make the workspace behave as Slack does on a bad day."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

#: In place of a method's name: the next call, whatever it is.
ANY_METHOD = "*"


@dataclass
class Failure:
    """What a call gets in place of its answer: an HTTP status, or an error name with HTTP 200."""

    status: int = 200
    error: str | None = None
    retry_after: int = 1


@dataclass
class Faults:
    """All of them off at first. A switch with a count turns itself off again."""

    #: Seconds before any Web API call is looked at.
    delay: float = 0.0
    #: Seconds by method, beside `delay`.
    delays: dict[str, float] = field(default_factory=dict)
    _failures: dict[str, deque[Failure]] = field(default_factory=dict)
    _cut_answers: Counter[str] = field(default_factory=Counter)
    _lost_acks: int = 0
    _disconnect: Callable[[str | None], None] | None = None

    def fail_next(self, method: str, failure: int | str, times: int = 1, *, retry_after: int = 1) -> None:
        """The next calls of a method do nothing and get an HTTP status (429 as Slack's, others without JSON) or,
        for a string, ``ok: false`` with that error.
        """
        made = Failure(status=failure, retry_after=retry_after) if isinstance(failure, int) else Failure(error=failure)
        self._failures.setdefault(method, deque()).extend([made] * times)

    def drop_response_after(self, method: str, times: int = 1) -> None:
        """The next calls of a method take effect, but the connection is cut before the answer."""
        self._cut_answers[method] += times

    def drop_next_ack(self, times: int = 1) -> None:
        """The app's next acknowledgements are lost on their way: Slack behaves as if the app had been silent."""
        self._lost_acks += times

    def disconnect_sockets(self, reason: str | None = "refresh_requested") -> None:
        """Ask every Socket Mode connection to go, as Slack does; None cuts them without a word."""
        if self._disconnect is not None:
            self._disconnect(reason)

    def on_disconnect(self, disconnect: Callable[[str | None], None]) -> None:
        """Name who closes the connections."""
        self._disconnect = disconnect

    async def wait(self, method: str) -> None:
        """Wait as long as `delay` and `delays` say."""
        seconds = self.delay + self.delays.get(method, 0.0)
        if seconds > 0:
            await asyncio.sleep(seconds)

    def next_failure(self, method: str) -> Failure | None:
        """The failure this call of a method gets, if any."""
        waiting = self._failures.get(method) or self._failures.get(ANY_METHOD)
        return waiting.popleft() if waiting else None

    def planned_failures(self) -> dict[str, list[Failure]]:
        """The failures that calls will still get, by method."""
        return {method: list(waiting) for method, waiting in self._failures.items() if waiting}

    def forget_failures(self) -> None:
        """Let calls succeed again."""
        self._failures.clear()

    @property
    def lost_acks(self) -> int:
        """How many acknowledgements will still be lost."""
        return self._lost_acks

    @lost_acks.setter
    def lost_acks(self, count: int) -> None:
        self._lost_acks = count

    def cuts_answer(self, method: str) -> bool:
        """Whether this call's answer is lost."""
        if not self._cut_answers[method]:
            return False
        self._cut_answers[method] -= 1
        return True

    def loses_ack(self) -> bool:
        """Whether this acknowledgement is lost."""
        if not self._lost_acks:
            return False
        self._lost_acks -= 1
        return True
