"""Sets of labels with right answers, read from folders; what can't be used is skipped, and it is said why."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from slackbot.crowd.aggregation import Labels
from slackbot.crowd.aggregation.labels import Integers
from slackbot.errors import FileError


@dataclass(frozen=True)
class LabelledSet:
    """Labels of a crowd, and the right answers of some or all tasks."""

    name: str
    labels: Labels
    #: For each task the code of its right answer; -1 where none is known, -2 where nobody ever gives that answer.
    gold: Integers
    #: What was left out of the files, in words.
    notes: tuple[str, ...]

    @property
    def judged(self) -> Integers:
        """The tasks whose right answer is known."""
        return np.flatnonzero(self.gold != -1)


def set_folders(data: Path) -> list[Path]:
    """The folder itself if it is a set, or else those in it, in alphabetical order. Raises FileError if it is none."""
    if not data.is_dir():
        raise FileError(data, None, "it is no folder", "name a folder whose folders hold labels.csv and gold.csv")
    if (data / "labels.csv").exists():
        return [data]
    folders = sorted(path for path in data.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not folders:
        raise FileError(data, None, "there are no folders in it", "name one whose folders hold labels.csv and gold.csv")
    return folders


def read_set(folder: Path) -> LabelledSet:
    """Raises FileError with what is wrong with the set."""
    rows, notes = _rows(folder / "labels.csv", ("task", "worker", "label"))
    answers, more = _rows(folder / "gold.csv", ("task", "label"))
    gold, doubtful = _unambiguous(answers)
    voted = {task for task, _, _ in rows}
    unvoted = len(gold.keys() - voted)
    known = {task: answer for task, answer in gold.items() if task in voted}
    if not known:
        raise FileError(
            folder / "gold.csv", None, "none of its tasks is in labels.csv", "give the same task the same id"
        )
    classes = len({answer for *_, answer in rows} | set(known.values()))
    labels = Labels.of(rows, dict.fromkeys(voted, classes))
    place = {answer: code for code, answer in enumerate(labels.classes)}
    if not any(answer in place for answer in known.values()):
        problem = f"nobody ever gives any of its answers, such as {next(iter(known.values()))!r:.40}"
        raise FileError(folder / "gold.csv", None, problem, "write answers as labels.csv does")
    codes = np.array([place.get(known[task], -2) if task in known else -1 for task in labels.tasks], dtype=np.int64)
    said = [
        *notes,
        *more,
        *_counted(doubtful, "task(s) with several right answers"),
        *_counted(unvoted, "unvoted task(s)"),
    ]
    said += _counted(len(rows) - len(labels.task), "repeated vote(s) of the same person")
    return LabelledSet(folder.name, labels, codes, tuple(said))


def _counted(number: int, what: str) -> list[str]:
    return [f"{number:,} {what} left out"] if number else []


def _unambiguous(rows: Sequence[Sequence[str]]) -> tuple[dict[str, str], int]:
    answers: dict[str, set[str]] = {}
    for task, answer in rows:
        answers.setdefault(task, set()).add(answer)
    gold = {task: next(iter(given)) for task, given in answers.items() if len(given) == 1}
    return gold, len(answers) - len(gold)


def _rows(path: Path, columns: Sequence[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """The cells of these columns, and what was left out. Raises FileError where there are none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_cells(path, csv.reader(file), columns))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileError(path, None, f"it can't be read: {error}", "write comma-separated values in UTF-8") from error
    whole = [row for row in rows if all(row)]
    if not whole:
        raise FileError(path, None, "it has no rows", f"write a row of {', '.join(columns)} for each")
    return whole, _counted(len(rows) - len(whole), f"row(s) of {path.name} with an empty cell")


def _cells(path: Path, lines: Iterator[list[str]], columns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    header = [name.strip().lower() for name in next(lines, [])]
    missing = [name for name in columns if name not in header]
    if missing:
        raise FileError(path, 1, f"no column is called {missing[0]!r}", f"let the first line be {','.join(columns)}")
    places = [header.index(name) for name in columns]
    for line in lines:
        if line:
            yield tuple(line[place].strip() if place < len(line) else "" for place in places)
