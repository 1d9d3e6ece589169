"""``storythread demo`` without a script: the workspace in a terminal."""

from __future__ import annotations

from pathlib import Path


async def run_console(out: Path) -> None:
    """Lets people act in the workspace by typing lines."""
    raise NotImplementedError
