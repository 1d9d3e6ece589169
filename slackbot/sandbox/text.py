"""What a person types and what Slack makes of it: escaped text with links and mentions, and a rich_text block."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from slackbot.sandbox.ids import new_block_id
from slackbot.sandbox.shapes import JSON

_TOKEN = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,})"
    r"|(?P<url>https?://[^\s<>]*[^\s<>.,;:!?)'\"])"
    r"|(?P<user>(?<![\w@])@[\w.-]*\w)"
    r"|(?P<channel>(?<![\w#&])\#[\w-]+)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>")

_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_BETWEEN_MARKUP = re.compile(r"(<(?:[@#!]|[a-z][a-z0-9+.-]*:)[^<>\n]*>)", re.IGNORECASE)

#: Finds the id of a user or a channel by a name as typed, None if there is none.
Lookup = Callable[[str], str | None]


class Typed(NamedTuple):
    """A typed message in both forms that Slack sends."""

    text: str
    blocks: list[JSON]


def escape(text: str) -> str:
    """The three characters that Slack's markup needs for itself, escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The other way."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def stored(text: str, *, markup: bool) -> str:
    """A bot's text as Slack keeps it: stray ``&``, ``<`` and ``>`` are escaped, what is escaped already and, with
    `markup`, links and mentions stay.
    """
    parts = _BETWEEN_MARKUP.split(text) if markup else [text]
    return "".join(part if place % 2 else _escaped_strays(part) for place, part in enumerate(parts))


def _escaped_strays(text: str) -> str:
    return _STRAY_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def nobody(name: str) -> str | None:  # noqa: ARG001  a lookup that knows no names
    """Finds nothing: mentions stay plain text."""
    return None


def typed(text: str, user: Lookup = nobody, channel: Lookup = nobody, *, labelled: bool = False) -> Typed:
    """What Slack stores for a typed text: ``@name`` and ``#name`` of those that exist become mentions, URLs and
    mail addresses links, everything else is escaped. `labelled`: people's mentions carry their names, as in the
    text of a command.
    """
    markup: list[str] = []
    elements: list[JSON] = []
    end = 0
    for match in _TOKEN.finditer(text):
        element, written = _element(match, user, channel, labelled=labelled)
        if element is not None:
            _add_text(text[end : match.start()], markup, elements)
            markup.append(written)
            elements.append(element)
            end = match.end()
    _add_text(text[end:], markup, elements)
    section = {"type": "rich_text_section", "elements": elements}
    return Typed("".join(markup), [{"type": "rich_text", "block_id": new_block_id(), "elements": [section]}])


def readable(markup: str, name_of: Callable[[str], str]) -> str:
    """Slack's markup as a person reads it: mentions by name, links by label, nothing escaped."""

    def shown(match: re.Match[str]) -> str:
        target, label = match["target"], match["label"]
        if target.startswith(("@", "#")):
            return target[0] + name_of(target[1:])
        return label or target.removeprefix("mailto:")

    return unescape(_MARKUP.sub(shown, markup))


def _element(match: re.Match[str], user: Lookup, channel: Lookup, *, labelled: bool) -> tuple[JSON | None, str]:
    word = match[0]
    if match["email"]:
        return {"type": "link", "url": f"mailto:{word}", "text": word}, f"<mailto:{word}|{word}>"
    if match["url"]:
        return {"type": "link", "url": word}, f"<{escape(word)}>"
    found = (user if match["user"] else channel)(word[1:])
    if found is None:
        return None, ""
    if match["user"]:
        label = f"|{word[1:]}" if labelled else ""
        return {"type": "user", "user_id": found}, f"<@{found}{label}>"
    return {"type": "channel", "channel_id": found}, f"<#{found}|{word[1:]}>"


def _add_text(text: str, markup: list[str], elements: list[JSON]) -> None:
    if text:
        markup.append(escape(text))
        elements.append({"type": "text", "text": text})
