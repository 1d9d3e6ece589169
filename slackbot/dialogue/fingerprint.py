"""Tells whether the files of a project are still those that something was learned from."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from slackbot.dialogue.environment import Environment
from slackbot.dialogue.project import project_files
from slackbot.errors import FileError

_VARIABLE = re.compile(rb"\$(?:(\w+)|\{([^}\n]*)\})")


def fingerprint(folder: Path, environment: Environment = os.environ) -> str:
    """The same text for folders with the same files, wherever they lie, and the same variables that these name.

    Reads the files and understands nothing of them. Raises FileError where there is no project.
    """
    digest = hashlib.blake2s(digest_size=16)
    named: set[str] = set()
    for path in project_files(folder):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(path, None, f"the file can't be read ({error.strerror})", "check its rights") from error
        named.update((match[1] or match[2]).decode("utf-8", "replace") for match in _VARIABLE.finditer(content))
        _add(digest, path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape"), content)
    for name in sorted(named & set(environment or ())):
        _add(digest, name.encode(), (environment or {})[name].encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _add(digest: hashlib.blake2s, name: bytes, content: bytes) -> None:
    """Adds a named content, so that no two lists of them look the same."""
    digest.update(b"%d %d " % (len(name), len(content)) + name + content)
