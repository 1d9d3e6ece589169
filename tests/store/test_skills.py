"""The latest estimate of people's skills is kept whole, with a version."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from slackbot.crowd.quorum import Skill
from slackbot.errors import StoreUnavailable
from slackbot.store.server import connect
from slackbot.store.skills import Estimate, Skills


async def test_nothing_is_known_before_the_first_estimate(redis: Redis) -> None:
    assert await Skills(redis).estimate("T1") == Estimate()
    assert await Skills(redis).skills("T1") == {}


async def test_each_estimate_takes_the_place_of_the_one_before(redis: Redis) -> None:
    skills = Skills(redis)
    assert await skills.save("T1", {"U1": Skill(3, 1), "U2": Skill(1, 0)}, questions=5) == 1
    assert await skills.save("T1", {"U1": Skill(4.25, 1)}, questions=6) == 2
    assert await skills.skills("T1") == {"U1": Skill(4.25, 1)}
    assert await skills.skills("T2") == {}, "another workspace knows nothing of it"
    estimate = await skills.estimate("T1")
    assert (estimate.version, estimate.questions) == (2, 6)
    assert estimate.at > 0


async def test_a_store_that_is_not_there_is_said_to_be_unavailable() -> None:
    redis = connect("unix:///nowhere/at/all")
    with pytest.raises(StoreUnavailable):
        await Skills(redis).skills("T1")
    await redis.aclose()
