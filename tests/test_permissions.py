"""Who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from slackbot.errors import Refused
from slackbot.learning.session import Session
from slackbot.permissions import Permissions, Right

SESSION = Session(team="T", channel="C", owner="owner", speaker="speaker", quorum=1, started_at=0.0)


class Channel:
    """The members of one channel, and how often they were asked for."""

    def __init__(self, *members: str) -> None:
        self.present = set(members)
        self.asked = 0

    async def members(self, channel: str) -> set[str]:
        assert channel == "C"
        self.asked += 1
        return set(self.present)


@pytest.mark.parametrize("right", Right)
async def test_strangers_may_nothing(right: Right) -> None:
    with pytest.raises(Refused, match="Only members of this channel may"):
        await Permissions(Channel("owner").members).require(right, "stranger", "C", SESSION)


async def test_members_may_vote_and_start_but_only_owner_and_speaker_control() -> None:
    permissions = Permissions(Channel("owner", "speaker", "member").members)
    await permissions.require(Right.START, "member", "C")
    await permissions.require(Right.VOTE, "member", "C")
    for person in ("owner", "speaker"):
        await permissions.require(Right.CONTROL, person, "C", SESSION)
    with pytest.raises(Refused, match="Only <@owner> and <@speaker> may do this"):
        await permissions.require(Right.CONTROL, "member", "C", SESSION)


async def test_known_members_are_not_looked_up_again_and_again() -> None:
    """Slack allows a hundred lookups a minute; a busy thread has more presses."""
    channel = Channel("ada", "ben")
    permissions = Permissions(channel.members)
    for _ in range(20):
        for person in ("ada", "ben"):
            await permissions.require(Right.VOTE, person, "C")
        with pytest.raises(Refused):
            await permissions.require(Right.VOTE, "stranger", "C")
    assert channel.asked == 1


async def test_a_new_session_looks_who_is_there_by_now() -> None:
    """Whoever was told to invite somebody can try again at once."""
    channel = Channel("ada")
    permissions = Permissions(channel.members)
    for needed, wrong in (("bot", "Invite me first"), ("ben", "<@ben> is not in this channel")):
        with pytest.raises(Refused, match=wrong):
            await permissions.require_session("C", "ada", "ben", "bot")
        channel.present.add(needed)
    await permissions.require_session("C", "ada", "ben", "bot")
    with pytest.raises(Refused, match="can't be the speaker"):
        await permissions.require_session("C", "ada", "bot", "bot")


async def test_bots_are_not_among_those_who_can_vote() -> None:
    """Others than the app's own too; in a large channel a few of them make no difference, and nobody is looked up."""
    asked = []

    async def humans(ids: Collection[str]) -> set[str]:
        asked.append(len(ids))
        return {one for one in ids if "bot" not in one}

    channel = Channel("ada", "ben", "bot", "otherbot")
    permissions = Permissions(channel.members, humans=humans, adjudicators=["judge"])
    assert await permissions.annotators("C", "bot") == 2
    assert await permissions.people("C") == {"ada", "ben", "judge"}
    large = Permissions(Channel("bot", *(f"p{n}" for n in range(40))).members, humans=humans)
    assert await large.annotators("C", "bot") == 40
    assert asked == [3, 5]


async def test_nobody_waits_for_long_to_learn_who_is_a_bot() -> None:
    async def never(_: Collection[str]) -> set[str]:
        await asyncio.Event().wait()
        raise AssertionError

    assert await Permissions(Channel("ada", "ben", "bot").members, humans=never).annotators("C", "bot") == 2
