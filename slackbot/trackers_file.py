"""Conversations in a file: trackers as Rasa's server answers or dumps them, or logs by name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slackbot.dialogue.events import EntitiesAdded, Event, UserUttered, events_from_dicts
from slackbot.errors import FileError, UnknownEvent
from slackbot.strict_json import loads

#: What a conversation's id is called: in a file of logs, in Rasa's answers, and where Rasa stores it.
_NAMES = ("conversation", "sender_id", "name")
_REMEDY = 'write one {"conversation": id, "events": [...]} a line'


@dataclass(frozen=True)
class NamedLog:
    """One of them."""

    name: str
    events: tuple[Event, ...]
    #: Where it begins in its file; where the list begins that it is in.
    line: int


def logs_from_file(path: Path) -> list[NamedLog]:
    """The conversations of a file.

    It has an object a line, or is one object or a list of objects as a whole: each with ``events`` and an id, called
    ``conversation``, or ``sender_id`` as in a tracker. Raises FileError, also where there is none.
    """
    if path.suffix.lower() in {".yml", ".yaml"}:
        remedy = "put story files into the project's data folder, where they are learned from"
        raise FileError(path, None, "this is no file of conversations", remedy)
    logs = [_log(path, line, row) for line, row in _rows(path, _text(path))]
    if not logs:
        raise FileError(path, None, "there is no conversation in this file", _REMEDY)
    return logs


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise FileError(path, None, f"the file can't be read ({error.strerror})", "check the path") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, "the file is not UTF-8", "save it as UTF-8") from error


def _rows(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    """Each with its line."""
    lines = [(line, written) for line, written in enumerate(text.split("\n"), start=1) if written.strip()]
    if not lines:
        return
    try:
        whole = _parsed(path, 1, text)
    except FileError:
        if not any(_is_row(written) for _, written in lines[:2]):
            raise  # with the place in the whole, which has no object a line
        yield from ((line, _parsed(path, line, written)) for line, written in lines)
        return
    yield from ((lines[0][0], row) for row in (whole if isinstance(whole, list) else [whole]))


def _is_row(written: str) -> bool:
    try:
        row = json.loads(written)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "events" in row


def _parsed(path: Path, line: int, written: str) -> Any:
    try:
        return loads(written)
    except json.JSONDecodeError as error:
        problem = f"this is not JSON ({error.msg}, column {error.colno})"
        raise FileError(path, line + error.lineno - 1, problem, _REMEDY) from error
    except RecursionError:
        raise FileError(path, line, "this is not JSON (it is nested too deeply)", _REMEDY) from None
    except ValueError as error:
        raise FileError(path, line, str(error), "write JSON that others can read, too") from error


def _log(path: Path, line: int, row: Any) -> NamedLog:
    if not isinstance(row, dict) or not isinstance(row.get("events"), list):
        raise FileError(path, line, "this is no conversation with a list of events", _REMEDY)
    name = next((row[key] for key in _NAMES if key in row), None)
    if not isinstance(name, str) or not name.strip():
        raise FileError(path, line, "the conversation has no id", _REMEDY)
    events: list[Event] = []
    for number, written in enumerate(row["events"], start=1):
        try:
            for event in events_from_dicts([written]):
                _check(event)
                events.append(event)
        except (UnknownEvent, ValueError) as error:
            problem = f"event {number} of conversation {name!r:.80}: {error}"
            raise FileError(path, line, problem, "write events as Rasa does") from error
    return NamedLog(name, tuple(events), line)


def _check(event: Event) -> None:
    """Raises ValueError for what Rasa would log, but what no training data can be made of."""
    name = event.intent.get("full_retrieval_intent_name") if isinstance(event, UserUttered) else None
    entities = event.entities if isinstance(event, UserUttered | EntitiesAdded) else ()
    problem = None if isinstance(name, str | None) else "full_retrieval_intent_name is no text"
    for entity in entities:
        if not isinstance(entity.get("entity"), str) or not entity["entity"]:
            problem = "an entity has no type"
        elif not all(isinstance(entity.get(key), int | None) for key in ("start", "end")):
            problem = "an entity's start or end is no number"
    if problem is not None:
        raise ValueError(f"{event.type_name} event: {problem}")
