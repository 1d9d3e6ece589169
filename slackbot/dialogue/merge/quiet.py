"""Reading again what was read before, without its warnings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Readers of files log errors only: what they warn of was said when the project was loaded."""
    logger = logging.getLogger("slackbot.dialogue")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
