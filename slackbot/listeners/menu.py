"""The menu on a session's first message."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.menu import MENU, Choice
from slackbot.blocks.values import SessionChoice
from slackbot.learning.controls import Control
from slackbot.listeners.forking import ask_where
from slackbot.listeners.parsing import Json, Press, person_of, place_of, press, whisper
from slackbot.listeners.picture import drawing
from slackbot.listeners.repeats import Repeats
from slackbot.listeners.undoing import ask_how_far
from slackbot.teaching import Teaching


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    app.action(MENU)(Repeats().once(press(teaching, _choose(teaching))))


def _choose(teaching: Teaching) -> Press:
    async def choose(body: Json, action: Json) -> str | None:
        choice = SessionChoice.unpack(action["selected_option"]["value"])
        place, person = place_of(body), person_of(body)
        if choice.choice == Choice.UNDO_SEVERAL:
            await ask_how_far(teaching, body, choice.button)
            return None
        if choice.choice == Choice.PICTURE:
            return await drawing(teaching, place, person, choice.conversation, body["trigger_id"])
        if choice.choice == Choice.FORK:
            await ask_where(teaching, body, choice.button)
            return None
        done = await teaching.sessions.control(place, person, Control(choice.choice), choice.button)
        if isinstance(done, str):
            return done
        await whisper(teaching, body, done.text, done.blocks)
        return None

    return choose
