"""Interactive elements in blocks: where they are, what state they hold, what a click on one reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from slackbot.sandbox.errors import NotOnScreen
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import unescape

#: element type -> the key under which its state and its actions carry what was chosen or written
VALUE_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
}

#: element type -> the keys that may give its state at the start
_INITIAL_KEYS = {
    "plain_text_input": "initial_value",
    "email_text_input": "initial_value",
    "url_text_input": "initial_value",
    "number_input": "initial_value",
    "rich_text_input": "initial_value",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "static_select": "initial_option",
    "external_select": "initial_option",
    "radio_buttons": "initial_option",
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "checkboxes": "initial_options",
    "multi_static_select": "initial_options",
    "multi_external_select": "initial_options",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}

#: What a block may hold elements in: one, several, or blocks of its own.
_ELEMENT_LISTS = ("elements", "actions")
_NESTED_BLOCKS = ("child_blocks",)

#: The state of a view or a message: block_id -> action_id -> ``{"type", VALUE_KEY: ...}``.
State = dict[str, dict[str, JSON]]


class Placed(NamedTuple):
    """An interactive element and the block that holds it."""

    element: JSON
    block: JSON

    @property
    def dispatches(self) -> bool:
        """Whether using it tells the app at once, and not only on submission."""
        return self.block["type"] != "input" or bool(self.block.get("dispatch_action"))


def placed_elements(blocks: Sequence[JSON]) -> Iterator[Placed]:
    """Every element with an action id, in the order of the blocks."""
    for block in blocks:
        for element in _elements(block):
            if "action_id" in element:
                yield Placed(element, block)
        for key in _NESTED_BLOCKS:
            yield from placed_elements(block.get(key, ()))
        if block["type"] == "carousel":
            yield from placed_elements(block["elements"])


def _elements(block: JSON) -> Iterator[JSON]:
    for key in ("accessory", "element"):
        if isinstance(block.get(key), dict):
            yield block[key]
    for key in _ELEMENT_LISTS:
        for element in block.get(key, ()):
            if block["type"] not in ("rich_text", "carousel"):
                yield element


def find_element(blocks: Sequence[JSON], wanted: str, block_id: str | None = None, *, viewer: str = "") -> Placed:
    """The element with this action id, else the one that shows this text, that the viewer can see.

    NotOnScreen names what there is.
    """
    placed = [
        candidate
        for candidate in placed_elements(blocks)
        if block_id in (None, candidate.block.get("block_id"))
        and viewer in candidate.element.get("visible_to_user_ids", [viewer])
    ]
    for candidate in placed:
        if candidate.element["action_id"] == wanted:
            return candidate
    for candidate in placed:
        if label(candidate) == wanted:
            return candidate
    there = ", ".join(f"{p.element['action_id']} [{label(p)}]" for p in placed) or "nothing to use"
    raise NotOnScreen(f"there is no {wanted!r} here; there is: {there}")


def label(placed: Placed) -> str:
    """What a person reads on the element: a button's text, an input's label, a menu's placeholder."""
    element, block = placed
    if block["type"] == "input":
        return unescape(block["label"]["text"])
    text = element.get("text") or element.get("placeholder") or {"text": element["type"]}
    return unescape(text["text"])


def merged_state(blocks: Sequence[JSON], old: State) -> State:
    """The state of these blocks: kept where block id and action id are as before, else the initial one."""
    state: State = {}
    for element, block in placed_elements(blocks):
        kind = element["type"]
        if kind in VALUE_KEYS:
            kept = old.get(block["block_id"], {}).get(element["action_id"])
            fresh = kept if kept and kept["type"] == kind else initial_state(element)
            state.setdefault(block["block_id"], {})[element["action_id"]] = fresh
    return state


def initial_state(element: JSON) -> JSON:
    """The state of an element that nobody has touched."""
    kind = element["type"]
    key = VALUE_KEYS[kind]
    empty: Any = [] if key.endswith("s") else None
    initial_key = _INITIAL_KEYS.get(kind, "")
    return {"type": kind, key: element.get(initial_key, empty)}


def options_of(element: JSON) -> list[JSON]:
    """Every option that a menu, radio or checkbox group offers, grouped or not."""
    groups = element.get("option_groups", ())
    return [*element.get("options", ()), *(option for group in groups for option in group["options"])]


def pick_option(options: Sequence[JSON], wanted: str) -> JSON:
    """The option with this value, else with this text. NotOnScreen names what there is."""
    for option in options:
        if option.get("value") == wanted:
            return option
    for option in options:
        if unescape(option["text"]["text"]) == wanted:
            return option
    there = ", ".join(f"{o.get('value')} [{o['text']['text']}]" for o in options) or "no option"
    raise NotOnScreen(f"there is no option {wanted!r} here; there is: {there}")


def chosen_state(element: JSON, value: Any, offered: Sequence[JSON] | None = None) -> JSON:
    """The element's state once a person has put `value` in.

    For menus and boxes the value is an option's value or text (a list of them where several can be chosen, None to
    clear); `offered` are the options where the element itself has none.
    """
    kind = element["type"]
    if kind not in VALUE_KEYS:
        raise NotOnScreen(f"a {kind} holds nothing")
    key = VALUE_KEYS[kind]
    options = options_of(element) if offered is None else offered
    if key == "selected_option" and value is not None:
        value = pick_option(options, value)
    elif key == "selected_options":
        wanted = [value] if isinstance(value, str) else value or []
        value = [pick_option(options, one) for one in wanted]
    elif key.endswith("s"):
        value = [value] if isinstance(value, str) else list(value or [])
    elif key == "value":
        value = None if value in (None, "") else str(value)
    return {"type": kind, key: value}


#: What an action reports of its element beside ids and what was chosen.
_ECHOED = ("text", "value", "placeholder", "initial_option", "initial_options", "url")


def reported_action(placed: Placed, action_ts: str, chosen: JSON | None) -> JSON:
    """One entry of ``actions`` in a block_actions payload; `chosen` is what the person did with the element."""
    element, block = placed
    echoed = {key: element[key] for key in _ECHOED if key in element}
    ids = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    return {**echoed, **ids, **(chosen or {}), "action_ts": action_ts}


def momentary_choice(element: JSON, value: Any) -> JSON | None:
    """What using an element without state reports: an overflow's option, one of two feedback buttons."""
    if element["type"] == "overflow":
        return {"selected_option": pick_option(element["options"], value)}
    if element["type"] == "feedback_buttons":
        buttons = [element["positive_button"], element["negative_button"]]
        button = pick_option(buttons, value)
        return {"text": button["text"], "value": button.get("value")}
    return None
