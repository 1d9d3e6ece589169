"""The workspace in a browser: what a window needs to know, what a person can do in it, and a panel for builders."""

from __future__ import annotations

from slackbot.sandbox.page.site import Page

__all__ = ["Page"]
