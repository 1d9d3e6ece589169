"""The lines of a file, each with the ending it has, so that lines can be put between them and no byte is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BYTE_ORDER_MARK = "\ufeff"
_ENDING = re.compile(r"(\r\n|\r|\n)")


class Lines:
    """The text of a file; line numbers begin with 0. What is added uses the line ending of the line before it."""

    def __init__(self, text: str) -> None:
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        parts = _ENDING.split(text.removeprefix(_BYTE_ORDER_MARK))
        self._lines = parts[0::2]
        #: The last line has none.
        self._endings = [*parts[1::2], ""]

    def __getitem__(self, number: int) -> str:
        return self._lines[number]

    @property
    def last(self) -> int:
        """The last line that isn't merely what follows the final line ending; -1 in an empty file."""
        return len(self._lines) - (1 if self._lines[-1] else 2)

    @property
    def plain(self) -> str:
        """The text as YAML readers get it: without byte order mark, with newlines as line endings."""
        return "\n".join(self._lines)

    def insert_into(self, number: int, column: int, text: str) -> None:
        """Put text into a line. Of several places in one line, the last must come first."""
        line = self._lines[number]
        self._lines[number] = line[:column] + text + line[column:]

    def with_lines(self, added: Iterable[tuple[int, Sequence[str]]]) -> str:
        """The whole text with lines added behind those of the given numbers (-1: at the beginning).

        A text without final line ending stays one.
        """
        lines, endings = list(self._lines), list(self._endings)
        for number, new in sorted(added, key=lambda item: item[0], reverse=True):
            place = number + 1
            ending = self._ending(number)
            lines[place:place] = new
            endings[place:place] = [ending] * len(new)
            if number >= 0 and not endings[number]:
                endings[number], endings[number + len(new)] = ending, ""
        return self._mark + "".join(map("".join, zip(lines, endings, strict=True)))

    def _ending(self, number: int) -> str:
        near = [ending for ending in self._endings[max(number - 1, 0) : number + 1] if ending]
        return near[-1] if near else next(iter(self._endings), "") or "\n"
