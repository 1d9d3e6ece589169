"""``storythread demo``: a workspace, Valkey, the app and a worker on this machine, all real but for Slack itself."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import WorldError
from slackbot.sandbox import Person, Sandbox
from slackbot.settings import bundled
from slackbot.store.server import EmbeddedServer

#: Seconds that the app may take to start, and a process to stop.
START, STOP = 60.0, 20.0


@dataclass(frozen=True)
class Demo:
    """What is running."""

    slack: Sandbox
    channel: str
    people: dict[str, Person]


@asynccontextmanager
async def running(data: Path, names: list[str], *, quorum: str) -> AsyncIterator[Demo]:
    """The workspace with these people in one channel, and the app and a worker as processes of their own.

    Raises WorldError when the app doesn't come up.
    """
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(EmbeddedServer(data))
        slack = await stack.enter_async_context(Sandbox(manifest=read_yaml(bundled("manifest.yml"))))
        channel = slack.add_channel("teaching")
        people = {name: slack.add_person(name.lower(), name) for name in names}
        slack.join(channel, *people.values())
        environment = {
            **os.environ,
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "REDIS_URL": url,
            "STORYTHREAD_DATA": str(data),
            "STORYTHREAD_QUORUM": quorum,
            "STORYTHREAD_LOG_LEVEL": os.environ.get("STORYTHREAD_LOG_LEVEL", "WARNING"),
        }
        for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            environment.pop(proxy, None)  # Slack's client would send even loopback traffic there
        app = await _start(stack, "serve", environment)
        await _start(stack, "work", environment)
        await _connected(slack, app)
        yield Demo(slack, channel, people)


async def _start(stack: AsyncExitStack, command: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "slackbot",
        command,
        env=environment,
        stderr=asyncio.subprocess.DEVNULL if "STORYTHREAD_LOG_LEVEL" not in os.environ else None,
    )
    stack.push_async_callback(_stop, process)
    return process


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _connected(slack: Sandbox, app: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(START):
            while slack.connections < 2 and app.returncode is None:  # noqa: ASYNC110  two unrelated events
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise WorldError(f"the app did not connect within {START:.0f} s; run `storythread doctor`") from None
    if app.returncode is not None:
        raise WorldError("the app did not start; run `storythread doctor` to see why")


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
