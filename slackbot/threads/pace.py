"""How often Slack lets us edit messages: about 50 a minute for a whole workspace."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

_WINDOW = 60.0


class Pace:
    """A budget of calls in any minute. About a third of it is kept for what is urgent."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._spent: deque[float] = deque()

    @property
    def has_spare(self) -> bool:
        """True when a call that can wait may be made now."""
        self._forget()
        return len(self._spent) < max(1, self._per_minute * 2 // 3)

    async def take(self) -> None:
        """Waits until a call may be made (a minute at most) and counts it."""
        while self._is_spent():  # noqa: ASYNC110  only time brings the budget back
            await asyncio.sleep(max(0.01, self._spent[0] + _WINDOW - self._clock()))
        self._spent.append(self._clock())

    def _is_spent(self) -> bool:
        self._forget()
        return len(self._spent) >= self._per_minute

    def _forget(self) -> None:
        while self._spent and self._spent[0] <= self._clock() - _WINDOW:
            self._spent.popleft()
