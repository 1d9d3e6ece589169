"""What listeners read out of Slack's payloads, and what every one of them does when something goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slackbot.blocks.change import notice
from slackbot.blocks.gold import check_blocks
from slackbot.errors import Refused, StoreUnavailable, Unqualified, WorldError
from slackbot.teaching import Place, Teaching

log = logging.getLogger(__name__)
Json = dict[str, Any]

NOT_STORED = "I can't reach my store just now, so nothing was recorded. Please try again in a moment."
NOT_DONE = "Slack or the assistant does not answer just now. Nothing was changed; please try again in a moment."


def sorry(error: WorldError) -> str:
    """What a person is told when the world did not let them."""
    return NOT_STORED if isinstance(error, StoreUnavailable) else NOT_DONE


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace's id."""
    team = body.get("team")
    return str((team.get("id") if isinstance(team, dict) else None) or body.get("team_id") or "")


def place_of(body: Mapping[str, Any]) -> Place:
    """Where a button in a message was pressed. Slack doesn't always say in which thread an ephemeral one is shown."""
    container, message = body.get("container") or {}, body.get("message") or {}
    thread_ts = container.get("thread_ts") or message.get("thread_ts")
    if thread_ts is None and not container.get("is_ephemeral"):
        thread_ts = message.get("ts") or container.get("message_ts")
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or ""
    return Place(team_of(body), channel, thread_ts)


def person_of(body: Mapping[str, Any]) -> str:
    """Who did it."""
    return str(body["user"]["id"])


Press = Callable[[Json, Json], Awaitable[str | None]]


def press(teaching: Teaching, handle: Press) -> Callable[..., Awaitable[None]]:
    """A listener for a press on a message's button: acknowledged once ``handle`` has stored what it comes to.

    ``handle`` gets the body and the action; what it returns, or what it is refused with, only the person sees.
    When the store is down the press is not acknowledged, and the person is told so.
    """

    async def listener(ack: Callable[..., Awaitable[Any]], body: Json, action: Json) -> None:
        try:
            words = await handle(body, action)
        except Unqualified as refusal:
            await ack()
            await whisper(teaching, body, str(refusal), check_blocks(str(refusal)))
            return
        except (Refused, ValueError) as error:
            words = str(error) if isinstance(error, Refused) else "This button is not one of mine."
        except StoreUnavailable:
            await whisper(teaching, body, NOT_STORED)
            raise
        except WorldError as error:
            log.warning("%s: %s", action.get("action_id"), error)
            words = NOT_DONE
        await ack()
        if words:
            await whisper(teaching, body, words)

    return listener


async def whisper(teaching: Teaching, body: Json, words: str, blocks: list[Json] | None = None) -> None:
    """Shows a line to the person who pressed, and to nobody else."""
    if url := body.get("response_url"):
        await teaching.slack.whisper(url, words, thread_ts=place_of(body).thread_ts, blocks=blocks)
    elif trigger := body.get("trigger_id"):  # on the Home tab
        await teaching.slack.open_view(trigger, notice(words))
