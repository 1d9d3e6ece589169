"""Slack's text markup: making any text safe to show in it, and reading what people typed out of it."""

from __future__ import annotations

import re

#: What Slack takes for formatting: these signs at the edge of a word, and backticks anywhere.
_FORMATTING = re.compile(r"(?<!\w)[*_~]|[*_~](?!\w)|`")
_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def escape(text: str) -> str:
    """The text with the three characters that Slack gives a meaning to (``&<>``) written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """A message's text as the person typed it: links and mentions without their markup, entities resolved."""
    text = _LINK.sub(_shown, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(link: re.Match[str]) -> str:
    target, label = link.group(1), link.group(2)
    if label:
        return f"{target[0]}{label.removeprefix(target[0])}" if target[:1] in {"#", "@"} else label
    if target.startswith("!"):
        return f"@{target[1:]}"
    return target.removeprefix("mailto:")


def shorten(text: str, length: int) -> str:
    """The text, cut to at most ``length`` characters with an ellipsis; never an entity cut in two."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    ampersand = cut.rfind("&", max(0, len(cut) - 5))
    if ampersand != -1 and ";" not in cut[ampersand:]:
        cut = cut[:ampersand]
    return f"{cut}…"


def literal(text: str, length: int = 500) -> str:
    """Any text on one line, cut, as it is: where Slack would take some of it for formatting, in the type of code.

    Slack knows no way to escape ``*_~`` and backticks, but formats nothing inside of code.
    """
    line = _line(text, length)
    return _in_code(line) if _FORMATTING.search(line) else line


def bold(text: str, length: int = 500) -> str:
    """Any text in bold, on one line, cut. Text that would break out of it is shown in quotes instead."""
    line = _line(text, length)
    return f"*{line}*" if line and not _FORMATTING.search(line) else quote(text, length)


def code(name: str, length: int = 500) -> str:
    """Any text on one line, cut, in the type of code."""
    return _in_code(_line(name, length))


def quote(text: str, length: int = 500) -> str:
    """Any text between quotation marks, on one line, cut."""
    return f"“{literal(text, length)}”"


def _line(text: str, length: int) -> str:
    return shorten(escape(" ".join(text.split())), length)


def _in_code(line: str) -> str:
    return f"`{line.replace('`', 'ˋ')}`"


def person(user_id: str) -> str:
    """A mention."""
    return f"<@{user_id}>"


def people(user_ids: tuple[str, ...] | list[str]) -> str:
    """Mentions, in order: ``<@A>, <@B> and <@C>``."""
    names = [person(user_id) for user_id in user_ids]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
