"""How learning stands, as text: the model in use, what it has learned, and how right it was before people decided."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from slackbot.blocks.mrkdwn import literal
from slackbot.learning.judging import Turn, accuracy
from slackbot.learning.renewal import Report

NOT_LEARNING = "This assistant doesn't learn while it is taught."
#: Turns over which accuracy is told.
SPANS = (10, 50)
#: The most columns of a sparkline.
COLUMNS = 20
_BARS = "▁▂▃▄▅▆▇█"
_CELL = 8


def learning_text(report: Report, now: float) -> str:
    """The report for people, at Unix second ``now``."""
    return "\n".join([*_model_lines(report), *_training_lines(report, now), *_accuracy_lines(report.turns)])


def _model_lines(report: Report) -> Iterator[str]:
    model = report.in_use
    yield f"*Version {model.version}* of the model answers. It was trained on {_date(model.trained_at)}."
    stories = _counted(model.stories, "story or rule", "stories and rules")
    learned = f"It has learned {_counted(model.examples, 'example')} and {stories}"
    if model.conversations:
        agreed = _counted(model.agreed, "message")
        yield f"{learned}, {agreed} of them agreed on in {_counted(model.conversations, 'conversation')}."
    else:
        yield f"{learned}. Nothing that was agreed on in a conversation is among them yet."


def _training_lines(report: Report, now: float) -> Iterator[str]:
    training, in_use = report.training, report.in_use
    newest = training.models[0] if training.models else in_use
    if training.failure is not None:
        ago = _duration(now - training.failure.at)
        yield f":warning: The latest training failed {ago} ago: {literal(training.failure.problem)}"
    if training.running_since is not None:
        yield f"A training has been running for {_duration(now - training.running_since)}."
    elif training.is_due:
        yield "What was corrected lately waits for a worker to learn it (`storythread work`)."
    if newest.version > in_use.version and newest.fingerprint != in_use.fingerprint:
        yield f"Version {newest.version} was trained on other files than those that are used here."
    elif newest.version > in_use.version:
        yield f"Version {newest.version} is about to be used."


def _accuracy_lines(turns: Sequence[Turn]) -> Iterator[str]:
    if not turns:
        yield "No turn is agreed on yet, so there is nothing to tell how right it was."
        return
    yield "How often it was right, judged by what people agreed on afterwards:"
    spans = [*(span for span in SPANS if span < len(turns)), len(turns)]
    heads = [f"last {span}" for span in spans[:-1]] + [f"all {len(turns):,}"]
    columns = [accuracy(turns[-span:]) for span in spans]
    yield "```"
    yield "turns   " + "".join(head.rjust(_CELL + 2) for head in heads) + "  over time"
    intents = [share([(turn.intents_right, turn.intents) for turn in bucket]) for bucket in _buckets(turns)]
    actions = [share([(turn.actions_right, turn.actions) for turn in bucket]) for bucket in _buckets(turns)]
    yield _row("intents", [column.intents for column in columns], intents)
    yield _row("actions", [column.actions for column in columns], actions)
    yield "```"


def _row(name: str, shares: Sequence[float | None], over_time: Sequence[float | None]) -> str:
    cells = "".join(_percent(one).rjust(_CELL + 2) for one in shares)
    return f"{name:<8}{cells}  {sparkline(over_time)}"


def sparkline(shares: Sequence[float | None]) -> str:
    """A bar for each share from 0 to 1; a gap where there is none."""
    return "".join(" " if one is None else _BARS[min(int(one * len(_BARS)), len(_BARS) - 1)] for one in shares)


def share(right_of_all: Sequence[tuple[int, int]]) -> float | None:
    """How much of all was right."""
    right, total = (sum(numbers) for numbers in zip(*right_of_all, strict=True))
    return right / total if total else None


def _buckets(turns: Sequence[Turn]) -> list[Sequence[Turn]]:
    """The turns in no more than COLUMNS equal parts; the latest are all in the last, the first part may be smaller."""
    size = math.ceil(len(turns) / COLUMNS)
    first = len(turns) % size or size
    starts = [0, *range(first, len(turns), size)]
    return [turns[start:end] for start, end in zip(starts, [*starts[1:], len(turns)], strict=True)]


def _percent(one: float | None) -> str:
    return "–" if one is None else f"{one:.0%}"


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _date(seconds: float) -> str:
    """Slack shows it in each reader's own zone; elsewhere it is in UTC."""
    utc = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d at %H:%M UTC")
    return f"<!date^{int(seconds)}^{{date_short}} at {{time}}|{utc}>"


def _duration(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return _counted(int(seconds // size), name)
    return _counted(max(int(seconds), 0), "second")
