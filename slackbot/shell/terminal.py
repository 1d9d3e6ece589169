"""Where the shell shows and asks: a person's terminal with completion and editing, or lines from a pipe or a file."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, FuzzyCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from rich.console import Console
from rich.text import Text

#: Columns of what is written to a pipe or a file.
PIPE_WIDTH = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Choice:
    """Something that can be typed, and a few words about it."""

    name: str
    note: str = ""


class Terminal(Protocol):
    """A person, or a script, at the other end."""

    console: Console
    #: Whether somebody sees what is asked, and edits what stands there.
    interactive: bool

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:
        """One line. ``default`` stands there to be edited; a script that sends an empty line gets an empty one.

        Raises EOFError at the end of the input, and KeyboardInterrupt for Ctrl-C.
        """


def printable(text: str) -> str:
    """The text without what would control a terminal."""
    return _CONTROL.sub("�", text)


class Prompt:
    """A terminal that somebody sits at."""

    interactive = True

    def __init__(self) -> None:
        self.console = Console(highlight=False, markup=False, emoji=False)
        self._session: PromptSession[str] = PromptSession(history=InMemoryHistory())

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:
        """As the protocol says; the choices are offered while typing."""
        completer = FuzzyCompleter(_Choices(choices)) if choices else None
        return await self._session.prompt_async(
            prompt, completer=completer, complete_while_typing=True, default=default, reserve_space_for_menu=6
        )


class _Choices(Completer):
    """Completes the whole line."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._choices = choices

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:  # noqa: ARG002  the interface
        """All choices: the fuzzy completer around this one picks those that fit."""
        length = len(document.text_before_cursor)
        return [Completion(choice.name, -length, display_meta=choice.note) for choice in self._choices]


class Lines:
    """Lines that come from a pipe or a file. Each is repeated in the output, so that it reads like a conversation."""

    interactive = False

    def __init__(self) -> None:
        self.console = Console(
            file=sys.stdout, width=PIPE_WIDTH, highlight=False, markup=False, emoji=False, force_terminal=False
        )
        self._unread = b""
        self._ended = False

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:  # noqa: ARG002  nobody sees them
        """As the protocol says."""
        self.console.print(prompt, end="", soft_wrap=True)
        line = await self._line()
        self.console.print(Text(printable(line)), soft_wrap=True)
        return line

    async def _line(self) -> str:
        while b"\n" not in self._unread and not self._ended:
            data = await self._read()
            self._ended = not data
            self._unread += data
        if not self._unread:
            self.console.print()
            raise EOFError
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    @staticmethod
    async def _read() -> bytes:
        loop, fd, ready = asyncio.get_running_loop(), sys.stdin.fileno(), asyncio.Event()
        try:
            loop.add_reader(fd, ready.set)
        except PermissionError:  # a file: it never keeps anybody waiting
            return os.read(fd, 65536)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(fd)
        return os.read(fd, 65536)


def terminal_here() -> Terminal:
    """The terminal if there is one at both ends."""
    return Prompt() if sys.stdin.isatty() and sys.stdout.isatty() else Lines()
