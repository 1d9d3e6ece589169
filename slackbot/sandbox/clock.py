"""The workspace's time: wall time that a test can move forward, and message timestamps that never repeat."""

from __future__ import annotations

import time
from pathlib import Path

from slackbot.clock import set_ahead


class Clock:
    """Everything in the sandbox that expires or is dated asks this clock."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._last_micros = 0
        self._shared: Path | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move time forward, so that what expires (trigger ids, response URLs, rate limits) has expired.

        Waits for acknowledgements and retries are not shortened by it.
        """
        self._ahead += seconds
        self._tell()

    def share(self, place: Path) -> None:
        """Let the app's processes have the same time: those whose environment names this file (``clock.VARIABLE``)."""
        self._shared = place
        self._tell()

    def _tell(self) -> None:
        if self._shared is not None:
            set_ahead(self._shared, self._ahead)

    def restart_after(self, ts: str) -> None:
        """Let every timestamp from now on be greater than this one."""
        seconds, _, micros = ts.partition(".")
        self._last_micros = max(self._last_micros, int(seconds) * 1_000_000 + int(micros or 0))

    def next_ts(self) -> str:
        """A message timestamp, ``seconds.micros``, greater than every one before."""
        self._last_micros = max(int(self.now() * 1_000_000), self._last_micros + 1)
        seconds, micros = divmod(self._last_micros, 1_000_000)
        return f"{seconds}.{micros:06d}"
