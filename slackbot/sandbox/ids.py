"""Ids and secrets in the forms that Slack gives them."""

from __future__ import annotations

import secrets
import string

_ID_LETTERS = string.ascii_uppercase + string.digits
_BLOCK_ID_LETTERS = string.ascii_letters + string.digits


def new_id(prefix: str) -> str:
    """An id such as ``C0A1B2C3D4E``: `prefix` says what it names (C channel, U user, V view, F file, ...)."""
    return f"{prefix}0" + "".join(secrets.choice(_ID_LETTERS) for _ in range(9))


def new_block_id() -> str:
    """A block id as Slack assigns it where the app gave none."""
    return "".join(secrets.choice(_BLOCK_ID_LETTERS) for _ in range(5))


def new_bot_token() -> str:
    """A bot token (``xoxb-...``)."""
    return f"xoxb-{_number(12)}-{_number(13)}-{secrets.token_hex(12)}"


def new_app_token(app_id: str) -> str:
    """An app-level token (``xapp-...``), as Socket Mode needs it."""
    return f"xapp-1-{app_id}-{_number(13)}-{secrets.token_hex(32)}"


def new_secret() -> str:
    """A signing secret: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def new_trigger_id() -> str:
    """A trigger id: two numbers and a hash."""
    return f"{_number(13)}.{_number(12)}.{secrets.token_hex(16)}"


def _number(digits: int) -> str:
    return "".join(secrets.choice(string.digits[1:]) for _ in range(digits))
