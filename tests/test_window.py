"""``storythread demo`` with a page, as processes, as a person starts it: what is kept, and what is said."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from slackbot.blocks.card import ACCEPT, CHANGE
from tests.sandbox.windows import Window

BOUND = 60.0  # seconds


def _environment(data: Path) -> dict[str, str]:
    ours = ("STORYTHREAD_", "SLACK_", "REDIS_URL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "STORYTHREAD_DATA": str(data)}


@asynccontextmanager
async def demo(data: Path, *options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The command, and the address it prints; ended by Ctrl-C unless it is over already."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "slackbot", "demo", "--no-browser", "--port", "0", *options),
        env=_environment(data),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process, await _address(process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        async with asyncio.timeout(BOUND):
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(BOUND):
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/", seen)):
            line = await process.stdout.readline()
            assert line, seen
            seen += line.decode()
        for _ in range(4):
            await process.stdout.readline()
    return found.group()


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(BOUND):
        return (await process.stdout.readline()).decode()


async def _window(session: ClientSession, url: str, name: str) -> Window:
    people = (await Window(session, url, "").get("/page/workspace"))["people"]
    return Window(session, url, next(one["id"] for one in people if one["display_name"] == name))


async def _until(window: Window, found: Callable[[list[dict[str, Any]]], Any]) -> Any:
    """The first thing that is found among the messages of the one channel."""
    async with asyncio.timeout(BOUND):
        while True:
            state = await window.state()
            [messages] = state["messages"].values()
            if value := found(messages):
                return value
            await asyncio.sleep(0.05)


def _with_button(action: str) -> Callable[[list[dict[str, Any]]], Any]:
    def found(messages: list[dict[str, Any]]) -> Any:
        for message in messages:
            for block in message.get("blocks", ()):
                if any(element.get("action_id") == action for element in block.get("elements", ())):
                    return message
        return None

    return found


@pytest.mark.slow
async def test_a_session_goes_on_after_everything_was_killed_or_after_the_app_alone(tmp_path: Path) -> None:
    async with ClientSession() as session:
        async with demo(tmp_path) as (process, url):
            ada = await _window(session, url, "Ada")
            [channel] = [one["id"] for one in (await ada.state())["channels"]]
            await ada.do("command", command="/teach", text="", channel=channel)
            parent = await _until(ada, lambda messages: messages[0] if messages else None)
            await ada.do("say", channel=channel, text="hi", thread_ts=parent["ts"])
            card = await _until(ada, _with_button(CHANGE))
            children = _children(process.pid)
            process.kill()
        await _ended(children)

        async with demo(tmp_path) as (process, url):
            ben = await _window(session, url, "Ben")
            again = await _until(ben, _with_button(CHANGE))
            assert (again["ts"], again["thread_ts"]) == (card["ts"], parent["ts"])
            await ben.do("press", channel=channel, ts=card["ts"], action=ACCEPT)
            await _until(ben, lambda messages: "Agreed by" in str(messages))
        assert process.returncode == 0

        async with demo(tmp_path, "--fresh") as (process, url):
            cleo = await _window(session, url, "Cleo")
            assert list((await cleo.state())["messages"].values()) == [[]]
            os.kill(min(_children(process.pid)), signal.SIGKILL)  # the app, which was started first
            assert "`storythread serve` ended by itself" in await _line(process)
            async with cleo.changes() as events:
                while (await events.until("connections"))["count"] < 2:
                    pass
            [channel] = (await cleo.state())["messages"]
            await cleo.do("command", command="/teach", text="", channel=channel)


def _processes() -> dict[int, int]:
    """The parent of each process that lives."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
        rows = [line.split() for line in listed.stdout.splitlines()]
        return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
            if state != "Z":
                found[int(stat.parent.name)] = int(parent)
    return found


def _children(pid: int) -> list[int]:
    return [child for child, parent in _processes().items() if parent == pid]


async def _ended(pids: list[int]) -> None:
    assert len(pids) >= 2
    async with asyncio.timeout(BOUND):
        while not _processes().keys().isdisjoint(pids):  # noqa: ASYNC110  other processes
            await asyncio.sleep(0.05)


def _said(data: Path, *options: str) -> str:
    command = [sys.executable, "-m", "slackbot", "demo", *options]
    done = subprocess.run(
        command, env=_environment(data), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=BOUND,
        check=False,
    )  # fmt: skip
    assert done.returncode != 0
    return done.stderr


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = _said(tmp_path, "--no-browser", "--port", str(port))
    remedy = "choose another with --port, or any free one with --port 0"
    assert said == f"storythread: port {port} is taken by another program; {remedy}\n"


def test_options_of_the_page_are_not_for_the_play(tmp_path: Path) -> None:
    assert "--fresh is for the page" in _said(tmp_path, "--play", "--fresh")


def test_a_workspace_that_is_damaged_is_not_thrown_away(tmp_path: Path) -> None:
    kept = tmp_path / "demo" / "workspace" / "workspace.jsonl"
    kept.parent.mkdir(parents=True)
    kept.write_text('[["account","U1"],{}\n[["account","U2"],{}]\n')
    said = _said(tmp_path, "--no-browser", "--port", "0")
    assert said == f"storythread: {kept}:1: is damaged; forget the workspace with: storythread demo --fresh\n"
    assert "U2" in kept.read_text()
