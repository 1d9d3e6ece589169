"""A command of ``storythread`` as a child that never outlives its parent, however that ends: ``python -m`` this.

Standard input is a pipe that the parent holds; the kernel closes it when the parent dies.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

#: Seconds for an orderly end.
_STOP_BOUND = 20.0


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_BOUND)
    os._exit(1)


def main() -> None:
    """Run the command that the arguments name."""
    from slackbot.cli import main as command  # noqa: PLC0415  the watch begins before anything slow

    threading.Thread(target=_end_with_parent, name="watching the parent", daemon=True).start()
    command(sys.argv[1:], prog_name="storythread")


if __name__ == "__main__":
    main()
