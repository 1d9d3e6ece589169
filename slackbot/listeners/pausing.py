"""``/teach pause`` and ``/teach resume``."""

from __future__ import annotations

import re

from slackbot.errors import Refused
from slackbot.learning.controls import Control
from slackbot.listeners.parsing import Json
from slackbot.teaching import Teaching

PAUSE_HELP = (
    "*/teach pause* holds your session here: nothing is asked, decided or fired in it until */teach resume*;"
    " *in LINK* names another session."
)
_IN = re.compile(r"in\s+(\S+)")


async def pause(teaching: Teaching, body: Json, words: str) -> str:
    """Holds a session. Raises Refused."""
    return await _switch(teaching, body, words, Control.PAUSE)


async def resume(teaching: Teaching, body: Json, words: str) -> str:
    """Lets it go on. Raises Refused."""
    return await _switch(teaching, body, words, Control.RESUME)


async def _switch(teaching: Teaching, body: Json, words: str, control: Control) -> str:
    named = _IN.fullmatch(words)
    if words and named is None:
        raise Refused(PAUSE_HELP)
    thread = named[1] if named else None
    conversation = await teaching.meant.session(body["channel_id"], body["user_id"], thread)
    done = await teaching.loop.control(conversation.id, control, body["user_id"], version=None)
    teaching.advancing.wake(conversation.id)
    return done
