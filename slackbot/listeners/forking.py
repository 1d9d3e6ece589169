"""*Fork…*: a modal to pick the turn before which a branch begins."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.change import Fields, notice
from slackbot.blocks.turns import FORK_VIEW, TURN, fork_modal
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.errors import Refused, WorldError
from slackbot.listeners.parsing import Json, person_of, place_of, sorry
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Teaching

log = logging.getLogger(__name__)


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    app.view(FORK_VIEW)(Repeats().once(_picked(teaching)))


async def ask_where(teaching: Teaching, body: Json, button: SessionButton) -> None:
    """Opens the modal. Raises Refused."""
    turns = await teaching.forking.turns(place_of(body), person_of(body), button)
    await teaching.slack.open_view(body["trigger_id"], fork_modal(button, turns))


def _picked(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        button = SessionButton.unpack(view["private_metadata"])
        choice = SessionChoice(Fields(view["state"]["values"])[TURN], button.conversation, button.version)
        try:
            await teaching.forking.fork(person_of(body), choice, view["id"])
        except (Refused, WorldError) as error:
            if isinstance(error, WorldError):
                log.warning("a fork: %s", error)
            words = str(error) if isinstance(error, Refused) else sorry(error)
            await ack(response_action="update", view=notice(words, "Not forked"))
            return
        await ack(response_action="clear")

    return submit
