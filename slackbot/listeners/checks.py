"""Gold questions, asked of one person: the button, the modal; and ``/teach crowd`` for administrators."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.change import Fields, named, notice
from slackbot.blocks.gold import ANSWER, CHECK, CHECK_VIEW, answered_modal, check_modal, crowd_text
from slackbot.errors import Refused, WorldError
from slackbot.listeners.parsing import Json, person_of, sorry, team_of
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Teaching

HELP = "*/teach crowd*: how reliable everybody is, and by what they are judged; for administrators."
_NONE_LEFT = "There is nothing to ask you just now."


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    once = Repeats().once
    app.action(CHECK)(once(_open(teaching)))
    app.view(CHECK_VIEW)(once(_answer(teaching)))


def _open(teaching: Teaching) -> Listener:
    async def open_modal(ack: Ack, body: Json, _: Json) -> None:
        gold = await teaching.checks.next(team_of(body), person_of(body))
        view = check_modal(gold) if gold else notice(_NONE_LEFT)
        if "view" in body:
            await teaching.slack.update_view(body["view"]["id"], view)
        else:
            await teaching.slack.open_view(body["trigger_id"], view)
        await ack()

    return open_modal


def _answer(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        team, person = team_of(body), person_of(body)
        picked = Fields(view["state"]["values"])[ANSWER] or ""
        try:
            answer = named(picked, await teaching.checks.choices(team, teaching.loop.core.domain)) or ""
            gold = await teaching.checks.answer(team, person, view["private_metadata"], answer)
            more = await teaching.checks.next(team, person) is not None
        except Refused as refusal:
            await ack(response_action="update", view=notice(str(refusal)))
            return
        except WorldError as error:
            await ack(response_action="errors", errors={ANSWER: sorry(error)})
            return
        await ack(response_action="update", view=answered_modal(gold, answer, more=more))

    return submit


async def crowd(teaching: Teaching, body: Json, _: str) -> str:
    """What is known of everybody. Raises Refused for those who may not see it."""
    known, settings = await teaching.reporting.everybody(body["team_id"], body["channel_id"], body["user_id"])
    return crowd_text(known, settings)
