"""blocks.validate: the checks of Block Kit without posting anything. It needs no token."""

from __future__ import annotations

from typing import Any

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import message_problems, view_problems
from slackbot.sandbox.block_kit.schema import Problem
from slackbot.sandbox.errors import ApiError, invalid_arguments
from slackbot.sandbox.shapes import JSON, without_nones

_SUBJECTS = ("blocks", "view", "message")


@method("blocks.validate", Tier.SPECIAL, caller="anyone")
def validate(backend: Backend, arguments: Arguments) -> JSON:  # noqa: ARG001  every handler has this shape
    """Check blocks, a view or a message. ApiError ``invalid_blocks`` and the like name every fault."""
    given = [name for name in _SUBJECTS if name in arguments]
    if len(given) != 1:
        raise ApiError("invalid_arguments", response_metadata={"messages": [_EXACTLY_ONE]})
    subject = given[0]
    problems = _problems(subject, arguments.object(subject, "invalid_arguments"))
    if problems:
        raise ApiError(f"invalid_{subject}", errors=[_entry(problem) for problem in problems])
    return {}


_EXACTLY_ONE = "must provide exactly one of `blocks`, `view`, or `message`"


def _problems(subject: str, value: Any) -> list[Problem]:
    if subject == "blocks":
        return message_problems(value)
    if subject == "view":
        return view_problems(value)
    if not isinstance(value, dict):
        raise invalid_arguments("must provide an object [json-pointer:/message]")
    blocks = value.get("blocks", [])
    return [problem._replace(pointer=f"/blocks{problem.pointer}") for problem in message_problems(blocks)]


def _entry(problem: Problem) -> JSON:
    return without_nones(
        {
            "code": "failed_constraint",
            "message": problem.message,
            "field": problem.pointer.rpartition("/")[2] or None,
            "pointer": problem.pointer,
            "constraint": problem.constraint,
        }
    )
