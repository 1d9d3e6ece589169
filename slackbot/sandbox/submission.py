"""A modal's submission: what Slack's client checks by itself before, and what it does with the answer."""

from __future__ import annotations

import re
from typing import Any

from slackbot.sandbox.block_kit import view_definition
from slackbot.sandbox.elements import VALUE_KEYS, placed_elements
from slackbot.sandbox.errors import invalid_arguments
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.views import View, Views

_REQUIRED = "Please complete this required field."
_FORMATS = {
    "email_text_input": (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), "Please enter a valid email address."),
    "url_text_input": (re.compile(r"https?://\S+"), "Please enter a valid URL."),
    "number_input": (re.compile(r"-?\d+(\.\d+)?"), "Please enter a number."),
}


def follow(views: Views, view: View, answer: JSON) -> None:
    """Do what the app's answer to a submission says; nothing said closes the view.

    ApiError if Slack couldn't: it would show the person an error.
    """
    action = answer.get("response_action")
    if action == "errors":
        views.refuse(view, _known_errors(view, answer.get("errors")))
    elif action == "update":
        views.update(view, view_definition(answer.get("view"), ("modal",)))
    elif action == "push":
        views.push(view.user_id, view_definition(answer.get("view"), ("modal",)))
    elif action == "clear":
        views.close_all(view.user_id)
    elif action is None:
        views.close(view)
    else:
        raise invalid_arguments(f"unknown `response_action`: {action}")


def _known_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise invalid_arguments("`errors` must name at least one block")
    for block_id, message in errors.items():
        if block_id not in inputs:
            raise invalid_arguments(f"`errors` names {block_id!r}, which is no input block of the view")
        if not isinstance(message, str) or not message:
            raise invalid_arguments(f"`errors` has no text for {block_id!r}")
    return dict(errors)


def complaints(view: View) -> dict[str, str]:
    """block_id -> what the client shows under an input that can't be sent as it is; empty if all can."""
    found = {}
    for element, block in placed_elements(view.blocks):
        if block["type"] == "input":
            state = view.state[block["block_id"]][element["action_id"]]
            complaint = _complaint(element, block, state[VALUE_KEYS[element["type"]]])
            if complaint:
                found[block["block_id"]] = complaint
    return found


def _complaint(element: JSON, block: JSON, value: object) -> str | None:
    if not value:
        return None if block.get("optional") else _REQUIRED
    written = str(value)
    kind = element["type"]
    if kind in _FORMATS and not _FORMATS[kind][0].fullmatch(written):
        return _FORMATS[kind][1]
    if kind == "plain_text_input":
        return _length_complaint(element, written)
    if kind == "number_input":
        return _range_complaint(element, float(written))
    return None


def _length_complaint(element: JSON, written: str) -> str | None:
    if len(written) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(written) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None


def _range_complaint(element: JSON, number: float) -> str | None:
    if number < float(element.get("min_value", number)):
        return f"Please enter a number of at least {element['min_value']}."
    if number > float(element.get("max_value", number)):
        return f"Please enter a number of at most {element['max_value']}."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    return None
