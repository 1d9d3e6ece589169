"""What Slack says of people and of who is in a channel, remembered for a while by all processes together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any, cast

from redis.asyncio import Redis

from slackbot.errors import SlackRefused
from slackbot.store import keys
from slackbot.store.conversations import available

#: Seconds for which somebody's zone, and who is in a channel, are taken as known.
PROFILE_KNOWN, MEMBERS_KNOWN = 24 * 3600, 300
#: People about whom Slack is asked at once.
_AT_ONCE = 10


@dataclass(frozen=True)
class Profile:
    """What is known of a member of the workspace."""

    #: The name of a time zone, such as ``Europe/Berlin``.
    tz: str
    #: False for a bot, for somebody who has left, and for ids that Slack doesn't know.
    is_person: bool


class Directory:
    """Every method raises StoreUnavailable, and SlackUnavailable where Slack has to be asked."""

    def __init__(
        self,
        redis: Redis,
        user: Callable[[str], Awaitable[dict[str, Any]]],
        members: Callable[[str], Awaitable[set[str]]],
    ) -> None:
        """``user`` asks Slack for a user object, ``members`` for the ids of a channel's members."""
        self._redis, self._user, self._members = redis, user, members

    async def members(self, channel: str) -> set[str]:
        """Ids of the channel's members. Raises SlackRefused for a channel that the bot is not in."""
        known = await self._known([keys.members(channel)])
        if known[0] is not None:
            return set(json.loads(known[0]))
        found = await self._members(channel)
        await self._remember(keys.members(channel), json.dumps(sorted(found)), MEMBERS_KNOWN)
        return found

    async def humans(self, ids: Collection[str]) -> set[str]:
        """Those of these ids that are people."""
        return {person for person, profile in (await self.profiles(ids)).items() if profile.is_person}

    async def profiles(self, people: Iterable[str]) -> dict[str, Profile]:
        """What is known of each of these ids."""
        ids = sorted(set(people))
        known = await self._known([keys.profile(person) for person in ids]) if ids else []
        found = {person: Profile(**json.loads(text)) for person, text in zip(ids, known, strict=True) if text}
        unknown = [person for person in ids if person not in found]
        turns = asyncio.Semaphore(_AT_ONCE)
        found.update(zip(unknown, await asyncio.gather(*(self._asked(one, turns) for one in unknown)), strict=True))
        return found

    async def _asked(self, person: str, turns: asyncio.Semaphore) -> Profile:
        async with turns:
            try:
                profile = _profile(await self._user(person))
            except SlackRefused:
                profile = Profile("", is_person=False)
        await self._remember(keys.profile(person), json.dumps(asdict(profile)), PROFILE_KNOWN)
        return profile

    @available
    async def _known(self, names: list[str]) -> list[str | None]:
        return cast(list[str | None], await self._redis.mget(names))

    @available
    async def _remember(self, name: str, text: str, seconds: int) -> None:
        await self._redis.set(name, text, ex=seconds)


def _profile(user: dict[str, Any]) -> Profile:
    return Profile(str(user.get("tz") or ""), not (user.get("is_bot") or user.get("deleted")))
