"""A terminal that a script sits at, in the test's own process: what it types, and everything that it was shown."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.text import Text

from slackbot.shell.terminal import Choice

CTRL_C = "^C"


class Script:
    """Types one line after the other, then ends the input. Behaves as somebody's terminal does."""

    interactive = True

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.written = StringIO()
        self.console = Console(file=self.written, width=200, highlight=False, markup=False, emoji=False)
        #: What stood in each line to be edited, and what was offered.
        self.defaults: list[str] = []
        self.offered: list[list[str]] = []

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:
        self.defaults.append(default)
        self.offered.append([choice.name for choice in choices])
        if not self.lines:
            raise EOFError
        line = self.lines.pop(0)
        self.console.print(Text(f"{prompt}{line}"))
        if line == CTRL_C:
            raise KeyboardInterrupt
        return line

    @property
    def output(self) -> str:
        """Everything that was shown, with the lines that were typed."""
        return self.written.getvalue()
