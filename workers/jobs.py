"""What workers do. Each job may run more than once, and does its work once."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack
from dataclasses import replace

import aiohttp

from slackbot.core.rasa import retrieve_domain
from slackbot.core.rasa.configured import endpoint_of
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.project import load_project
from slackbot.learning.conversation import Conversation, Reader
from slackbot.learning.export import export_files
from slackbot.learning.session import Session, Status
from slackbot.settings import Settings, example_assistant
from slackbot.store import Commit, Store
from slackbot.store.server import connect
from slackbot.threads import Slack, Threads
from slackbot.threads.client import slack_of

log = logging.getLogger(__name__)


def post_export(conversation_id: str) -> None:
    """Uploads a finished session's files to its thread and notes that it is finished.

    The settings, and REDIS_URL, come from the environment.
    """
    settings = Settings.from_environment(os.environ)
    asyncio.run(_post_export(settings, os.environ["REDIS_URL"], conversation_id))


async def _post_export(settings: Settings, redis_url: str, conversation_id: str) -> None:
    domain = await _domain(settings)
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
        await _upload_once(slack, conversation, files)
        await _finish(store, conversation)
        await Threads(store, reader.read, slack, settings.adjudication_channel).draw(conversation_id)


async def _domain(settings: Settings) -> Domain:
    """The domain of what is taught. Raises CoreFailed where a Rasa server doesn't answer."""
    endpoint = endpoint_of(settings)
    if endpoint is not None:
        return Domain.from_dict(await retrieve_domain(endpoint))
    return load_project(settings.assistant or example_assistant()).domain


async def _upload_once(slack: Slack, conversation: Conversation, files: dict[str, str]) -> None:
    """Uploads the files unless an earlier run did and died before it could note so."""
    session, thread_ts = conversation.session, conversation.snapshot.thread_ts
    async for message in slack.messages(session.channel, thread_ts=thread_ts, oldest=thread_ts or "0"):
        names = {file.get("name") for file in message.get("files") or ()}
        if set(files) <= names and message.get("user") != session.speaker:
            log.info("the files of session %s are in its thread already", conversation.id)
            return
    await slack.upload(session.channel, files, _words(files, session), thread_ts=thread_ts)


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
