"""Messages as their authors send them: what Slack writes beside text and blocks."""

from __future__ import annotations

import uuid
from typing import Any

from slackbot.sandbox.shapes import JSON, without_nones
from slackbot.sandbox.text import Typed, stored
from slackbot.sandbox.workspace import Account, Workspace

#: The text of a message that has blocks and no text of its own.
NO_TEXT = "This content can't be displayed."


def by_bot(workspace: Workspace, content: JSON) -> JSON:
    """A message of the app's bot user; None values are left out."""
    app = workspace.app
    profile = {
        "id": app.bot_id,
        "deleted": False,
        "name": app.name,
        "updated": 0,
        "app_id": app.id,
        "icons": {},
        "team_id": workspace.team.id,
    }
    author = {"user": app.bot_user_id, "bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile}
    return {**author, **without_nones(content)}


def by_response(workspace: Workspace, content: JSON) -> JSON:
    """A message that came by a response URL or as the answer to a command: a bot's, but no user's."""
    return {"subtype": "bot_message", "bot_id": workspace.app.bot_id, **without_nones(content)}


def by_person(account: Account, written: Typed) -> JSON:
    """A message that somebody typed."""
    return {
        "client_msg_id": str(uuid.uuid4()),
        "user": account.id,
        "text": written.text,
        "blocks": written.blocks,
    }


def content_of(text: Any, blocks: list[JSON] | None) -> JSON:
    """Text and blocks of a message as stored; a message of blocks alone gets Slack's stand-in text."""
    written = stored(str(text), markup=True) if text else ""
    if blocks:
        return {"text": written or NO_TEXT, "blocks": blocks}
    return {"text": written}
