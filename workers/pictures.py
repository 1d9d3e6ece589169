"""Draws story pictures and posts them in their threads."""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import AsyncExitStack

import aiohttp

from slackbot.dialogue.project import load_project
from slackbot.errors import FileError
from slackbot.learning.conversation import Conversation, Reader
from slackbot.picture.graph import Path
from slackbot.picture.links import Links
from slackbot.settings import Settings, example_assistant
from slackbot.store import Store, keys
from slackbot.store.server import connect
from slackbot.threads.client import slack_of
from workers.projects import domain_of

log = logging.getLogger(__name__)

#: The file's name.
PICTURE = "story.png"
#: Seconds for which it is known that a picture was posted.
_POSTED = 24 * 3600


def post_picture(conversation_id: str, request: str) -> None:
    """Posts a picture of a conversation and the stories around it in its thread, once for each ``request``.

    The settings, and REDIS_URL, come from the environment.
    """
    settings = Settings.from_environment(os.environ)
    asyncio.run(_post_picture(settings, os.environ["REDIS_URL"], conversation_id, request))


async def _post_picture(settings: Settings, redis_url: str, conversation_id: str, request: str) -> None:
    domain = await domain_of(settings)
    async with AsyncExitStack() as stack:
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        slack, store = slack_of(settings, http), Store(redis)
        conversation = await Reader(store, lambda: domain).read(conversation_id)
        if conversation is None or await redis.get(keys.posted(request)):
            return
        links = Links.of(settings)
        link = links.link(conversation_id) if links else ""
        content, words = await picture_of(store, conversation, settings)
        await slack.upload(
            conversation.session.channel,
            {PICTURE: content},
            "The conversation so far, and the stories around it" + (f" (<{link}|live>):" if link else ":"),
            thread_ts=conversation.snapshot.thread_ts,
            described={PICTURE: words},
        )
        await redis.set(keys.posted(request), "picture", ex=_POSTED)


async def picture_of(store: Store, conversation: Conversation, settings: Settings) -> tuple[bytes, str]:
    """A PNG, and in words what it shows. Raises StoreUnavailable."""
    from slackbot.picture.surroundings import paths_around, story_paths  # noqa: PLC0415  for these jobs only

    try:
        stories = load_project(settings.assistant or example_assistant()).stories
    except FileError as error:  # of a Rasa that is taught, the files need not be here
        log.warning("the project's stories are not in the picture: %s", error)
        stories = ()
    around = story_paths(stories, conversation.tracker.domain)
    paths = await paths_around(store, conversation, around)
    return await asyncio.to_thread(_drawn, paths)


def _drawn(paths: list[Path]) -> tuple[bytes, str]:
    from slackbot.picture.fitting import fitted  # noqa: PLC0415  as above
    from slackbot.picture.png import png_of  # noqa: PLC0415
    from slackbot.picture.words import described, title_of  # noqa: PLC0415

    drawing, near = fitted(paths)
    note = f"Not shown: {near.left_out}." if near.left_out else ""
    return png_of(drawing, title_of(paths), note), described(paths)
