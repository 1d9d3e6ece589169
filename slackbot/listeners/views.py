"""Submitted modals: a changed turn becomes a vote; a new intent, action or response joins the session."""

from __future__ import annotations

import logging

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.change import (
    CHANGE_VIEW,
    MARKUP_BLOCK,
    NAME,
    NEW_VIEWS,
    REASON,
    TEXT,
    Fields,
    change_modal,
    notice,
)
from slackbot.blocks.failure import EVENTS, EVENTS_VIEW
from slackbot.blocks.remarks import COMMENT, FLAG_VIEW
from slackbot.blocks.values import CardButton
from slackbot.errors import Refused, WorldError
from slackbot.learning.draft import Draft
from slackbot.learning.question import PartKind
from slackbot.listeners.fields import new_intents, submitted
from slackbot.listeners.parsing import Json, person_of, sorry
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Teaching

log = logging.getLogger(__name__)


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    once = Repeats().once
    app.view(CHANGE_VIEW)(once(_change(teaching)))
    app.view(EVENTS_VIEW)(once(_use_events(teaching)))
    app.view(FLAG_VIEW)(once(_flag(teaching)))
    for callback_id in NEW_VIEWS:
        app.view(callback_id)(once(_new(teaching)))


def _change(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        fields = Fields(view["state"]["values"])
        try:
            draft, conversation = await teaching.drafts.kept(view["private_metadata"])
            draft, errors = submitted(draft, fields, conversation)
            for name in () if errors else new_intents(draft, conversation):
                await teaching.voting.add(person_of(body), conversation, "intent", name, "")
            if not errors and draft.rules_on is not None:
                await teaching.adjudicating.rule(
                    person_of(body), draft, conversation, str(fields[REASON] or "").strip()
                )
            elif not errors:
                await teaching.voting.submit(person_of(body), draft, conversation)
        except Refused as refusal:
            await ack(response_action="update", view=notice(str(refusal)))
            return
        except WorldError as error:
            log.warning("a vote in a modal: %s", error)
            errors = {fields.block_id(MARKUP_BLOCK): sorry(error)}
        await (ack(response_action="errors", errors=errors) if errors else ack(response_action="clear"))

    return submit


def _use_events(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        fields = Fields(view["state"]["values"])
        try:
            button = CardButton.unpack(view["private_metadata"])
            await teaching.remedying.use_events(person_of(body), button, fields[EVENTS] or "[]")
        except (Refused, WorldError) as error:
            words = str(error) if isinstance(error, Refused) else sorry(error)
            await ack(response_action="errors", errors={EVENTS: words})
            return
        await ack(response_action="clear")

    return submit


def _flag(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        comment = (Fields(view["state"]["values"])[COMMENT] or "").strip()
        if not comment:
            await ack(response_action="errors", errors={COMMENT: "Write what is wrong."})
            return
        try:
            await teaching.voting.flag(person_of(body), CardButton.unpack(view["private_metadata"]), comment)
        except (Refused, WorldError) as error:
            words = str(error) if isinstance(error, Refused) else sorry(error)
            await ack(response_action="errors", errors={COMMENT: words})
            return
        await ack(response_action="clear")

    return submit


def _new(teaching: Teaching) -> Listener:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        kind, token = NEW_VIEWS[view["callback_id"]], view["private_metadata"]
        fields = Fields(view["state"]["values"])
        name, text = (fields[NAME] or "").strip(), fields[TEXT] or ""
        if kind == "response" and not text.strip():
            await ack(response_action="errors", errors={TEXT: "Write what the bot says."})
            return
        try:
            draft = await _added(teaching, person_of(body), token, kind, name, text)
        except (Refused, WorldError) as error:
            words = str(error) if isinstance(error, Refused) else sorry(error)
            await ack(response_action="errors", errors={NAME: words})
            return
        try:
            await teaching.slack.update_view(view["previous_view_id"], change_modal(draft, token))
        except WorldError as error:  # it is added all the same, and can be picked from the list
            log.warning("the modal with the new %s: %s", kind, error)
        await ack()

    return submit


async def _added(teaching: Teaching, person: str, token: str, kind: str, name: str, text: str) -> Draft:
    """Adds something to the session; returns the draft in which it is chosen."""
    draft, conversation = await teaching.drafts.kept(token)
    await teaching.voting.add(person, conversation, kind, name, text)
    draft = draft.with_new(PartKind.INTENT if kind == "intent" else PartKind.ACTION, name)
    await teaching.drafts.keep(draft, token)
    return draft
