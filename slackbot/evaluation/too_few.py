"""What an evaluation says of a project that teaches too little for it."""

from __future__ import annotations

from slackbot.errors import FileError


class TooFew(FileError):
    """There is too little to hold anything out."""
