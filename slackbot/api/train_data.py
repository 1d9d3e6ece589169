"""The process that trains what a request has sent: ``python -m slackbot.api.train_data FOLDER``."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from slackbot.api.training import DATA, MODEL, WRONG_DATA
from slackbot.dialogue.project import load_project
from slackbot.dialogue.yamlfile import read_yaml
from slackbot.errors import FileError, PersonError


def main(folder: Path) -> int:
    """Leaves the model in the folder, or says what is wrong with the data. Returns the status to end with."""
    logging.basicConfig(level=logging.ERROR)
    try:
        read_yaml(folder / DATA[0])
    except FileError as error:
        return _said(f"The request body does not contain valid YAML. Error: {_of_body(error)}")
    try:
        (folder / MODEL).write_bytes(_trained(folder))
    except FileError as error:
        return _said(str(_of_body(error)))
    except PersonError as error:
        return _said(str(error))
    return 0


def _trained(folder: Path) -> bytes:
    """The archive. Raises PersonError."""
    if not isinstance(read_yaml(folder / DATA[0]), dict):
        raise FileError("body", 1, "this is no mapping in YAML", "write it like 'nlu:'")
    # What stands in this server's environment is not for whoever sends the data.
    project = load_project(folder, environment=None)
    if not project.nlu.examples and not project.stories:
        raise FileError("body", None, "there is nothing to learn", "send nlu, stories or rules")
    from slackbot.core.builtin import BuiltinCore  # noqa: PLC0415  takes longer than to find what is wrong with data

    return BuiltinCore.train(project).archive()


def _of_body(error: FileError) -> FileError:
    """All of it is one body, as whatever part it was read."""
    return FileError("body", error.line, error.problem, error.remedy)


def _said(message: str) -> int:
    sys.stdout.buffer.write(message.encode(errors="replace"))  # whatever the locale is
    return WRONG_DATA


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
