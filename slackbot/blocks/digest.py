"""A direct message that reminds somebody of the questions that wait for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slackbot.blocks import kit
from slackbot.blocks.card import Card
from slackbot.blocks.mrkdwn import quote
from slackbot.crowd.digest import Mentioned

#: Questions that one digest lists.
MOST_LISTED = 20
_CHOOSE = "When I remind you is yours to choose: *Home*, above, *My settings*."


def digest_card(items: Sequence[Mentioned], more: int = 0) -> Card:
    """The message. ``items`` in their order; ``more`` are not listed."""
    count = len(items) + more
    title = f"{count} {'question waits' if count == 1 else 'questions wait'} for you"
    lines: list[str] = [f"*{title}*"]
    lines += _lines([one for one in items if not one.to_decide and not one.as_backup])
    lines += _part("*Others were reminded and have not answered. You are asked in their place:*", items, backup=True)
    lines += _part("*To be decided by you:*", items, backup=False)
    if more:
        lines.append(f"and {more} more: they are in *Home*, above.")
    return Card(title, [*(kit.section(text) for text in kit.paragraphs(lines)), kit.context(_CHOOSE)])


def struck_card(items: Sequence[Mentioned]) -> Card:
    """The same message once nothing in it waits for its person any more."""
    lines = ["*Done:* nothing of this waits for you any more."]
    lines += [f"• ~{_linked(one)}~" for one in items]
    return Card("Done: nothing of this waits for you any more", [kit.section(text) for text in kit.paragraphs(lines)])


def _part(title: str, items: Sequence[Mentioned], *, backup: bool) -> list[str]:
    found = [one for one in items if (one.as_backup if backup else one.to_decide and not one.as_backup)]
    return [title, *_lines(found)] if found else []


def _lines(items: Iterable[Mentioned]) -> list[str]:
    return [f"• {_linked(one)} {one.about}" for one in items]


def _linked(one: Mentioned) -> str:
    """What was said, as a link to its card. Slack formats nothing inside of a link's text that is code."""
    text = quote(one.text, 150)
    return f"<{one.link}|{text.replace('|', 'ǀ')}>" if one.link else text
