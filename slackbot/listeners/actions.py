"""Presses on buttons: on turn cards, on a session's parent message, and inside the modals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slack_bolt.app.async_app import AsyncApp

from slackbot.blocks.card import ACCEPT, CHANGE, Card
from slackbot.blocks.change import ADD_ENTITY, NEW_VIEWS, REMOVE_ENTITY, Fields, change_modal, new_modal, notice
from slackbot.blocks.failure import REMEDIES, USE_EVENTS, events_modal
from slackbot.blocks.remarks import DECIDE, MORE, UNSURE, flag_modal
from slackbot.blocks.thread import CONTROL_ACTIONS
from slackbot.blocks.values import CardButton, EntityButton, RemarkChoice, SessionButton
from slackbot.crowd.votes import Mark
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.listeners.fields import chosen, with_marked_words
from slackbot.listeners.parsing import Json, Press, person_of, place_of, press, whisper
from slackbot.listeners.repeats import Ack, Listener, Repeats
from slackbot.teaching import Place, Teaching


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""
    once = Repeats().once
    app.action(ACCEPT)(once(press(teaching, _accept(teaching))))
    app.action(CHANGE)(once(press(teaching, _open_draft(teaching, teaching.voting.change))))
    for action_id in (UNSURE, MORE):
        app.action(action_id)(once(press(teaching, _remark(teaching))))
    app.action(DECIDE)(once(press(teaching, _open_draft(teaching, teaching.adjudicating.disputed))))
    for action_id in REMEDIES:
        app.action(action_id)(once(press(teaching, _remedy(teaching))))
    app.action(USE_EVENTS)(once(press(teaching, _use_events(teaching))))
    for action_id in CONTROL_ACTIONS:
        app.action(action_id)(once(press(teaching, _control(teaching))))
    app.action(ADD_ENTITY)(once(_in_modal(teaching, _add_entity)))
    app.action(REMOVE_ENTITY)(once(_in_modal(teaching, _remove_entity)))
    for action_id in NEW_VIEWS:
        app.action(action_id)(once(_new(teaching)))


def _accept(teaching: Teaching) -> Press:
    async def accept(body: Json, action: Json) -> None:
        button = CardButton.unpack(action["value"])
        await teaching.voting.accept(place_of(body), person_of(body), button, body["response_url"])

    return accept


Begin = Callable[[Place, str, CardButton], Awaitable[tuple[Draft, str]]]


def _open_draft(teaching: Teaching, begin: Begin) -> Press:
    """Opens the modal on what ``begin`` answers: a draft, and the token under which it is kept."""

    async def open_modal(body: Json, action: Json) -> None:
        button = CardButton.unpack(action["value"])
        draft, token = await begin(place_of(body), person_of(body), button)
        await teaching.slack.open_view(body["trigger_id"], change_modal(draft, token))

    return open_modal


def _remark(teaching: Teaching) -> Press:
    async def remark(body: Json, action: Json) -> None:
        value = action["selected_option"]["value"] if action["type"] == "overflow" else action["value"]
        choice = RemarkChoice.unpack(value)
        if choice.mark is not Mark.FLAG:
            await teaching.voting.remark(place_of(body), person_of(body), choice, body["response_url"])
            return
        message = await teaching.voting.flaggable(place_of(body), person_of(body), choice.card)
        await teaching.slack.open_view(body["trigger_id"], flag_modal(choice.card.pack(), message))

    return remark


def _remedy(teaching: Teaching) -> Press:
    async def remedy(body: Json, action: Json) -> None:
        button = CardButton.unpack(action["value"])
        await teaching.remedying.remedy(place_of(body), person_of(body), button, REMEDIES[action["action_id"]])

    return remedy


def _use_events(teaching: Teaching) -> Press:
    async def open_modal(body: Json, action: Json) -> None:
        button = CardButton.unpack(action["value"])
        name, draft = await teaching.remedying.failed_action(place_of(body), person_of(body), button)
        await teaching.slack.open_view(body["trigger_id"], events_modal(button.pack(), name, draft))

    return open_modal


def _control(teaching: Teaching) -> Press:
    async def control(body: Json, action: Json) -> str | None:
        button = SessionButton.unpack(action["value"])
        done = await teaching.sessions.control(
            place_of(body), person_of(body), CONTROL_ACTIONS[action["action_id"]], button
        )
        if isinstance(done, Card):
            await whisper(teaching, body, done.text, done.blocks)
            return None
        return done

    return control


Edit = Callable[[Draft, Fields, Conversation, str], Draft]


def _in_modal(teaching: Teaching, edit: Edit) -> Listener:
    """A listener for a button in the modal that changes the draft and draws the modal anew."""

    async def listener(ack: Ack, body: Json, action: Json) -> None:
        view = body["view"]
        token = view["private_metadata"]
        try:
            draft, conversation = await teaching.drafts.kept(token)
            fields = Fields(view["state"]["values"])
            draft = edit(chosen(draft, fields, conversation), fields, conversation, action["value"])
            await teaching.drafts.keep(draft, token)
        except Refused as refusal:
            shown = notice(str(refusal))
        else:
            shown = change_modal(draft, token)
        await ack()
        await teaching.slack.update_view(view["id"], shown)

    return listener


def _add_entity(draft: Draft, fields: Fields, conversation: Conversation, _: str) -> Draft:
    return with_marked_words(draft, fields, conversation)


def _remove_entity(draft: Draft, _: Fields, __: Conversation, value: str) -> Draft:
    return draft.without_entity(EntityButton.unpack(value).entity)


def _new(teaching: Teaching) -> Listener:
    async def push(ack: Ack, body: Json, action: Json) -> None:
        """Keeps what is chosen so far, then opens the modal that adds something."""
        view = body["view"]
        token = view["private_metadata"]
        try:
            draft, conversation = await teaching.drafts.kept(token)
            await teaching.drafts.keep(chosen(draft, Fields(view["state"]["values"]), conversation), token)
        except Refused as refusal:
            await ack()
            await teaching.slack.update_view(view["id"], notice(str(refusal)))
            return
        await teaching.slack.push_view(body["trigger_id"], new_modal(action["action_id"], token))
        await ack()

    return push
