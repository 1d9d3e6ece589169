"""Calls to Slack that wait out its limits and never post the same message twice."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slackbot.blocks.card import Card
from slackbot.blocks.mrkdwn import shorten
from slackbot.errors import DeliveryUnknown, SlackRefused, SlackUnavailable
from slackbot.threads.pace import Pace

log = logging.getLogger(__name__)

#: event_type of the metadata by which our own messages are known again.
METADATA_TYPE = "storythread_message"
MOST_ATTEMPTS = 6
#: Seconds; the longest single wait that a Retry-After is obeyed for.
LONGEST_WAIT = 120.0
#: Seconds that one call may take.
CALL_TIMEOUT = 30
#: Characters that describe a picture, at most.
ALT_TEXT = 1000
_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
#: Errors after which some of what was asked for may have been done.
_OUTAGES = frozenset({"fatal_error", "internal_error", "service_unavailable"})
#: A modal was closed meanwhile. A trigger was used: by a call whose answer was lost, or by another process of ours.
_CLOSED, _USED = "not_found", "exchanged_trigger_id"
_PAGE = 200
_MOST_PAGES = 20
#: Addresses of messages that are remembered.
_MOST_PERMALINKS = 5000

Call = Callable[[], Awaitable[AsyncSlackResponse]]
Json = dict[str, Any]


class Slack:
    """One workspace's Web API.

    Every method raises SlackUnavailable when Slack doesn't take the call within the bounds, and SlackRefused when
    it never will.
    """

    def __init__(self, client: AsyncWebClient, http: aiohttp.ClientSession, *, updates_per_minute: int) -> None:
        self.client, self._http = client, http
        self.pace = Pace(updates_per_minute)
        self._identity: AsyncSlackResponse | None = None
        self._permalinks: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def identity(self) -> AsyncSlackResponse:
        """Who the bot is, as auth.test answers; asked once. Raises SlackRefused when its token is none of Slack's."""
        if self._identity is None:
            self._identity = await self._call(self.client.auth_test, repeatable=True)
        return self._identity

    async def socket_url(self, app_token: str) -> str:
        """Where one Socket Mode connection can be opened, once and soon."""
        response = await self._call(lambda: self.client.apps_connections_open(app_token=app_token), repeatable=True)
        return str(response["url"])

    async def post(self, channel: str, card: Card, name: Mapping[str, str], *, thread_ts: str | None) -> str:
        """Posts a message that carries ``name`` as metadata, and returns its ts.

        Raises DeliveryUnknown where it may have been posted all the same: ``find`` tells.
        """
        response = await self._call(
            lambda: self.client.chat_postMessage(
                channel=channel,
                text=card.text,
                blocks=card.blocks,
                thread_ts=thread_ts,
                metadata={"event_type": METADATA_TYPE, "event_payload": dict(name)},
                unfurl_links=False,
                unfurl_media=False,
            ),
            repeatable=False,
        )
        return str(response["ts"])

    async def find(self, channel: str, name: Mapping[str, str], *, thread_ts: str | None, since: float) -> str | None:
        """The ts of the message that was posted with this metadata at Unix second ``since`` or later, if it was."""
        async for message in self.messages(channel, thread_ts=thread_ts, oldest=f"{since - 60:.6f}"):
            if name_of(message) == dict(name):
                return str(message["ts"])
        return None

    async def messages(self, channel: str, *, thread_ts: str | None, oldest: str) -> AsyncIterator[Json]:
        """The messages of a thread (or, without one, of the channel) after ``oldest``, with their metadata."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._call(self._page(channel, thread_ts, oldest, cursor), repeatable=True)
            for message in page["messages"]:
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _page(self, channel: str, thread_ts: str | None, oldest: str, cursor: str) -> Call:
        options: Json = {"oldest": oldest, "limit": _PAGE, "cursor": cursor or None, "include_all_metadata": True}
        if thread_ts:
            return lambda: self.client.conversations_replies(channel=channel, ts=thread_ts, **options)
        return lambda: self.client.conversations_history(channel=channel, **options)

    async def update(self, channel: str, ts: str, card: Card) -> None:
        """Edits a message, as soon as the pace allows it."""
        await self.pace.take()
        await self._call(
            lambda: self.client.chat_update(channel=channel, ts=ts, text=card.text, blocks=card.blocks),
            repeatable=True,
        )

    async def permalink(self, channel: str, ts: str) -> str:
        """The address of a message; asked once."""
        known = self._permalinks.get((channel, ts))
        if known is None:
            call = lambda: self.client.chat_getPermalink(channel=channel, message_ts=ts)  # noqa: E731  made once
            known = str((await self._call(call, repeatable=True))["permalink"])
            self._permalinks[channel, ts] = known
            if len(self._permalinks) > _MOST_PERMALINKS:
                self._permalinks.popitem(last=False)
        return known

    async def members(self, channel: str) -> set[str]:
        """Slack user ids of the channel's members."""
        found: set[str] = set()
        cursor = ""
        for _ in range(_MOST_PAGES):
            page = await self._call(self._members_page(channel, cursor), repeatable=True)
            found.update(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    async def user(self, person: str) -> Json:
        """What Slack says of somebody."""
        return dict((await self._call(lambda: self.client.users_info(user=person), repeatable=True))["user"])

    async def runs_workspace(self, person: str) -> bool:
        """Whether somebody is an owner or administrator of the workspace."""
        user = await self.user(person)
        return bool(user.get("is_owner") or user.get("is_admin"))

    async def shown_name(self, person: str) -> str:
        """The name under which people know somebody."""
        user = await self.user(person)
        profile = user.get("profile") or {}
        return str(profile.get("display_name") or profile.get("real_name") or user.get("name") or person)

    async def direct(self, person: str) -> str:
        """The channel in which the app and one person are alone."""
        response = await self._call(lambda: self.client.conversations_open(users=person), repeatable=True)
        return str(response["channel"]["id"])

    def _members_page(self, channel: str, cursor: str) -> Call:
        return lambda: self.client.conversations_members(channel=channel, limit=1000, cursor=cursor or None)

    async def tell(
        self,
        channel: str,
        person: str,
        text: str,
        *,
        thread_ts: str | None = None,
        blocks: list[Json] | None = None,
    ) -> None:
        """Shows one person a line that nobody else sees."""
        await self._call(
            lambda: self.client.chat_postEphemeral(
                channel=channel, user=person, text=text, thread_ts=thread_ts, blocks=blocks
            ),
            repeatable=True,
        )

    async def upload(
        self,
        channel: str,
        files: Mapping[str, str | bytes],
        words: str,
        *,
        thread_ts: str | None,
        described: Mapping[str, str] | None = None,
    ) -> None:
        """Uploads files (name to what is in them) as one message. Raises DeliveryUnknown like ``post``.

        ``described``: what pictures among them show, for those who can't see them; up to ALT_TEXT characters.
        """
        uploads: list[Json] = [{"filename": name, "title": name, "content": text} for name, text in files.items()]
        for upload in uploads:
            if text := (described or {}).get(upload["filename"]):
                upload["alt_txt"] = shorten(text, ALT_TEXT)
        await self._call(
            lambda: self.client.files_upload_v2(
                channel=channel, thread_ts=thread_ts, file_uploads=uploads, initial_comment=words
            ),
            repeatable=False,
        )

    async def open_view(self, trigger_id: str, view: Json) -> None:
        """Opens a modal. A trigger works once, within 3 seconds: one that was used has opened it already."""
        with _taking(_USED):
            await self._call(lambda: self.client.views_open(trigger_id=trigger_id, view=view), repeatable=True)

    async def push_view(self, trigger_id: str, view: Json) -> None:
        """Opens a modal on top of the one in which the trigger arose; does nothing where that was closed meanwhile."""
        with _taking(_CLOSED, _USED):
            await self._call(lambda: self.client.views_push(trigger_id=trigger_id, view=view), repeatable=True)

    async def update_view(self, view_id: str, view: Json) -> None:
        """Draws an open modal anew; does nothing where it was closed meanwhile."""
        with _taking(_CLOSED):
            await self._call(lambda: self.client.views_update(view_id=view_id, view=view), repeatable=True)

    async def publish_home(self, person: str, view: Json) -> None:
        """Draws a person's Home tab."""
        await self._call(lambda: self.client.views_publish(user_id=person, view=view), repeatable=True)

    async def respond(self, response_url: str, payload: Json) -> bool:
        """Answers an interaction through its response_url, which costs nothing of Slack's limits. False if refused."""
        try:
            timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
            async with self._http.post(response_url, json=payload, timeout=timeout) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack did not take a response (%s)", type(error).__name__)
            return False

    async def whisper(
        self, response_url: str, words: str, *, thread_ts: str | None, blocks: list[Json] | None = None
    ) -> bool:
        """Shows the person of an interaction a line that nobody else sees. False if Slack refused."""
        payload: Json = {"response_type": "ephemeral", "replace_original": False, "text": words}
        if thread_ts:
            payload["thread_ts"] = thread_ts
        if blocks:
            payload["blocks"] = blocks
        return await self.respond(response_url, payload)

    async def _call(self, call: Call, *, repeatable: bool) -> AsyncSlackResponse:
        """Calls Slack; waits out rate limits and outages within the bounds.

        ``repeatable`` says that a second call does no harm. One that isn't raises DeliveryUnknown as soon as nothing
        tells whether it took effect.
        """
        why = ""
        for attempt in range(MOST_ATTEMPTS):
            wait = 2.0**attempt / 4
            try:
                async with asyncio.timeout(CALL_TIMEOUT):
                    return await call()
            except SlackApiError as error:
                status, code = _answer(error)
                why = code or f"status {status}"
                if status == 429 or code in _LIMITS:
                    wait = _asked_wait(error)
                elif status < 500 and code not in _OUTAGES and (code or status >= 400):
                    raise SlackRefused(_method(error), code or str(status)) from error
                elif not repeatable:
                    raise DeliveryUnknown(f"Slack gave no proper answer ({why})") from error
            except aiohttp.ClientConnectorError as error:
                why = str(error)  # nothing was sent
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                if not repeatable:
                    raise DeliveryUnknown(f"the connection to Slack broke ({type(error).__name__})") from error
                why = type(error).__name__
            await asyncio.sleep(wait)
        raise SlackUnavailable(f"Slack does not answer ({why}); check the network and try again")


@contextmanager
def _taking(*codes: str) -> Iterator[None]:
    """Takes these refusals without harm."""
    try:
        yield
    except SlackRefused as error:
        if error.code not in codes:
            raise


def _answer(error: SlackApiError) -> tuple[int, str]:
    """The HTTP status, and Slack's word for what is wrong; empty where the answer is none of Slack's."""
    response: Any = error.response
    if not isinstance(response, AsyncSlackResponse):  # aiohttp's, where the body is not the JSON that it is said to be
        return int(response.status), ""
    data = response.data
    return int(response.status_code), str(data.get("error") or "") if isinstance(data, dict) else ""


def _method(error: SlackApiError) -> str:
    response: Any = error.response
    url = response.api_url if isinstance(response, AsyncSlackResponse) else response.url
    return str(url).rsplit("/", 1)[-1]


def _asked_wait(error: SlackApiError) -> float:
    """Seconds that Slack asks to wait, as far as that is obeyed."""
    asked = float(error.response.headers.get("Retry-After") or 1)
    log.info("Slack asks to wait %.0f s", asked)
    return min(asked, LONGEST_WAIT)


def name_of(message: Mapping[str, Any]) -> dict[str, str] | None:
    """The metadata by which a message of ours is known; None for any other message."""
    metadata = message.get("metadata") or {}
    return dict(metadata["event_payload"]) if metadata.get("event_type") == METADATA_TYPE else None
