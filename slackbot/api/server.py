"""Puts the API together, and serves it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from slackbot.api.access import Access
from slackbot.api.conversations import ConversationRoutes
from slackbot.api.errors import errors_as_json
from slackbot.api.models import ModelRoutes
from slackbot.api.operations import Operations
from slackbot.api.origins import Origins, options_tell_nothing
from slackbot.api.pictures import PictureRoutes
from slackbot.api.trackers import Trackers
from slackbot.api.training import Train, of_project
from slackbot.core.action_server import RASA_VERSION
from slackbot.core.builtin.retrieval import selects_answers
from slackbot.core.protocol import Core
from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import StoreUnavailable
from slackbot.learning.renewal import Renewal
from slackbot.listening import listen
from slackbot.picture.live import LivePictures
from slackbot.settings import Settings, example_assistant
from slackbot.store import Store
from slackbot.store.logs import Logs
from slackbot.store.server import connect

log = logging.getLogger(__name__)

#: Bytes of a request; a log of 5,000 events has about two million.
LARGEST_BODY = 32 * 1024 * 1024
#: Seconds that requests may take at the end.
SHUTDOWN = 5.0


def application(
    operations: Operations, logs: Logs, access: Access, pictures: PictureRoutes, train: Train | None = None
) -> web.Application:
    """The HTTP application."""

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text=f"Hello from Storythread, which speaks Rasa's API: {RASA_VERSION}")

    async def health(_: web.Request) -> web.Response:
        return await _health(logs, operations)

    # Errors of the guard are answered in the same form.
    guards = [options_tell_nothing, errors_as_json, access.middleware(pictures.lets_in)]
    app = web.Application(middlewares=guards, client_max_size=LARGEST_BODY)
    access.origins.add_to(app)
    model = ModelRoutes(operations, train, calls_back=access.is_guarded)
    routes = [*model.routes(), *ConversationRoutes(operations).routes()]
    app.add_routes([web.get("/", hello), *_with_slashes([web.get("/health", health), *routes])])
    pictures.add_to(app)
    app.on_cleanup.append(lambda _: model.close())
    return app


def _with_slashes(routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
    """As in Rasa, a path may end with a slash."""
    return [
        web.RouteDef(route.method, f"{route.path}{end}", route.handler, route.kwargs)
        for route in routes
        for end in ("", "/")
    ]


async def _health(logs: Logs, operations: Operations) -> web.Response:
    try:
        await logs.ping()
        redis = "ok"
    except StoreUnavailable:
        redis = "unavailable"
    told = {"status": "ok" if redis == "ok" else "failing", "redis": redis, "model": operations.model_id}
    return web.json_response(told, status=200 if redis == "ok" else 503)


@asynccontextmanager
async def serving(settings: Settings, core: Core, redis_url: str, *, trained: bool = False) -> AsyncIterator[str]:
    """Serves the API where the settings say, and gives its URL. ``trained``: the assistant can be trained here.

    Raises SettingsError where others would reach it and nothing guards it, or the port is taken.
    """
    access = Access(settings.api_token, settings.api_jwt_secret, Origins(settings.api_cors))
    access.check_host(settings.api_host)
    folder = settings.assistant
    async with AsyncExitStack() as stack:
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        logs = Logs(redis)
        trackers, selects = Trackers(logs, lambda: core.domain), selects_answers(_config(folder))
        operations = Operations(trackers, core, _assistant_id(folder), selects=selects)
        pictures = PictureRoutes(
            LivePictures(Store(redis), lambda: core.domain, _stories(settings)), settings.picture_secret
        )
        app = application(operations, logs, access, pictures, of_project(settings, redis_url) if trained else None)
        runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        name_port = "STORYTHREAD_API_PORT, or --port of `storythread api`"
        await listen(
            runner, settings.api_host, settings.api_port or 0, name_host="STORYTHREAD_API_HOST", name_port=name_port
        )
        host = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
        yield f"http://{host}:{runner.addresses[0][1]}"


async def serve(
    settings: Settings, core: Core, redis_url: str, ready: Callable[[str], None], renewal: Renewal | None = None
) -> None:
    """Serves until it is told to stop (SIGINT or SIGTERM), and keeps the core at the newest model meanwhile."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings, core, redis_url, trained=renewal is not None) as url:
        renewing = asyncio.create_task(renewal.run(), name="renewing the model") if renewal else None
        ready(url)
        await stop.wait()
        log.info("stopping")
        if renewing is not None:
            renewing.cancel()
            await asyncio.wait({renewing}, timeout=SHUTDOWN)


def _stories(settings: Settings) -> Path | None:
    """The project whose stories are in pictures; of a Rasa that is taught, the files need not be here."""
    return settings.assistant or (None if settings.core else example_assistant())


def _assistant_id(folder: Path | None) -> str:
    """What the project's ``config.yml`` calls it; else the folder's name."""
    if folder is None:
        return "storythread"
    return str(_config(folder).get("assistant_id") or folder.resolve().name)


def _config(folder: Path | None) -> Mapping[str, Any]:
    config = folder / "config.yml" if folder is not None else None
    data: Any = read_yaml(config) if config is not None and config.is_file() else None
    return data if isinstance(data, Mapping) else {}
