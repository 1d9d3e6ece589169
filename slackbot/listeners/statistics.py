"""``/teach stats``: how far a channel's people agree, and how right each of them is."""

from __future__ import annotations

from slackbot.listeners.parsing import Json
from slackbot.teaching import Place, Teaching

HELP = "*/teach stats*: how far this channel agrees, what it mixes up, and how often you gave the agreed answer."
COUNTING = (
    "I am counting. The numbers will appear here in a moment, for you alone; a picture comes as a direct message."
)


async def channel_statistics(teaching: Teaching, body: Json, _: str) -> str:
    """Asks a worker for them. Raises Refused."""
    place = Place(body["team_id"], body["channel_id"])
    await teaching.reporting.statistics(place, body["user_id"], body["trigger_id"])
    return COUNTING
