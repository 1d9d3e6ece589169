"""The shapes of blocks, and which of them each surface takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.sandbox.block_kit.elements import (
    BUTTON,
    BUTTONS,
    CONTEXT_BUTTONS,
    FILE_INPUT,
    IMAGE,
    INPUTS,
    MULTI_SELECTS,
    PICKERS,
    SELECTS,
    SLACK_FILE,
    URL,
    marked,
    plain,
)
from slackbot.sandbox.block_kit.rich_text import RICH_TEXT_ELEMENTS
from slackbot.sandbox.block_kit.schema import (
    Check,
    Problem,
    any_of,
    anything,
    array,
    both,
    by_type,
    flag,
    shape,
    text,
    unique,
    word,
)

MARKDOWN_LIMIT = 12_000  # characters, of all markdown blocks of a message together


def _block(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    return shape(required, {"block_id": text(255, 0), **optional})


def _unique_action_ids(value: Any, at: str) -> Iterator[Problem]:
    for key in ("elements", "actions"):
        ids = [
            (element["action_id"], f"{at}/{key}/{place}/action_id")
            for place, element in enumerate(value.get(key, ()))
            if "action_id" in element
        ]
        yield from unique(ids, "action_id")


def _no_divider_when_collapsible(value: Any, at: str) -> Iterator[Problem]:
    if value.get("is_collapsible") and value.get("has_header_divider"):
        yield Problem("`has_header_divider` can't be set when `is_collapsible` is true", f"{at}/has_header_divider")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        yield Problem("`default_collapsed` needs `is_collapsible`", f"{at}/default_collapsed")


_IMAGE_ELEMENT = {"image": IMAGE}
_ACTIONS = both(
    _block({"elements": array(by_type({**BUTTONS, **SELECTS, **MULTI_SELECTS, **PICKERS}), 25)}, {}),
    _unique_action_ids,
)
_SECTION = both(
    _block(
        {},
        {
            "text": marked(3000),
            "fields": array(marked(2000), 10),
            "accessory": by_type({**BUTTONS, **SELECTS, **MULTI_SELECTS, **PICKERS, **_IMAGE_ELEMENT}),
            "expand": flag,
        },
    ),
    any_of("text", "fields"),
)
_CONTEXT_TEXT = {"plain_text": plain(3000), "mrkdwn": marked(3000)}
_CARD = both(
    _block(
        {},
        {
            "hero_image": by_type(_IMAGE_ELEMENT),
            "icon": by_type(_IMAGE_ELEMENT),
            "slack_icon": shape({"name": text(255)}, {}),
            "title": marked(150),
            "subtitle": marked(150),
            "body": marked(200),
            "actions": array(by_type({"button": BUTTON}), 25),
        },
    ),
    any_of("hero_image", "title", "actions", "body"),
    _unique_action_ids,
)
_RICH_TEXT = _block({"elements": RICH_TEXT_ELEMENTS}, {})
_CELL = by_type(
    {
        "raw_text": shape({"text": text(3000)}, {}),
        "raw_number": shape({"value": anything}, {"text": text(3000)}),
        "rich_text": _RICH_TEXT,
    }
)
_TASK = _block(
    {"task_id": text(255), "title": text(255), "status": word("pending", "in_progress", "complete", "error")},
    {"details": by_type({"rich_text": _RICH_TEXT}), "output": by_type({"rich_text": _RICH_TEXT}), "sources": anything},
)

_COMMON: dict[str, Check] = {
    "actions": _ACTIONS,
    "card": _CARD,
    "carousel": _block({"elements": array(by_type({"card": _CARD}), 10)}, {}),
    "context": _block({"elements": array(by_type({**_CONTEXT_TEXT, **_IMAGE_ELEMENT}), 10)}, {}),
    "divider": _block({}, {}),
    "header": _block({"text": plain(150)}, {}),
    "image": both(
        _block({"alt_text": text(2000)}, {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)}),
        any_of("image_url", "slack_file"),
    ),
    "rich_text": _RICH_TEXT,
    "section": _SECTION,
    "video": _block(
        {"alt_text": text(2000), "title": plain(200), "thumbnail_url": URL, "video_url": URL},
        {
            "title_url": URL,
            "description": plain(200),
            "provider_icon_url": URL,
            "provider_name": text(255),
            "author_name": text(50),
        },
    ),
}


def _input(elements: Mapping[str, Check]) -> Check:
    return _block(
        {"label": plain(2000), "element": by_type(elements)},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    )


_INPUT_ELEMENTS = {**INPUTS, **SELECTS, **MULTI_SELECTS, **PICKERS}
_INPUT, _MODAL_INPUT = _input(_INPUT_ELEMENTS), _input({**_INPUT_ELEMENTS, **FILE_INPUT})
_TABLE = _block(
    {"rows": array(array(_CELL, 20), 100)},
    {"column_settings": array(anything, 20)},
)
_CONTAINED = {kind: _COMMON[kind] for kind in ("actions", "context", "divider", "header", "image", "section", "video")}
_CONTAINER = both(
    _block(
        {"child_blocks": array(by_type({**_CONTAINED, "table": _TABLE}), 10)},
        {
            "title": plain(150),
            "rich_text_title": anything,
            "subtitle": marked(150),
            "icon": by_type(_IMAGE_ELEMENT),
            "width": word("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
    any_of("title", "rich_text_title"),
    _no_divider_when_collapsible,
)
_ALERT = _block({"text": marked(3000)}, {"level": word("default", "info", "warning", "error", "success")})
_CONTEXT_ACTIONS = both(_block({"elements": array(by_type(CONTEXT_BUTTONS), 5)}, {}), _unique_action_ids)

#: surface -> block type -> its shape
BLOCKS: dict[str, dict[str, Check]] = {
    "message": {
        **_COMMON,
        "container": _CONTAINER,
        "context_actions": _CONTEXT_ACTIONS,
        "data_table": shape({"rows": array(anything, 101, 2)}, {}, is_open=True),
        "data_visualization": anything,
        "file": _block({"external_id": text(255), "source": text(255)}, {}),
        "input": _INPUT,
        "markdown": _block({"text": text(MARKDOWN_LIMIT)}, {}),
        "plan": _block({"title": text(255)}, {"tasks": array(_TASK, 100, 0)}),
        "table": _TABLE,
        "task_card": _TASK,
    },
    "modal": {**_COMMON, "alert": _ALERT, "container": _CONTAINER, "input": _MODAL_INPUT},
    "home": {**_COMMON, "container": _CONTAINER, "input": _INPUT},
}
#: surface -> how many blocks it takes
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}


def surface_blocks(surface: str) -> Check:
    """The blocks of a message, a modal or a home tab."""
    listed = array(by_type(BLOCKS[surface]), MOST_BLOCKS[surface])
    return both(listed, _unique_block_ids, _one_table, _markdown_together)


def _unique_block_ids(blocks: Any, at: str) -> Iterator[Problem]:
    yield from unique(list(_block_ids(blocks, at)), "block_id")


def _block_ids(blocks: list[Any], at: str) -> Iterator[tuple[str, str]]:
    for place, block in enumerate(blocks):
        if block.get("block_id"):
            yield block["block_id"], f"{at}/{place}/block_id"
        yield from _block_ids(block.get("child_blocks", []), f"{at}/{place}/child_blocks")


def _one_table(blocks: Any, at: str) -> Iterator[Problem]:
    for kind in ("table", "data_visualization"):
        if sum(block["type"] == kind for block in blocks) > 1:
            yield Problem(f"too many {kind} blocks", at, {"type": "max_items", "expected": 1})


def _markdown_together(blocks: Any, at: str) -> Iterator[Problem]:
    written = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if written > MARKDOWN_LIMIT:
        limit = {"type": "max_length", "expected": MARKDOWN_LIMIT}
        yield Problem(f"must be less than {MARKDOWN_LIMIT + 1} characters", at, limit)
