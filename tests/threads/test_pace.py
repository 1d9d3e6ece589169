"""The budget of edits: never more in any minute, a third of them kept for what is urgent, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.threads import pace
from slackbot.threads.pace import Pace


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@given(st.integers(1, 12), st.lists(st.floats(0, 40), min_size=1, max_size=40))
def test_no_minute_has_more_calls_than_the_budget_and_no_call_waits_longer_than_one(
    budget: int, pauses: list[float]
) -> None:
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "sleep", clock.sleep)
        times = asyncio.run(taken(Pace(budget, clock), clock, pauses))
    for index, (asked, at) in enumerate(times):
        assert at - asked <= 60.1
        in_that_minute = [other for _, other in times[: index + 1] if other > at - 60]
        assert len(in_that_minute) <= budget


async def taken(made: Pace, clock: Clock, pauses: list[float]) -> list[tuple[float, float]]:
    """When each call was asked for, and when it was made."""
    times = []
    for pause in pauses:
        clock.now += pause
        asked = clock.now
        await made.take()
        times.append((asked, clock.now))
    return times


@pytest.mark.parametrize(("budget", "spare"), [(1, 1), (2, 1), (3, 2), (45, 30)])
async def test_two_thirds_may_be_spent_on_what_can_wait_but_one_call_always(budget: int, spare: int) -> None:
    clock = Clock()
    made = Pace(budget, clock)
    for _ in range(spare):
        assert made.has_spare
        await made.take()
    assert not made.has_spare
    clock.now += pace._WINDOW
    assert made.has_spare


async def test_those_who_wait_for_the_same_budget_all_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_WINDOW", 0.05)
    made = Pace(2)
    async with asyncio.timeout(60):
        await asyncio.gather(*(made.take() for _ in range(9)))
    assert len(made._spent) <= 2
