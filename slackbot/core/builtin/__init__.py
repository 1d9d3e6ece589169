"""The built-in core: learns from a project's own files in seconds and needs no other service."""

from __future__ import annotations

from slackbot.core.builtin.core import BuiltinCore

__all__ = ["BuiltinCore"]
