"""``/teach picture``: the conversation and the stories around it, drawn in the thread."""

from __future__ import annotations

import re

from slackbot.errors import Refused
from slackbot.listeners.parsing import Json
from slackbot.teaching import Place, Teaching

HELP = "*/teach picture* draws your session here and the stories around it, in its thread; *in LINK* names another."
DRAWING = "I am drawing. The picture will appear in the thread in a moment."
_IN = re.compile(r"in\s+(\S+)")


async def picture(teaching: Teaching, body: Json, words: str) -> str:
    """Asks a worker for it. Raises Refused."""
    named = _IN.fullmatch(words)
    if words and named is None:
        raise Refused(HELP)
    thread = named[1] if named else None
    conversation = await teaching.meant.shown(body["channel_id"], body["user_id"], thread)
    place = Place(body["team_id"], body["channel_id"])
    return await drawing(teaching, place, body["user_id"], conversation.id, body["trigger_id"])


async def drawing(teaching: Teaching, place: Place, person: str, conversation_id: str, request: str) -> str:
    """Has it drawn; what the person is told, with a link to the live page where there is one. Raises Refused."""
    await teaching.picturing.request(place, person, conversation_id, request)
    link = teaching.picturing.link(conversation_id)
    return f"{DRAWING} <{link}|Watch it live>: this link is good for a week." if link else DRAWING
