"""Block Kit's building stones as plain dicts, each kept within Slack's limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackbot.blocks.mrkdwn import shorten

Block = dict[str, Any]
#: Slack's limits, in characters.
TEXT, BUTTON_TEXT, BUTTON_VALUE, OPTION_TEXT, VIEW_TITLE, PLACEHOLDER, METADATA = 3000, 75, 2000, 75, 24, 150, 3000
#: Options in one select.
OPTIONS = 100


def plain_text(text: str, length: int) -> Block:
    """Text without markup."""
    return {"type": "plain_text", "text": shorten(text, length) or " ", "emoji": True}


def _mrkdwn(text: str, length: int) -> Block:
    """Text with markup. Slack looks for no mentions or links in it but those that are marked up as such."""
    return {"type": "mrkdwn", "text": shorten(text, length) or " ", "verbatim": True}


def section(text: str, *, block_id: str | None = None, accessory: Block | None = None) -> Block:
    """A paragraph of mrkdwn."""
    block: Block = {"type": "section", "text": _mrkdwn(text, TEXT)}
    if block_id:
        block["block_id"] = block_id
    if accessory:
        block["accessory"] = accessory
    return block


def paragraphs(lines: Sequence[str]) -> list[str]:
    """The lines, in order, as few texts as sections can hold."""
    texts = [""]
    for line in lines:
        joined = f"{texts[-1]}\n{line}" if texts[-1] else line
        if len(joined) <= TEXT:
            texts[-1] = joined
        else:
            texts.append(line)
    return texts


def context(text: str) -> Block:
    """A small grey line of mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(text, TEXT)]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def actions(elements: Sequence[Block], *, block_id: str | None = None) -> Block:
    """A row of buttons."""
    block: Block = {"type": "actions", "elements": list(elements)}
    if block_id:
        block["block_id"] = block_id
    return block


def button(text: str, action_id: str, value: str, *, style: str | None = None, confirm: Block | None = None) -> Block:
    """A button. Raises ValueError for a value that Slack would refuse."""
    if len(value) > BUTTON_VALUE:
        raise ValueError(f"a button's value holds {BUTTON_VALUE} characters, not {len(value)}")
    block: Block = {
        "type": "button",
        "text": plain_text(text, BUTTON_TEXT),
        "action_id": action_id,
        "value": value,
    }
    if style:
        block["style"] = style
    if confirm:
        block["confirm"] = confirm
    return block


def link_button(text: str, action_id: str, url: str, *, style: str | None = None) -> Block:
    """A button that opens an address. The app is told of the press too."""
    block: Block = {"type": "button", "text": plain_text(text, BUTTON_TEXT), "action_id": action_id, "url": url}
    return {**block, "style": style} if style else block


def static_select(action_id: str, placeholder: str, options: Sequence[Block], chosen: Block | None = None) -> Block:
    """A select of one from a fixed list of up to 10,000; longer than 100, it is shown in groups."""
    block: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder, PLACEHOLDER),
        **_choices(options),
    }
    return {**block, "initial_option": chosen} if chosen else block


def checkboxes(action_id: str, options: Sequence[Block]) -> Block:
    """Boxes to tick, up to 10."""
    return {"type": "checkboxes", "action_id": action_id, "options": list(options)}


def timepicker(action_id: str, placeholder: str, chosen: str) -> Block:
    """A time of day, ``HH:MM``."""
    shown = plain_text(placeholder, PLACEHOLDER)
    return {"type": "timepicker", "action_id": action_id, "placeholder": shown, "initial_time": chosen}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """A small menu behind three dots, of up to 5 options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """A dialog before an action that can't be taken back."""
    return {
        "title": plain_text(title, 100),
        "text": _mrkdwn(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text(no, 30),
    }


def option(text: str, value: str, description: str = "") -> Block:
    """One choice of a select."""
    block: Block = {"text": plain_text(text, OPTION_TEXT), "value": value}
    if description:
        block["description"] = plain_text(description, OPTION_TEXT)
    return block


def external_select(action_id: str, placeholder: str, chosen: Block | None = None) -> Block:
    """A select whose options are looked up as the person types."""
    block: Block = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder, PLACEHOLDER),
        "min_query_length": 0,
    }
    if chosen:
        block["initial_option"] = chosen
    return block


def multi_static_select(action_id: str, placeholder: str, options: Sequence[Block]) -> Block:
    """A select of several from a fixed list of up to 10,000; longer than 100, it is shown in groups."""
    block: Block = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder, PLACEHOLDER),
    }
    return {**block, **_choices(options)}


def _choices(options: Sequence[Block]) -> Block:
    """The options of a select, in groups where they are too many for one."""
    chunks = [list(options[start : start + OPTIONS]) for start in range(0, len(options), OPTIONS)]
    if len(chunks) <= 1:
        return {"options": list(options)}
    groups = [
        {
            "label": plain_text(f"{number * OPTIONS + 1} to {number * OPTIONS + len(chunk)}", OPTION_TEXT),
            "options": chunk,
        }
        for number, chunk in enumerate(chunks[:OPTIONS])
    ]
    return {"option_groups": groups}


def text_input(action_id: str, *, placeholder: str = "", initial: str = "", multiline: bool = False) -> Block:
    """A field to type in."""
    block: Block = {"type": "plain_text_input", "action_id": action_id, "multiline": multiline}
    if placeholder:
        block["placeholder"] = plain_text(placeholder, PLACEHOLDER)
    if initial:
        block["initial_value"] = initial[:TEXT]
    return block


def input_block(label: str, element: Block, *, block_id: str, optional: bool = False, hint: str = "") -> Block:
    """A labelled field of a modal."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = plain_text(hint, 2000)
    return block


def modal(callback_id: str, title: str, submit: str, blocks: Sequence[Block], metadata: str) -> Block:
    """A modal. Raises ValueError when its metadata is longer than Slack takes."""
    if len(metadata) > METADATA:
        raise ValueError(f"a view's metadata holds {METADATA} characters, not {len(metadata)}")
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, VIEW_TITLE),
        "submit": plain_text(submit, VIEW_TITLE),
        "close": plain_text("Cancel", VIEW_TITLE),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
