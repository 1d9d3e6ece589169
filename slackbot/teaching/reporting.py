"""What people are told about the votes and about each other."""

from __future__ import annotations

from slackbot.crowd.gold import Checked
from slackbot.permissions import Right
from slackbot.teaching.place import Place
from slackbot.teaching.services import Services


class Reporting:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services) -> None:
        self._permissions, self._checks, self._requests = services.permissions, services.checks, services.requests

    async def everybody(self, team: str, channel: str, person: str) -> tuple[Checked, str]:
        """What is known of everybody, for administrators, and how gold questions come about. Raises Refused."""
        await self._permissions.require(Right.ADMINISTER, person, channel)
        return await self._checks.known(team), self._checks.described

    async def statistics(self, place: Place, person: str, request: str) -> None:
        """Has the channel's votes counted for somebody: with names for those who may see how everybody does.

        The same ``request`` again changes nothing. Raises Refused for those who are not in the channel.
        """
        await self._permissions.require(Right.VOTE, person, place.channel)
        names = await self._permissions.may(Right.ADMINISTER, person, place.channel)
        await self._requests.statistics(place.team, place.channel, person, request, names=names)
