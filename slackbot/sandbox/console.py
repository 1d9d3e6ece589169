"""``storythread demo --console``: the workspace in a terminal. Lines that are typed are what people do in it."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click

from slackbot.blocks.card import ACCEPT, CHANGE
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.errors import StorythreadError
from slackbot.sandbox import Person
from slackbot.sandbox.demo import Demo, print_changes, running, save_files

Json = dict[str, Any]
SPEAKER = "Ada"
NAMES = [SPEAKER, "Ben", "Cleo"]
HELP = """\
You are in a Slack workspace on this machine, as Ada. Ben and Cleo are there too. Try, in this order:
  /teach                        open a session (or: /teach quorum 2)
  hi                            say something as a user of the assistant would
  ok                            press All right (or: ben ok)
Also: intent NAME, action NAME   press Change and pick another (or: cleo intent NAME)
      undo, restart, abort, finish   the session's buttons; finish writes the files
      ben: TEXT                 somebody else talks in the thread
      help, quit"""


def is_typed_into() -> bool:
    """Whether lines come from a pipe or a file: whoever wrote them means the console."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:  # it is closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


async def run_console(out: Path) -> None:
    """Runs everything until ``quit`` or the end of the input; a finished session's files go to ``out``.

    Raises WorldError when the app doesn't come up.
    """
    with tempfile.TemporaryDirectory(prefix="storythread-") as data:
        click.echo("Starting Valkey, a Slack workspace, the app and a worker ...")
        async with running(Path(data), NAMES, quorum="1") as demo:
            printing = asyncio.create_task(print_changes(demo))
            try:
                click.echo(HELP)
                await Console(demo, out).run()
            finally:
                printing.cancel()
                await asyncio.wait({printing})


async def _lines() -> AsyncIterator[str]:
    """What is typed, line by line, until the end."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.strip()


class Console:
    """Turns lines into what people do."""

    def __init__(self, demo: Demo, out: Path) -> None:
        self._demo, self._out = demo, out
        self._thread: str | None = None
        self._saved = 0

    async def run(self) -> None:
        """Until ``quit``."""
        async for line in _lines():
            if line == "quit":
                return
            try:
                await self._do(line)
            except (StorythreadError, LookupError) as error:
                click.echo(f"  ({error})")

    async def _do(self, line: str) -> None:
        person, rest = self._person_of(line)
        match rest.split(maxsplit=1):
            case []:
                return
            case ["help"]:
                click.echo(HELP)
            case ["/teach", *words]:
                await self._teach(person, " ".join(words))
            case ["ok"]:
                await person.press(self._demo.channel, self._card(), ACCEPT)
            case ["intent" | "action" as kind, name]:
                await self._change(person, PICK_INTENT if kind == "intent" else PICK_ACTION, name)
            case ["undo" | "restart" | "abort" | "finish" as control]:
                await self._control(person, control)
            case _:
                await person.say(self._demo.channel, rest.removeprefix(":").strip(), self._thread)

    def _person_of(self, line: str) -> tuple[Person, str]:
        """Who acts, and what they do: ``ben ok``, ``ben: hello``; Ada where nobody is named."""
        first, _, rest = line.partition(" ")
        for name, person in self._demo.people.items():
            if first.rstrip(":").lower() == name.lower() and rest:
                return person, f": {rest}" if first.endswith(":") else rest
        return self._demo.people[SPEAKER], line

    async def _teach(self, person: Person, text: str) -> None:
        slack, channel = self._demo.slack, self._demo.channel
        known = {message["ts"] for message in slack.messages(channel)}
        answer = await person.command("/teach", text, channel)
        if answer and answer.get("text"):
            click.echo(f"  (only {person.display_name} sees: {answer['text']})")
            return
        parent = await slack.wait_for(lambda: next((m for m in slack.messages(channel) if m["ts"] not in known), None))
        self._thread = parent["ts"]

    async def _change(self, person: Person, field: str, name: str) -> None:
        await person.press(self._demo.channel, self._card(), CHANGE)
        try:
            await person.fill(field, name)
            await person.submit()
        finally:
            while person.view:
                await person.close_view()

    async def _control(self, person: Person, control: str) -> None:
        if self._thread is None:
            raise LookupError("there is no session; open one with /teach")
        await person.press(self._demo.channel, self._thread, control.capitalize())
        if control == "finish":
            slack = self._demo.slack
            await slack.wait_for(lambda: len(slack.files) > self._saved, timeout=30)
            self._saved = len(slack.files)
            click.echo(f"\nThe session's files: {', '.join(save_files(self._demo, self._out))}")

    def _card(self) -> str:
        """The ts of the newest card that can be answered."""
        for message in reversed(self._demo.slack.messages(self._demo.channel)):
            for block in message.get("blocks", ()):
                if any(element.get("action_id") == CHANGE for element in block.get("elements", ())):
                    return str(message["ts"])
        raise LookupError("there is no card to answer just now")
