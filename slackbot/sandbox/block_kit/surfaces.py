"""What the blocks of a message and a whole view must be, and the ids that Slack gives where the app gave none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from slackbot.sandbox.block_kit.blocks import surface_blocks
from slackbot.sandbox.block_kit.elements import MENU_OPTION, OPTION_GROUP, plain
from slackbot.sandbox.block_kit.schema import Check, Problem, any_of, array, both, by_type, flag, shape, text
from slackbot.sandbox.errors import ApiError, invalid_arguments
from slackbot.sandbox.ids import new_block_id
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import stored

VIEW_LIMIT = 250_000  # bytes of JSON

_VIEW_FIELDS: dict[str, Check] = {
    "private_metadata": text(3000, 0),
    "callback_id": text(255, 0),
    "external_id": text(255, 0),
    "clear_on_close": flag,
    "notify_on_close": flag,
}
_BUTTON = plain(24)


def _submit_for_inputs(view: Any, at: str) -> Iterator[Problem]:
    for place, block in enumerate(view["blocks"]):
        if block["type"] == "input" and "submit" not in view:
            message = "must define `submit` to use an `input` block in modals"
            yield Problem(message, f"{at}/blocks/{place}/input")


_MESSAGE = surface_blocks("message")
_VIEWS: dict[str, Check] = {
    "modal": both(
        shape(
            {"title": _BUTTON, "blocks": surface_blocks("modal")},
            {"submit": _BUTTON, "close": _BUTTON, "submit_disabled": flag, **_VIEW_FIELDS},
        ),
        _submit_for_inputs,
    ),
    "home": shape({"blocks": surface_blocks("home")}, {"title": _BUTTON, **_VIEW_FIELDS}),
}


_SUGGESTIONS = both(
    shape({}, {"options": array(MENU_OPTION, 100, 0), "option_groups": array(OPTION_GROUP, 100, 0)}),
    any_of("options", "option_groups"),
)


def message_problems(blocks: Any) -> list[Problem]:
    """What is wrong with the blocks of a message; pointers start at the list itself."""
    return list(_MESSAGE(blocks, ""))


def view_problems(view: Any, kinds: Sequence[str] = ("modal", "home")) -> list[Problem]:
    """What is wrong with a view of one of these kinds; pointers start at the view itself."""
    return list(by_type({kind: _VIEWS[kind] for kind in kinds})(view, ""))


def message_blocks(blocks: Any) -> list[JSON]:
    """The blocks of a message, checked, as Slack keeps them: ids and defaults filled in, ``&``, ``<``, ``>`` escaped.

    ApiError ``invalid_blocks`` with every fault, ``invalid_blocks_format`` if it is no list.
    """
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if not blocks:
        return []
    problems = message_problems(blocks)
    if problems:
        lines = [problem.line("/blocks") for problem in problems]
        raise ApiError(
            "invalid_blocks",
            errors=lines,
            response_metadata={"messages": [f"[ERROR] {line}" for line in lines]},
        )
    kept: list[JSON] = _kept(with_ids(blocks), escape=True)
    return kept


def view_definition(view: Any, kinds: Sequence[str]) -> JSON:
    """A view, checked, as Slack keeps it: ids and defaults filled in.

    ApiError ``invalid_arguments`` with every fault, ``view_too_large``.
    """
    problems = view_problems(view, kinds)
    if problems:
        raise invalid_arguments(*(problem.line("/view") for problem in problems))
    if len(json.dumps(view).encode()) > VIEW_LIMIT:
        raise ApiError("view_too_large")
    kept: JSON = _kept({**view, "blocks": with_ids(view["blocks"])}, escape=False)
    return kept


def suggested_options(answer: Any) -> list[JSON]:
    """The options that an app offers for a query, grouped or not. ApiError ``invalid_arguments``."""
    problems = list(_SUGGESTIONS(answer, ""))
    if problems:
        raise invalid_arguments(*(problem.line() for problem in problems))
    groups = answer.get("option_groups", ())
    return [*answer.get("options", ()), *(option for group in groups for option in group["options"])]


def with_ids(blocks: Sequence[JSON]) -> list[JSON]:
    """The same blocks; blocks and interactive elements without an id get a new one."""
    return [_with_ids(block) for block in blocks]


#: What Slack adds where the app said nothing, by type.
_DEFAULTS: dict[str, JSON] = {
    "plain_text": {"emoji": True},
    "mrkdwn": {"verbatim": False},
    "input": {"optional": False, "dispatch_action": False},
}


def _kept(value: Any, *, escape: bool) -> Any:
    """The same as Slack keeps it, with its defaults and, in messages, with the texts escaped."""
    if isinstance(value, list):
        return [_kept(item, escape=escape) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    kept = {key: _kept(item, escape=escape) for key, item in value.items()}
    if kind in ("plain_text", "mrkdwn") and escape:
        kept["text"] = stored(value["text"], markup=kind == "mrkdwn")
    return {**kept, **{key: item for key, item in _DEFAULTS.get(str(kind), {}).items() if key not in kept}}


def _with_ids(block: JSON) -> JSON:
    made = dict(block) if block.get("block_id") else {**block, "block_id": new_block_id()}
    for key in ("accessory", "element"):
        if key in made:
            made[key] = _with_action_id(made[key])
    if made["type"] in ("actions", "context_actions", "card"):
        key = "actions" if made["type"] == "card" else "elements"
        made[key] = [_with_action_id(element) for element in made.get(key, ())]
    if made["type"] == "carousel":
        made["elements"] = with_ids(made["elements"])
    if "child_blocks" in made:
        made["child_blocks"] = with_ids(made["child_blocks"])
    return made


def _with_action_id(element: JSON) -> JSON:
    if element.get("action_id") or element["type"] == "image":
        return element
    return {**element, "action_id": new_block_id()}
