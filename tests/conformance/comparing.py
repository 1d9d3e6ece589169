"""Compares what we make of records with what Rasa made of them, and counts what is deliberately different."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from slackbot.dialogue.yamlfile import Variable, parse_yaml
from slackbot.errors import FileError, UnknownEvent

Record = dict[str, Any]

#: What is found where we or Rasa can't read a record.
REFUSED = "refused"


@dataclass(frozen=True)
class Difference:
    """A deliberate difference: why ours is not Rasa's, and the records (never by their names) that show it."""

    reason: str
    #: Called with the record, what we found and what Rasa found, which differ.
    explains: Callable[[Record, Any, Any], bool]


@dataclass
class Comparison:
    """The outcome of comparing one thing in each record of a file."""

    file: str
    held: list[str] = field(default_factory=list)
    #: Reason to the records that it explains.
    deliberate: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    #: What the first wrong ones show.
    shown: list[str] = field(default_factory=list)


def compared(
    file: str,
    records: Iterable[Record],
    found: Callable[[Record], Any],
    expected: Callable[[Record], Any],
    differences: Sequence[Difference] = (),
) -> Comparison:
    """Compare each record. What raises one of our errors for a file or an event that can't be read is REFUSED."""
    outcome = Comparison(file)
    for record in records:
        ours, rasas = _answer(found, record), expected(record)
        if ours == rasas:
            outcome.held.append(record["id"])
            continue
        reason = next((each.reason for each in differences if each.explains(record, ours, rasas)), None)
        if reason is not None:
            outcome.deliberate.setdefault(reason, []).append(record["id"])
            continue
        outcome.wrong.append(record["id"])
        if len(outcome.shown) < 5:
            outcome.shown.append(f"{record['id']}\n  ours: {ours!s:.2000}\n  Rasa: {rasas!s:.2000}")
    return outcome


def _answer(found: Callable[[Record], Any], record: Record) -> Any:
    try:
        return found(record)
    except (FileError, UnknownEvent, ValueError):
        return REFUSED


def plain(data: Any) -> str:
    """Data as comparable text: keys in any order, without those that are null or empty mappings."""
    return json.dumps(_simple(data), sort_keys=True)


def _simple(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {str(key): _simple(value) for key, value in data.items() if value is not None and value != {}}
    if isinstance(data, list | tuple):
        return [_simple(item) for item in data]
    if isinstance(data, datetime):
        return {"__date__": data.replace(tzinfo=None).isoformat()}  # Rasa's reader knew no time zones
    if isinstance(data, date):
        return {"__date__": data.isoformat()}
    return data


def _names_a_variable(record: Record, ours: Any, rasas: Any) -> bool:
    if (ours == REFUSED) == (rasas == REFUSED):
        return False
    try:
        return _holds_variable(parse_yaml(record["input_yaml"], Path("file.yml")))
    except FileError:
        return False


def _holds_variable(data: Any) -> bool:
    if isinstance(data, dict):
        return any(map(_holds_variable, (*data.keys(), *data.values())))
    return any(map(_holds_variable, data)) if isinstance(data, list) else isinstance(data, Variable)


OTHER_ENVIRONMENT = Difference(
    "the file names an environment variable: it had a value where the record was made, or Rasa takes none there",
    _names_a_variable,
)
