"""The reminders benchmark counts what real workers fire."""

from __future__ import annotations

import pytest

from benchmarks.measuring import Progress
from benchmarks.reminders import Sizes, measure


@pytest.mark.slow
async def test_a_small_run_loses_and_repeats_nothing(redis_url: str) -> None:
    result = await measure(redis_url, Sizes(reminders=300, window=2.0, workers=1), Progress())
    assert (result["scheduled"], result["cancelled"], result["came_due"]) == (300, 30, 30)
    assert (result["lost"], result["duplicates"], result["cancelled_but_fired"]) == (0, 0, 0)
    assert result["lateness_p99"] >= 0
    assert {"lateness_p50", "cancel_by_name_ms", "cancel_by_intent_ms"} <= result.keys()
