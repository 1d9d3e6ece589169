"""The shapes of composition objects and of block elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.sandbox.block_kit.schema import (
    Check,
    Problem,
    any_of,
    anything,
    array,
    both,
    by_type,
    flag,
    number,
    shape,
    text,
    word,
)

URL = text(3000)
_USER_IDS = array(text(255), 1000, 0)


def plain(most: int, fewest: int = 1) -> Check:
    """A text object without markup."""
    return by_type({"plain_text": shape({"text": text(most, fewest)}, {"emoji": flag})})


def marked(most: int, fewest: int = 1) -> Check:
    """A text object with or without Slack's markup."""
    written = text(most, fewest)
    return by_type(
        {
            "plain_text": shape({"text": written}, {"emoji": flag}),
            "mrkdwn": shape({"text": written}, {"verbatim": flag}),
        }
    )


CONFIRM = shape(
    {"text": marked(300)},
    {"title": plain(100), "confirm": plain(30), "deny": plain(30), "style": word("primary", "danger")},
)
SLACK_FILE = both(shape({}, {"id": text(255), "url": URL}), any_of("id", "url"))
IMAGE = both(
    shape({"alt_text": text(2000)}, {"image_url": URL, "slack_file": SLACK_FILE}), any_of("image_url", "slack_file")
)
_PLACEHOLDER = plain(150)
_DISPATCH = shape({}, {"trigger_actions_on": array(word("on_enter_pressed", "on_character_entered"), 2)})


def option(words: Check, *, url: bool = False) -> Check:
    """An option of a menu or a group."""
    extra = {"url": URL} if url else {}
    return shape({"text": words, "value": text(150)}, {"description": marked(75), **extra})


MENU_OPTION = option(plain(75))
_GROUP_OPTION = option(marked(75))
OPTION_GROUP = shape({"label": plain(75), "options": array(MENU_OPTION, 100)}, {})


def _known_initial_options(value: Any, at: str) -> Iterator[Problem]:
    """What is chosen at the start must be one of the options, to the letter."""
    groups = value.get("option_groups", ())
    options = [*value.get("options", ()), *(item for group in groups for item in group["options"])]
    if "initial_option" in value and value["initial_option"] not in options:
        yield Problem("`initial_option` must be one of the options", f"{at}/initial_option")
    for place, chosen in enumerate(value.get("initial_options", ())):
        if chosen not in options:
            yield Problem("`initial_options` must be among the options", f"{at}/initial_options/{place}")


def _unique_values(value: Any, at: str) -> Iterator[Problem]:
    """Two options that report the same could not be told apart."""
    seen: set[str] = set()
    for place, item in enumerate(value.get("options", ())):
        reported = item.get("value")
        if reported is not None and reported in seen:
            yield Problem(f'duplicate option value "{reported}"', f"{at}/options/{place}/value")
        seen.add(reported)


def _element(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """An interactive element; Slack makes up an action id where there is none."""
    return shape(required, {"action_id": text(255), "confirm": CONFIRM, "focus_on_load": flag, **optional})


def _menu(optional: Mapping[str, Check]) -> Check:
    return _element({}, {"placeholder": _PLACEHOLDER, **optional})


def _static(optional: Mapping[str, Check]) -> Check:
    lists = {"options": array(MENU_OPTION, 100), "option_groups": array(OPTION_GROUP, 100)}
    shaped = _menu({**lists, **optional})
    return both(shaped, any_of("options", "option_groups"), _known_initial_options, _unique_values)


def _boxes(optional: Mapping[str, Check]) -> Check:
    shaped = _element({"options": array(_GROUP_OPTION, 10)}, optional)
    return both(shaped, _known_initial_options, _unique_values)


def _input(optional: Mapping[str, Check], required: Mapping[str, Check] | None = None) -> Check:
    return _element(required or {}, {"placeholder": _PLACEHOLDER, "dispatch_action_config": _DISPATCH, **optional})


_MANY = {"max_selected_items": number(1, 100)}
_FILTER = shape(
    {},
    {
        "include": array(word("im", "mpim", "private", "public"), 4),
        "exclude_bot_users": flag,
        "exclude_external_shared_channels": flag,
    },
)
_CONVERSATIONS = {"default_to_current_conversation": flag, "filter": _FILTER}

BUTTON = _element(
    {"text": plain(75)},
    {
        "url": URL,
        "value": text(2000, 0),
        "style": word("primary", "danger"),
        "accessibility_label": text(75),
        "agent_prompt": text(4000),
        "agent_prompt_display": text(4000),
        "visible_to_user_ids": _USER_IDS,
    },
)
_FEEDBACK = shape({"text": plain(75)}, {"value": text(2000), "accessibility_label": text(75)})
_WORKFLOW_BUTTON = _element(
    {"text": plain(75), "workflow": anything},
    {"style": word("primary", "danger"), "accessibility_label": text(75)},
)

SELECTS: dict[str, Check] = {
    "static_select": _static({"initial_option": MENU_OPTION}),
    "external_select": _menu({"initial_option": MENU_OPTION, "min_query_length": number(0, 100)}),
    "users_select": _menu({"initial_user": text(255)}),
    "conversations_select": _menu({"initial_conversation": text(255), "response_url_enabled": flag, **_CONVERSATIONS}),
    "channels_select": _menu({"initial_channel": text(255), "response_url_enabled": flag}),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": _static({"initial_options": array(MENU_OPTION, 100), **_MANY}),
    "multi_external_select": _menu(
        {"initial_options": array(MENU_OPTION, 100), "min_query_length": number(0, 100), **_MANY}
    ),
    "multi_users_select": _menu({"initial_users": _USER_IDS, **_MANY}),
    "multi_conversations_select": _menu({"initial_conversations": _USER_IDS, **_MANY, **_CONVERSATIONS}),
    "multi_channels_select": _menu({"initial_channels": _USER_IDS, **_MANY}),
}
PICKERS: dict[str, Check] = {
    "checkboxes": _boxes({"initial_options": array(_GROUP_OPTION, 10)}),
    "radio_buttons": _boxes({"initial_option": _GROUP_OPTION}),
    "datepicker": _menu({"initial_date": text(10)}),
    "timepicker": _menu({"initial_time": text(5), "timezone": text(255)}),
    "datetimepicker": _element({}, {"initial_date_time": anything}),
}
BUTTONS: dict[str, Check] = {
    "button": BUTTON,
    "overflow": both(_element({"options": array(option(plain(75), url=True), 5)}, {}), _unique_values),
    "workflow_button": _WORKFLOW_BUTTON,
}
INPUTS: dict[str, Check] = {
    "plain_text_input": _input(
        {
            "initial_value": text(3000, 0),
            "multiline": flag,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        }
    ),
    "email_text_input": _input({"initial_value": text(3000, 0)}),
    "url_text_input": _input({"initial_value": text(3000, 0)}),
    "number_input": _input(
        {"initial_value": text(100, 0), "min_value": text(100), "max_value": text(100)},
        {"is_decimal_allowed": flag},
    ),
    "rich_text_input": _input({"initial_value": anything, "min_lines": number(1, 100), "max_lines": number(1, 100)}),
}
FILE_INPUT: dict[str, Check] = {
    "file_input": _element({}, {"filetypes": array(text(255), 100), "max_files": number(1, 10)}),
}
CONTEXT_BUTTONS: dict[str, Check] = {
    "feedback_buttons": _element({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {}),
    "icon_button": _element(
        {"icon": text(255), "text": plain(75)},
        {
            "accessibility_label": text(75),
            "value": text(2000),
            "visible_to_user_ids": array(text(255), 10),
            "alt_text": text(2000),
        },
    ),
}
