"""How often each method may be called: Slack's tiers a minute, and chat.postMessage's pace in each channel."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Method
from slackbot.sandbox.clock import Clock

WINDOW = 60.0  # seconds
#: Messages that a channel takes at once before the pace of one a second holds.
CHANNEL_BURST = 10
#: chat.postMessage in the whole workspace, a minute.
MESSAGES_A_MINUTE = 300


@dataclass
class _Window:
    """At most `limit` calls within any minute."""

    limit: int
    times: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.times and self.times[0] <= now - WINDOW:
            self.times.popleft()
        return self.times[0] + WINDOW - now if len(self.times) >= self.limit else 0.0

    def count(self, now: float) -> None:
        self.times.append(now)


@dataclass
class _Bucket:
    """One call a second, and a few saved up."""

    saved: float = CHANNEL_BURST
    at: float = 0.0

    def wait(self, now: float) -> float:
        self.saved = min(CHANNEL_BURST, self.saved + max(0.0, now - self.at))
        self.at = now
        return 0.0 if self.saved >= 1 else 1 - self.saved

    def count(self, now: float) -> None:  # noqa: ARG002  the same shape as a window's
        self.saved -= 1


class RateLimits:
    """Counts calls by method, and messages by channel too. A call that is refused isn't counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, _Window] = {}
        self._buckets: dict[str, _Bucket] = {}

    def wait_for(self, method: Method, arguments: Arguments) -> int:
        """0 if the call may go ahead, which counts it, else the whole seconds to wait."""
        now = self._clock.now()
        limits: list[_Window | _Bucket] = [self._window(method)]
        if method.name == "chat.postMessage":
            limits.append(self._buckets.setdefault(str(arguments.values.get("channel")), _Bucket()))
        wait = max(limit.wait(now) for limit in limits)
        if wait > 0:
            return math.ceil(wait)
        for limit in limits:
            limit.count(now)
        return 0

    def _window(self, method: Method) -> _Window:
        limit = MESSAGES_A_MINUTE if method.name == "chat.postMessage" else method.tier.value
        return self._windows.setdefault(method.name, _Window(limit))
