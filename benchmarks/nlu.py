"""``python -m benchmarks.nlu``: how well, how fast and how lightly the built-in core learns what messages mean."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.measuring import Progress, duration, last_line
from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.sentence_vectors import use_transformer
from slackbot.core.builtin.text_features import installed_vectors
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import Example, NLUData
from slackbot.dialogue.project import Project
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import FileError, StorythreadError


@dataclass(frozen=True)
class Parsed:
    """What the core made of a message, and the seconds that took."""

    intent: str | None
    #: Start, end and type of each.
    entities: frozenset[tuple[int, int, str]]
    seconds: float


@dataclass(frozen=True)
class Measured:
    """One training and the parses of all test messages."""

    train_seconds: float
    parsed: Sequence[Parsed]
    #: The most memory that this process has held, in MB of a million bytes.
    peak_mb: float
    #: Which vectors it learned with beside the words themselves.
    vectors: Sequence[str] = ()


def read_examples(path: Path) -> list[Example]:
    """One JSON object a line: ``text``, ``intent`` and, where there are any, ``entities`` as in Rasa's parse data.

    Raises FileError for the first line that is something else.
    """
    try:
        # Not splitlines: JSON may hold other ends of lines, such as U+2028, as they are.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FileError(path, None, f"it can't be read: {error}", "name a file of JSON lines in UTF-8") from error
    examples = [_example(path, number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not examples:
        raise FileError(path, None, "it holds no examples", 'write a line {"text": ..., "intent": ...} for each')
    return examples


def _example(path: Path, number: int, line: str) -> Example:
    try:
        data = json.loads(line)
        entities = tuple(_entity(entity) for entity in data.get("entities") or ())
        return Example(str(data["text"]), str(data["intent"]), entities, path=path, line=number)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        remedy = 'write {"text": ..., "intent": ..., "entities": [{"start", "end", "entity"}]}'
        raise FileError(path, number, f"this is no example ({error!r:.80})", remedy) from error


def _entity(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "start": int(data["start"]), "end": int(data["end"]), "entity": str(data["entity"])}


def project_of(examples: Sequence[Example], path: Path) -> Project:
    """A project that teaches these examples and nothing else."""
    intents = dict.fromkeys(example.intent.split("/")[0] for example in examples)
    entities = dict.fromkeys(entity["entity"] for example in examples for entity in example.entities)
    domain = Domain.from_dict({"intents": [*intents], "entities": [*entities]})
    return Project(path, domain, (), NLUData(tuple(examples)), {})


async def measure(train: Sequence[Example], test: Sequence[Example], folder: Path) -> Measured:
    """Learn as the product learns a project, then parse message by message."""
    progress = Progress()
    project = project_of(train, folder)
    started = time.perf_counter()
    core = BuiltinCore.train(project)
    train_seconds = time.perf_counter() - started
    tracker = Tracker("benchmark", core.domain)
    parsed = []
    for number, example in enumerate(test, start=1):
        progress.at(f"message {number:,} of {len(test):,}")
        parsed.append(await _parse(core, tracker, example.text))
    return Measured(train_seconds, parsed, peak_mb(), [vectors.name for vectors in installed_vectors()])


async def _parse(core: BuiltinCore, tracker: Tracker, text: str) -> Parsed:
    started = time.perf_counter()
    found = await core.parse(text, tracker)
    seconds = time.perf_counter() - started
    intent = found["intent"].get("full_retrieval_intent_name") or found["intent"]["name"]
    return Parsed(intent, _places(found["entities"]), seconds)


def _places(entities: Sequence[Mapping[str, Any]]) -> frozenset[tuple[int, int, str]]:
    return frozenset((entity["start"], entity["end"], entity["entity"]) for entity in entities)


def peak_mb() -> float:
    """The most memory that this process has held so far, in MB of a million bytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def accuracy(parsed: Sequence[Parsed], test: Sequence[Example]) -> float:
    """The share of messages whose first intent is right. A retrieval intent counts by its full name."""
    return sum(found.intent == example.intent for found, example in zip(parsed, test, strict=True)) / len(test)


def entity_f1(parsed: Sequence[Parsed], test: Sequence[Example]) -> float | None:
    """Micro F1 over all messages; an entity is right if start, end and type are. None: there were none to find, and
    none was found.
    """
    pairs = [(found.entities, _places(example.entities)) for found, example in zip(parsed, test, strict=True)]
    right = sum(len(found & wanted) for found, wanted in pairs)
    total = sum(len(found) + len(wanted) for found, wanted in pairs)
    return 2 * right / total if total else None


def result_of(measured: Measured, test: Sequence[Example]) -> dict[str, Any]:
    """The figures as a program reads them."""
    milliseconds = sorted(found.seconds * 1e3 for found in measured.parsed)
    return {
        "benchmark": "nlu",
        "accuracy": accuracy(measured.parsed, test),
        "entity_f1": entity_f1(measured.parsed, test),
        "train_seconds": measured.train_seconds,
        "ms_per_message": median(milliseconds),
        "ms_per_message_p95": milliseconds[int(0.95 * (len(milliseconds) - 1))],
        "peak_mb": measured.peak_mb,
        "vectors": list(measured.vectors),
    }


def sentences(result: Mapping[str, Any], train: Sequence[Example], test: Sequence[Example]) -> Iterator[str]:
    """The figures as people read them."""
    intents = len({example.intent for example in train})
    yield f"Learned with words, characters and {', '.join(result['vectors']) or 'no vectors'}."
    yield f"Learned {len(train):,} examples of {intents:,} intents in {duration(result['train_seconds'])}."
    yield f"The intent is right in {result['accuracy']:.1%} of {len(test):,} messages."
    if result["entity_f1"] is not None:
        yield f"Entities, exact place and type: F1 {result['entity_f1']:.3f}."
    half, most = duration(result["ms_per_message"] / 1e3), duration(result["ms_per_message_p95"] / 1e3)
    yield f"A message takes {half} (median; 95 of 100 take at most {most}). Peak memory: {result['peak_mb']:.0f} MB."


@click.command()
@click.option("--train", "train_path", type=click.Path(path_type=Path), required=True, help="JSON lines to learn.")
@click.option("--test", "test_path", type=click.Path(path_type=Path), required=True, help="JSON lines to understand.")
@click.option("--transformer/--no-transformer", default=True, help="Use it where it is installed; default: yes.")
def main(train_path: Path, test_path: Path, transformer: bool) -> None:
    """Accuracy of intents and entities, and their cost. A line holds text, intent and, if any, entities."""
    use_transformer(transformer)
    try:
        train, test = read_examples(train_path), read_examples(test_path)
    except StorythreadError as error:
        click.echo(f"benchmarks.nlu: {error}", err=True)
        sys.exit(1)
    result = result_of(asyncio.run(measure(train, test, train_path.parent)), test)
    for sentence in sentences(result, train, test):
        click.echo(sentence)
    last_line(result)


if __name__ == "__main__":
    main()
