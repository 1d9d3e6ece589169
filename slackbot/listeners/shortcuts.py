"""What is in the menu of a message."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot.errors import Refused, WorldError
from slackbot.listeners.parsing import Json, person_of, sorry, team_of, whisper
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Place, Teaching

REOPEN = "reopen_question"


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    app.shortcut(REOPEN)(Repeats().once(_reopen(teaching)))


def _reopen(teaching: Teaching) -> Listener:
    async def reopen(ack: Ack, body: Json, _: Any) -> None:
        message = body["message"]
        place = Place(team_of(body), body["channel"]["id"], message.get("thread_ts"))
        words = "It is asked again; what was decided after it is taken back."
        try:
            await teaching.adjudicating.reopen(place, person_of(body), message["ts"])
        except (Refused, WorldError) as error:
            words = str(error) if isinstance(error, Refused) else sorry(error)
        await ack()
        await whisper(teaching, body, words)

    return reopen
