"""Taking home what was taught in the shell: into a project, or as files of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from slackbot.core.protocol import Additions
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import Event, Restarted
from slackbot.dialogue.history import told
from slackbot.dialogue.merge import Conversation as Taught
from slackbot.dialogue.merge import plan
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import write_atomically
from slackbot.errors import FileError
from slackbot.export_command import export
from slackbot.learning.conversation import Conversation, with_additions
from slackbot.learning.export import export_files
from slackbot.learning.turns import turns_of


def finished_events(conversation: Conversation) -> list[Event]:
    """What was said, without the turn that is not over yet."""
    tracker = conversation.tracker
    turns = turns_of(tracker)
    if tracker.is_listening or tracker.paused or not turns:
        return told(tracker.events)
    return told(tracker.events[: turns[-1].position])


def taught(conversations: Sequence[Conversation]) -> list[Taught]:
    """The conversations as an export takes them."""
    return [
        Taught(f"shell_{each.id}", finished_events(each), each.session.additions.responses) for each in conversations
    ]


def changes_anything(project: Path, conversations: Sequence[Conversation]) -> bool:
    """Whether an export would add something to the project. Raises FileError."""
    return bool(plan(project, taught(conversations)).changes)


def export_into(
    project: Path, conversations: Sequence[Conversation], *, dry_run: bool, show: Callable[[str], None]
) -> None:
    """Adds to the project on disk, or only shows what would be added. Raises FileError, with nothing written."""
    export(project, taught(conversations), new_file=None, dry_run=dry_run, show=show, warn=show)


def files_of(conversations: Sequence[Conversation], base: Domain) -> dict[str, str]:
    """File name to text, of all conversations together: ``stories.yml``, ``nlu.yml``, ``domain.yml``."""
    additions = _together([each.session.additions for each in conversations])
    events: list[Event] = []
    for each in conversations:
        events += [*([Restarted()] if events else []), *finished_events(each)]
    name = f"shell_{conversations[0].id.rpartition('-')[0]}"
    tracker = Tracker(name, with_additions(base, additions), events)
    return export_files(tracker, additions, base, name)


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes each file in one step. Raises FileError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_atomically(folder / name, text)
    except OSError as error:
        raise FileError(folder, None, f"can't be written to ({error.strerror})", "name another folder") from error


def _together(additions: Sequence[Additions]) -> Additions:
    return Additions(
        intents=tuple(dict.fromkeys(name for each in additions for name in each.intents)),
        entities=tuple(dict.fromkeys(name for each in additions for name in each.entities)),
        actions=tuple(dict.fromkeys(name for each in additions for name in each.actions)),
        responses={name: text for each in additions for name, text in each.responses.items()},
    )
