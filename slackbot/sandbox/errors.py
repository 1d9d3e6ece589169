"""What can go wrong for a person in the sandbox, and what the Web API answers when a call is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slackbot.errors import PersonError, StorythreadError


class NotAcknowledged(StorythreadError):
    """The app didn't answer an interaction in time or answered wrongly: the person would see Slack's error."""


class NotOnScreen(PersonError):
    """A person reached for something that they don't have before them: a button, a modal, an option, a channel."""


class ApiError(Exception):
    """A Web API call that Slack refuses: HTTP 200 with ``ok: false``, `error` by its name and `extra` fields."""

    def __init__(self, error: str, **extra: Any) -> None:
        super().__init__(error)
        self.error, self.extra = error, extra

    def as_dict(self) -> dict[str, Any]:
        """The body of the answer."""
        return {"ok": False, "error": self.error, **self.extra}


def invalid_arguments(*messages: str) -> ApiError:
    """The error for arguments of the wrong shape; each message becomes one line of ``response_metadata``."""
    return ApiError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {m}" for m in messages]})


def missing_scope(needed: Iterable[str], granted: Iterable[str]) -> ApiError:
    """The error that names both."""
    return ApiError("missing_scope", needed=",".join(needed), provided=",".join(sorted(granted)))
