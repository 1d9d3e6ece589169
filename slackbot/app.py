"""Puts the Slack app together, and runs it: over Socket Mode where there is an app token, over HTTP otherwise."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import aiohttp
from aiohttp import web
from redis.exceptions import RedisError
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from slackbot import listeners
from slackbot.api.server import serving
from slackbot.core.protocol import Core
from slackbot.errors import SettingsError, SlackRefused, StorythreadError, WorldError
from slackbot.learning.renewal import Renewal
from slackbot.listening import listen
from slackbot.receiver import slack_routes
from slackbot.settings import Settings
from slackbot.sockets import Sockets
from slackbot.store.alarms import Alarms
from slackbot.store.server import connect
from slackbot.teaching import Requests, Teaching
from slackbot.threads import Slack
from slackbot.wiring import services

log = logging.getLogger(__name__)

#: Seconds between looks for conversations that wait to be carried on.
TAKE_UP_EVERY = 5.0
#: Seconds that the ends of a shutdown are waited for.
SHUTDOWN = 10.0


@asynccontextmanager
async def teaching_app(
    settings: Settings, core: Core, redis_url: str, requests: Requests, renewal: Renewal | None = None
) -> AsyncIterator[tuple[AsyncApp, Teaching]]:
    """The Bolt app with its listeners, ready to be given Slack's requests; everything is closed in order at the end.

    With a ``renewal`` of the core, it is kept at the newest model meanwhile.
    """
    async with AsyncExitStack() as stack:
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        parts = services(settings, core, redis, http, requests)
        stack.push_async_callback(parts.background.close, SHUTDOWN)
        teaching = Teaching(parts, renewal)
        app = _bolt_app(settings, parts.slack)
        listeners.register(app, teaching)
        _begin(stack, _hear_reminders(Alarms(redis), teaching), "listening for reminders")
        if renewal is not None:
            _begin(stack, renewal.run(), "renewing the model")
        yield app, teaching


def _bolt_app(settings: Settings, slack: Slack) -> AsyncApp:
    # Bolt finds tokens in the client and in the environment and would warn that it uses neither.
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_says_more_than_what_is_unused)
    app = AsyncApp(
        client=slack.client,
        authorize=_authorizing(slack, settings.slack_bot_token),
        signing_secret=settings.slack_signing_secret or "unused: requests are checked before Bolt sees them",
        process_before_response=True,  # a listener acknowledges what it has stored, and not before
    )
    app.error(_unacknowledged)
    return app


async def _unacknowledged(error: Exception) -> None:
    """Tells of what Slack delivered and a listener could not take: in one line where that is the world's doing."""
    if isinstance(error, WorldError):
        log.warning("a delivery of Slack's is not acknowledged: %s", error)
    else:
        log.error("a delivery of Slack's is not acknowledged", exc_info=error)


def _says_more_than_what_is_unused(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    return "will be unused" not in message and "will be ignored" not in message


def _authorizing(slack: Slack, token: str | None) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Tells Bolt who the bot is.

    Bolt by itself asks Slack at the first request, and acknowledges that request unheard when Slack doesn't answer.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult.from_auth_test_response(auth_test_response=await slack.identity(), bot_token=token)

    return authorize


async def serve(
    settings: Settings,
    core: Core,
    redis_url: str,
    requests: Requests,
    ready: Callable[[], None] = lambda: None,
    renewal: Renewal | None = None,
) -> None:
    """Runs the app until it is told to stop (SIGINT or SIGTERM). Raises SettingsError for a token that is wrong."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running = asyncio.create_task(_serve(settings, core, redis_url, requests, ready, renewal), name="the app")
    stopping = asyncio.create_task(stop.wait(), name="waiting for a signal")
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            log.info("stopping")
    finally:
        await _cancelled(stopping)
        await _cancelled(running)


async def _serve(
    settings: Settings,
    core: Core,
    redis_url: str,
    requests: Requests,
    ready: Callable[[], None],
    renewal: Renewal | None,
) -> None:
    """Until it is cancelled. Before anybody is listened to, it is noted where something may have been missed."""
    async with AsyncExitStack() as stack:
        app, teaching = await stack.enter_async_context(teaching_app(settings, core, redis_url, requests, renewal))
        await teaching.store.ping()
        await _check_bot_token(teaching)
        _begin(stack, _take_up(teaching), "taking up conversations")
        await teaching.advancing.note_missed()
        if settings.slack_app_token:
            sockets = Sockets(app, settings.slack_app_token, settings.sockets, teaching.slack)
            stack.push_async_callback(sockets.close)
            await sockets.open()
            _begin(
                stack,
                sockets.watch(teaching.advancing.note_missed, teaching.advancing.resume),
                "watching the connections",
            )
        else:
            await _listen(stack, settings, app, requests)
        if settings.api_port is not None:
            place = await stack.enter_async_context(serving(settings, core, redis_url, trained=renewal is not None))
            log.info("Rasa's conversation API is at %s", place)
        await teaching.advancing.resume()
        ready()
        await asyncio.Event().wait()


def _begin(stack: AsyncExitStack, work: Coroutine[None, None, None], name: str) -> None:
    """Work that goes on until the stack is left."""
    stack.push_async_callback(_ended, asyncio.create_task(work, name=name))


async def _check_bot_token(teaching: Teaching) -> None:
    try:
        await teaching.slack.identity()
    except SlackRefused as error:
        raise SettingsError(
            f"SLACK_BOT_TOKEN is refused by Slack ({error.code}); copy it anew from Install App on your app's page"
        ) from None


async def _take_up(teaching: Teaching) -> None:
    """Finds, from time to time, what another process left behind."""
    while True:
        await asyncio.sleep(TAKE_UP_EVERY)
        try:
            await teaching.advancing.take_up()
        except StorythreadError as error:
            log.warning("looking for conversations to take up: %s", error)
        except Exception:
            log.exception("looking for conversations to take up failed")


async def _hear_reminders(alarms: Alarms, teaching: Teaching) -> None:
    """Carries on at once where a worker has fired a reminder. What is not heard is taken up a little later."""
    while True:
        with suppress(RedisError, OSError):
            async for conversation_id in alarms.fired():
                teaching.advancing.wake(conversation_id)
        await asyncio.sleep(TAKE_UP_EVERY)


async def _ended(task: asyncio.Task[Any]) -> None:
    """Ends a task that asks Redis: its client may swallow a cancellation, so that one is not always enough."""
    for _ in range(3):
        task.cancel()
        done, _left = await asyncio.wait({task}, timeout=SHUTDOWN / 2)
        if done:
            await _cancelled(task)
            return
    log.warning("%s does not end", task.get_name())


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """Ends a task. Raises what it failed with, if it did."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def metrics_handler(requests: Requests) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answers with the gauges for Prometheus."""

    async def answer(_: web.Request) -> web.Response:
        body, content_type = await requests.metrics()
        return web.Response(body=body, headers={"Content-Type": content_type})

    return answer


async def _listen(stack: AsyncExitStack, settings: Settings, app: AsyncApp, requests: Requests) -> None:
    if not settings.slack_signing_secret:
        raise SettingsError(
            "SLACK_SIGNING_SECRET is missing; set it (HTTP mode), or set SLACK_APP_TOKEN for Socket Mode"
        )
    routes = slack_routes(app, settings.slack_signing_secret)
    routes.router.add_get("/metrics", metrics_handler(requests))
    runner = web.AppRunner(routes, shutdown_timeout=SHUTDOWN)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, port = settings.host, settings.port
    await listen(runner, host, port, name_host="STORYTHREAD_HOST", name_port="STORYTHREAD_PORT")
    log.info("listening on http://%s:%d/slack/events", host, port)
