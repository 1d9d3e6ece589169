"""What workers do. Each job may run more than once, and does its work once."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp

from slackbot.dialogue.events import UserUttered
from slackbot.learning.conversation import Conversation, Reader
from slackbot.learning.export import export_files
from slackbot.learning.session import Session, Status
from slackbot.settings import Settings
from slackbot.store import Commit, Store
from slackbot.store.server import connect
from slackbot.threads import Slack, Threads
from slackbot.threads.client import slack_of
from workers.pictures import PICTURE, picture_of
from workers.projects import domain_of

log = logging.getLogger(__name__)


def post_export(conversation_id: str) -> None:
    """Uploads a finished session's files to its thread and notes that it is finished.

    The settings, and REDIS_URL, come from the environment.
    """
    settings = Settings.from_environment(os.environ)
    asyncio.run(_post_export(settings, os.environ["REDIS_URL"], conversation_id))


async def _post_export(settings: Settings, redis_url: str, conversation_id: str) -> None:
    domain = await domain_of(settings)
    async with AsyncExitStack() as stack:
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        slack = slack_of(settings, http)
        store = Store(redis)
        reader = Reader(store, lambda: domain)
        conversation = await reader.read(conversation_id)
        if conversation is None or conversation.session.status is not Status.FINISHING:
            return
        name = f"slack_{conversation_id}"
        files = export_files(conversation.tracker, conversation.session.additions, domain, name)
        await _upload_once(slack, conversation, files, lambda: _picture(store, conversation, settings))
        await _finish(store, conversation)
        await Threads(store, reader.read, slack, settings.adjudication_channel).draw(conversation_id)


async def _picture(store: Store, conversation: Conversation, settings: Settings) -> tuple[bytes, str] | None:
    """None where nothing was said, or the picture can't be drawn: the files go without it."""
    if not any(isinstance(event, UserUttered) for event in conversation.tracker.events):
        return None
    try:
        return await picture_of(store, conversation, settings)
    except Exception:
        log.exception("no picture of session %s could be drawn", conversation.id)
        return None


async def _upload_once(
    slack: Slack,
    conversation: Conversation,
    files: dict[str, str],
    draw: Callable[[], Awaitable[tuple[bytes, str] | None]],
) -> None:
    """Uploads the files, and a picture, unless an earlier run did and died before it could note so."""
    session, thread_ts = conversation.session, conversation.snapshot.thread_ts
    async for message in slack.messages(session.channel, thread_ts=thread_ts, oldest=thread_ts or "0"):
        names = {file.get("name") for file in message.get("files") or ()}
        if set(files) <= names and message.get("user") != session.speaker:
            log.info("the files of session %s are in its thread already", conversation.id)
            return
    picture, described = await draw() or (b"", "")
    with_picture: dict[str, str | bytes] = {**files, **({PICTURE: picture} if picture else {})}
    words = _words(files, session)
    await slack.upload(session.channel, with_picture, words, thread_ts=thread_ts, described={PICTURE: described})


def _words(files: dict[str, str], session: Session) -> str:
    why = "" if session.ended_by else "Nothing happened here for long, so I finished this session. "
    if "stories.yml" not in files:
        return f"{why}Nothing was agreed in this session, so there is no story to export."
    return f"{why}What was said and agreed here, as Rasa's files:"


async def _finish(store: Store, conversation: Conversation) -> None:
    session = replace(conversation.session, status=Status.FINISHED)
    await store.commit(
        conversation.id,
        Commit(
            session_revision=conversation.snapshot.session_revision,
            session=session.as_dict(),
            over=True,
            redraw=("parent",),
        ),
    )
