"""Block Kit as Slack checks it: limits, required fields and ids, with Slack's own messages."""

from __future__ import annotations

from slackbot.sandbox.block_kit.surfaces import (
    message_blocks,
    message_problems,
    suggested_options,
    view_definition,
    view_problems,
)

__all__ = ["message_blocks", "message_problems", "suggested_options", "view_definition", "view_problems"]
