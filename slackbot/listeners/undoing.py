"""Undo of several turns: a modal to pick how far, a second to be sure."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.change import Fields, notice
from slackbot.blocks.turns import SURE_VIEW, TURN, UNDO_VIEW, sure_modal, undo_modal
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.errors import Refused, WorldError
from slackbot.listeners.parsing import Json, person_of, place_of, sorry
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Teaching

log = logging.getLogger(__name__)
_FAILED = "This came to nothing"


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    once = Repeats().once
    app.view(UNDO_VIEW)(once(_picked(teaching)))
    app.view(SURE_VIEW)(once(_sure(teaching)))


async def ask_how_far(teaching: Teaching, body: Json, button: SessionButton) -> None:
    """*Undo several…*: opens the modal. Raises Refused."""
    now, found = await teaching.undoing.points(place_of(body), person_of(body), button)
    await teaching.slack.open_view(body["trigger_id"], undo_modal(now, found))


def _picked(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        button = SessionButton.unpack(view["private_metadata"])
        choice = SessionChoice(Fields(view["state"]["values"])[TURN], button.conversation, button.version)
        try:
            point = await teaching.undoing.picked(person_of(body), choice)
            shown = sure_modal(choice, point)
        except (Refused, WorldError) as error:
            shown = notice(_words(error), _FAILED)
        await ack(response_action="update", view=shown)

    return submit


def _sure(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        try:
            await teaching.undoing.undo(person_of(body), SessionChoice.unpack(view["private_metadata"]))
        except (Refused, WorldError) as error:
            await ack(response_action="update", view=notice(_words(error), _FAILED))
            return
        await ack(response_action="clear")

    return submit


def _words(error: Refused | WorldError) -> str:
    if isinstance(error, Refused):
        return str(error)
    log.warning("an undo in a modal: %s", error)
    return sorry(error)
