"""Messages in threads: new, edited, deleted."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from slackbot.listeners.parsing import Json, team_of
from slackbot.missed import is_spoken, moment_of
from slackbot.teaching import Place, Teaching


def register(app: AsyncApp, teaching: Teaching) -> None:
    """Registers the listeners of this module."""

    @app.event("message")
    async def message(event: Json, body: Json, context: AsyncBoltContext) -> None:
        match event.get("subtype"):
            case "message_changed":
                await _changed(teaching, event, body)
            case "message_deleted":
                await _deleted(teaching, event, body)
            case _ if is_spoken(event):
                place = Place(team_of(body), event["channel"], event.get("thread_ts"))
                if event.get("parent_user_id") == context.bot_user_id:
                    await teaching.speaking.adopt(place)
                await teaching.speaking.heard(place, event["user"], event["ts"], event["text"])


async def _changed(teaching: Teaching, event: Json, body: Json) -> None:
    message, before = event["message"], event.get("previous_message") or {}
    edited = (message.get("edited") or {}).get("ts")
    if edited is None or message.get("text") == before.get("text"):
        return  # Slack also says so when it adds a preview of a link
    place = Place(team_of(body), event["channel"], message.get("thread_ts"))
    moment = moment_of(edited, event["event_ts"])
    await teaching.speaking.changed(place, message.get("user", ""), message["ts"], message.get("text"), moment)


async def _deleted(teaching: Teaching, event: Json, body: Json) -> None:
    before = event.get("previous_message") or {}
    place = Place(team_of(body), event["channel"], before.get("thread_ts"))
    await teaching.speaking.changed(place, before.get("user", ""), event["deleted_ts"], None, event["event_ts"])
