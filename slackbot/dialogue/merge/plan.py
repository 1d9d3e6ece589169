"""Adds to a Rasa project what conversations taught: planned and verified in memory, then written file by file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.domain_problems import problems_for_rasa_3
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.merge.diff import unified_diff
from slackbot.dialogue.merge.editor import YamlEditor
from slackbot.dialogue.merge.examples import Conflict
from slackbot.dialogue.merge.files import ProjectFiles
from slackbot.dialogue.merge.lines import Lines
from slackbot.dialogue.merge.taught import Conversation, taught_by
from slackbot.dialogue.merge.verify import check_is_read, check_readers
from slackbot.dialogue.project import load_project
from slackbot.dialogue.yamlfile import FORMAT_VERSION, parse_yaml, write_atomically
from slackbot.errors import FileError


@dataclass(frozen=True)
class FileChange:
    """The whole text of a file as it is and as it is to be."""

    path: Path
    #: None where there is no such file.
    before: str | None
    after: str


@dataclass(frozen=True)
class Plan:
    """What is to be written. Nothing is, until ``write`` is called."""

    folder: Path
    changes: tuple[FileChange, ...]
    #: How many are added.
    examples: int
    stories: int
    conflicts: tuple[Conflict, ...]
    #: One line each, for people.
    notes: tuple[str, ...]

    def diff(self) -> str:
        """All changes as one unified diff; empty if there are none."""
        names = (change.path.relative_to(self.folder).as_posix() for change in self.changes)
        return "".join(
            unified_diff(name, change.before, change.after) for name, change in zip(names, self.changes, strict=True)
        )

    def write(self) -> None:
        """Write each file in one step, the domain's first: also after a crash in between the project is whole.

        Raises FileError, before anything is written, if a file is no longer as it was read; and if one can't be
        written (what was written before stays).
        """
        for change in self.changes:
            if _read(change.path) != change.before:
                raise FileError(change.path, None, "the file was changed meanwhile", "run the export again")
        for change in self.changes:
            try:
                change.path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(change.path, change.after)
            except OSError as error:
                problem = f"the file can't be written ({error.strerror})"
                raise FileError(change.path, None, problem, "mend that and run the export again") from error


def plan(folder: Path, conversations: Iterable[Conversation], new_file: Path | None = None) -> Plan:
    """What adding the conversations to the project in the folder would change.

    Examples and stories go to the files that hold their kind, or all to ``new_file`` (relative to the folder). A domain
    of a format before Rasa's 3 is left alone. Raises FileError where the project can't be loaded or added to.
    """
    project = load_project(folder)
    taught = taught_by(conversations, project, domain_grows=not _is_older(project.domain))
    files = ProjectFiles(project, new_file)
    changes = _Changes(files)
    changes.add_all(files.batches(taught.additions))
    problems = [f"{folder}: Rasa 3 would refuse this domain: {each}" for each in problems_for_rasa_3(project.domain)]
    return Plan(
        folder,
        # The domain first: what the other files say needs it.
        tuple(sorted(changes.made, key=lambda change: files.is_data(change.path))),
        len(taught.additions.examples),
        len(taught.additions.stories),
        taught.conflicts,
        (*problems, *taught.notes, *changes.notes),
    )


class _Changes:
    """Collects the changes of files."""

    def __init__(self, files: ProjectFiles) -> None:
        self._files = files
        self.made: list[FileChange] = []
        self.notes: list[str] = []

    def add_all(self, batches: Mapping[Path, Batch]) -> None:
        """Add each batch to its file, and what a file can't take to the one that there is for that."""
        others = {self._files.overflow(path) for path in batches}
        last: dict[Path, Batch] = {}
        for path, batch in batches.items():
            rest, other = (batch, path) if path in others else self._add_what_fits(path, batch)
            if rest:
                last[other] = last.get(other, Batch()) + rest
        for path, batch in last.items():
            self._add(path, batch)

    def _add_what_fits(self, path: Path, batch: Batch) -> tuple[Batch, Path]:
        """The part of the batch that the file can't take, and the file that is to take it."""
        other = self._files.overflow(path)
        try:
            self._add(path, batch)
        except FileError as error:
            if other is None:
                raise
            self.notes.append(f"{error}; what the file can't take was added to {other}")
        else:
            return Batch(), path
        plain, rest = batch.divided()
        if plain and rest:
            with suppress(FileError):
                self._add(path, plain)
                return rest, other
        return batch, other

    def _add(self, path: Path, batch: Batch) -> None:
        before = _read(path)
        editor = YamlEditor(path, before or "")
        batch.put_into(editor)
        after = editor.result()
        data = parse_yaml(Lines(after).plain, path)
        check_readers(path, editor.data, data, batch)
        if self._files.is_data(path):
            check_is_read(path, after, data, batch)
        self.made.append(FileChange(path, before, after))


def _read(path: Path) -> str | None:
    """The text of a file, with its line endings and byte order mark; None if there is no such file."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise FileError(path, None, "the file is not UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise FileError(path, None, f"the file can't be read ({error.strerror})", "check the path") from error


def _is_older(domain: Domain) -> bool:
    """Whether the domain is in a format before that of Rasa 3."""
    major = re.match(r"[0-9]+", str(domain.data.get("version", FORMAT_VERSION)))
    return major is not None and int(major[0]) < 3
