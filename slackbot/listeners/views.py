"""Submitted modals: a changed turn becomes a vote; a new intent, action or response joins the session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.change import CHANGE_VIEW, NAME, NEW_VIEWS, TEXT, change_modal, field
from slackbot.blocks.kit import plain_text, section
from slackbot.errors import Refused
from slackbot.learning.draft import Draft
from slackbot.learning.question import PartKind
from slackbot.listeners import fields
from slackbot.listeners.parsing import Json, person_of
from slackbot.teaching import Teaching

Ack = Callable[..., Awaitable[Any]]


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    app.view(CHANGE_VIEW)(_change(teaching))
    for callback_id in NEW_VIEWS:
        app.view(callback_id)(_new(teaching))


def _change(teaching: Teaching) -> Callable[..., Awaitable[None]]:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        try:
            draft, conversation = await teaching.kept(view["private_metadata"])
            draft, errors = fields.submitted(draft, view["state"]["values"], conversation)
            if errors:
                await ack(response_action="errors", errors=errors)
                return
            await teaching.submit(person_of(body), draft, conversation)
        except Refused as refusal:
            await ack(response_action="update", view=_notice(str(refusal)))
            return
        await ack(response_action="clear")

    return submit


def _new(teaching: Teaching) -> Callable[..., Awaitable[None]]:
    async def submit(ack: Ack, body: Json, view: Json) -> None:
        kind, token = NEW_VIEWS[view["callback_id"]], view["private_metadata"]
        values = view["state"]["values"]
        name, text = (field(values, NAME, NAME) or "").strip(), field(values, TEXT, TEXT) or ""
        try:
            draft, conversation = await teaching.kept(token)
        except Refused as refusal:
            await ack(response_action="update", view=_notice(str(refusal)))
            return
        try:
            await teaching.add(person_of(body), conversation, kind, name, text)
        except Refused as refusal:
            await ack(response_action="errors", errors={NAME: str(refusal)})
            return
        draft = _with_new(draft, kind, name).redrawn()
        await teaching.keep(draft, token)
        await teaching.slack.update_view(view["previous_view_id"], change_modal(draft, token))
        await ack()

    return submit


def _with_new(draft: Draft, kind: str, name: str) -> Draft:
    """The draft with what was just added chosen in the first place where it can stand."""
    places = draft.open_parts(PartKind.INTENT if kind == "intent" else PartKind.ACTION)
    return draft.with_answer(places[0], name) if places else draft


def _notice(text: str) -> Json:
    return {
        "type": "modal",
        "title": plain_text("Not counted", 24),
        "close": plain_text("Close", 24),
        "blocks": [section(text)],
    }
