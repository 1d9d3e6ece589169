"""The Web API, a module for each family of methods. Importing this package registers all of them."""

from __future__ import annotations

from slackbot.sandbox.api import block_kit, channel_admin, chat, conversations, files, identity, reactions, users, views
from slackbot.sandbox.api.registry import METHODS

__all__ = [
    "METHODS",
    "block_kit",
    "channel_admin",
    "chat",
    "conversations",
    "files",
    "identity",
    "reactions",
    "users",
    "views",
]
