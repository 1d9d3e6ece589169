"""Sections of a file of training data that Rasa never sees: it looks for their names at the beginnings of lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# A file is read for a kind of data where it has any of the kind's names.
_KINDS = (("nlu", "responses"), ("stories", "rules"))
_ENDING = re.compile(r"\r\n|\r|\n")


def unread_sections(text: str, data: Mapping[Any, Any]) -> list[str]:
    """The sections that hold something and that Rasa doesn't read, without a word.

    ``text`` is the file's with its byte order mark, which hides a name as quotes do, or a space before the colon.
    """
    lines = [line.lstrip() for line in _ENDING.split(text)]
    return [
        name
        for names in _KINDS
        if not any(line.startswith(f"{name}:") for name in names for line in lines)
        for name in names
        if data.get(name)
    ]
