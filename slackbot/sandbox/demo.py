"""``storythread demo``: a workspace, Valkey, the app and a worker on this machine, all real but for Slack itself."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import Refused, WorldError
from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.keeping import forget
from slackbot.sandbox.programs import Program
from slackbot.settings import bundled
from slackbot.store.server import EmbeddedServer, connect

#: Seconds that the app may take to start.
START = 60.0
CHANNEL = "teaching"
#: How many calls and deliveries a workspace remembers that runs for days.
KEPT_TRAFFIC = 500


@dataclass(frozen=True)
class Demo:
    """What is running."""

    slack: Sandbox
    channel: str
    people: dict[str, Person]
    programs: tuple[Program, ...] = ()
    #: Whether the workspace was there before.
    goes_on: bool = False


@asynccontextmanager
async def running(data: Path, names: Sequence[str], *, quorum: str) -> AsyncIterator[Demo]:
    """A new workspace with these people in one channel, and the app and a worker as processes of their own.

    Raises WorldError when the app doesn't come up.
    """
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(EmbeddedServer(data))
        slack = await stack.enter_async_context(Sandbox(manifest=read_yaml(bundled("manifest.yml"))))
        demo = Demo(slack, *_people(slack, names))
        yield await _with_app(stack, demo, _environment(slack, url, data, quorum), data)


@asynccontextmanager
async def running_in(data: Path, names: Sequence[str], *, quorum: str, port: int, fresh: bool) -> AsyncIterator[Demo]:
    """The same in a folder where the workspace, and what the app has stored about it, are found again.

    `fresh` forgets both first; people who are not there yet come in. Raises WorldError when the app doesn't come up,
    Refused when the port is taken or another demo uses the folder.
    """
    async with AsyncExitStack() as stack:
        if fresh:
            forget(data / "workspace")
        slack = Sandbox(
            manifest=read_yaml(bundled("manifest.yml")), folder=data / "workspace", keep=KEPT_TRAFFIC, port=port
        )
        goes_on = bool(slack.people)
        demo = Demo(slack, *_people(slack, names), goes_on=goes_on)
        await _enter(stack, slack, port)
        url = await stack.enter_async_context(EmbeddedServer(data))
        if not goes_on:
            await _empty(url)  # nothing that is stored belongs to this workspace
        yield await _with_app(stack, demo, _environment(slack, url, data, quorum), data)


async def _enter(stack: AsyncExitStack, slack: Sandbox, port: int) -> None:
    try:
        await stack.enter_async_context(slack)
    except OSError as error:
        await slack.__aexit__(None, None, None)
        taken = error.errno == errno.EADDRINUSE
        problem = "is taken by another program" if taken else f"can't be used ({os.strerror(error.errno or 0)})"
        remedy = "choose another with --port, or any free one with --port 0"
        raise Refused(f"port {port} {problem}; {remedy}") from None


async def _empty(url: str) -> None:
    client = connect(url)
    try:
        await client.flushall()
    finally:
        await client.aclose()


def _people(slack: Sandbox, names: Sequence[str]) -> tuple[str, dict[str, Person]]:
    """The channel and, by name, the people in it; whoever isn't there yet comes in."""
    channel = slack.channel_named(CHANNEL) or slack.add_channel(CHANNEL)
    known = {person.name: person for person in slack.people}
    people = {name: known.get(_handle(name)) or _new_person(slack, name) for name in names}
    slack.join(channel, *people.values())
    return channel, people


def _new_person(slack: Sandbox, name: str) -> Person:
    """Whoever comes first administers the workspace."""
    return slack.add_person(_handle(name), name, is_admin=not slack.people)


def _handle(name: str) -> str:
    """How mentions name somebody."""
    return name.split(maxsplit=1)[0].lower()


def _live_pictures() -> dict[str, str]:
    """Has live pictures served to this machine at a port that is free, and links to them made."""
    if "STORYTHREAD_API_PORT" in os.environ:
        return {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "STORYTHREAD_API_HOST": "127.0.0.1",
        "STORYTHREAD_API_PORT": str(port),
        "STORYTHREAD_API_TOKEN": secrets.token_hex(16),
        "STORYTHREAD_PICTURE_URL": f"http://127.0.0.1:{port}",
        "STORYTHREAD_PICTURE_SECRET": secrets.token_hex(32),
    }


def _environment(slack: Sandbox, redis_url: str, data: Path, quorum: str) -> dict[str, str]:
    environment = {
        **os.environ,
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "REDIS_URL": redis_url,
        "STORYTHREAD_DATA": str(data),
        "STORYTHREAD_QUORUM": quorum,
        **_live_pictures(),
        "STORYTHREAD_LOG_LEVEL": os.environ.get("STORYTHREAD_LOG_LEVEL", "WARNING"),
    }
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.pop(proxy, None)  # Slack's client would send even loopback traffic there
    return environment


async def _with_app(stack: AsyncExitStack, demo: Demo, environment: dict[str, str], logs: Path) -> Demo:
    """Starts the app and the worker, and waits until Slack can reach the app."""
    heard = "STORYTHREAD_LOG_LEVEL" in os.environ
    programs = []
    for command in ("serve", "work"):
        log = None if heard else logs / f"{command}.log"
        program = Program(command, environment, log=log, heard=heard)
        await program.start()
        stack.push_async_callback(program.stop)
        programs.append(program)
    await _connected(demo.slack, programs[0])
    return replace(demo, programs=tuple(programs))


async def _connected(slack: Sandbox, app: Program) -> None:
    try:
        async with asyncio.timeout(START):
            while slack.connections < 2 and not app.has_ended:  # noqa: ASYNC110  two unrelated events
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise WorldError(f"the app did not connect within {START:.0f} s; run `storythread doctor`") from None
    if app.has_ended:
        raise WorldError(f"the app did not start: {app.complaint() or 'run `storythread doctor` to see why'}")


async def print_changes(demo: Demo) -> None:
    """Prints each message when it appears and, changed, again. Until it is cancelled."""
    names = {person.id: name for name, person in demo.people.items()}
    shown: dict[str, str] = {}
    async for change in demo.slack.changes():
        message = change.get("message")
        if change["type"] not in {"message", "message_changed", "ephemeral"} or not message:
            continue
        text = demo.slack.describe(message)
        if change["type"] == "ephemeral":
            text = text.replace("(only you see this)", f"(only {names.get(change['user'])} sees this)", 1)
        if shown.get(message["ts"]) != text:
            click.echo(f"\n{text}")
        shown[message["ts"]] = text


def save_files(demo: Demo, out: Path) -> list[str]:
    """Writes the files that were uploaded to the workspace into a folder; returns their paths."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for file in demo.slack.files:
        (out / file.name).write_bytes(file.content)
        paths.append(str(out / file.name))
    return paths
