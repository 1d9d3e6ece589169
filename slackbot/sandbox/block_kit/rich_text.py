"""The shapes inside a rich_text block."""

from __future__ import annotations

from slackbot.sandbox.block_kit.schema import Check, anything, array, by_type, number, shape, text, word

_MANY = 10_000
_STYLED = {"style": anything}

_INLINE = by_type(
    {
        "text": shape({"text": text(_MANY * 4)}, _STYLED),
        "link": shape({"url": text(3000)}, {"text": text(_MANY * 4, 0), "unsafe": anything, **_STYLED}),
        "user": shape({"user_id": text(255)}, _STYLED),
        "usergroup": shape({"usergroup_id": text(255)}, _STYLED),
        "channel": shape({"channel_id": text(255)}, _STYLED),
        "team": shape({"team_id": text(255)}, _STYLED),
        "emoji": shape({"name": text(255)}, {"skin_tone": anything, "unicode": text(255), **_STYLED}),
        "broadcast": shape({"range": word("here", "channel", "everyone")}, _STYLED),
        "color": shape({"value": text(255)}, _STYLED),
        "date": shape(
            {"timestamp": anything, "format": text(255)}, {"url": text(3000), "fallback": text(3000), **_STYLED}
        ),
    }
)
_INLINES = array(_INLINE, _MANY, 0)
_SECTION = shape({"elements": _INLINES}, {})
_BORDER = number(0, 1)

RICH_TEXT_ELEMENTS: Check = array(
    by_type(
        {
            "rich_text_section": _SECTION,
            "rich_text_list": shape(
                {
                    "elements": array(by_type({"rich_text_section": _SECTION}), _MANY),
                    "style": word("bullet", "ordered"),
                },
                {"indent": number(0, 8), "offset": number(0, _MANY), "border": _BORDER},
            ),
            "rich_text_preformatted": shape({"elements": _INLINES}, {"border": _BORDER, "language": text(255)}),
            "rich_text_quote": shape({"elements": _INLINES}, {"border": _BORDER}),
        }
    ),
    _MANY,
    0,
)
