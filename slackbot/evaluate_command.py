"""``storythread evaluate nlu``: how often intents are told right, of examples held out from training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from slackbot.core.builtin.intents import IntentClassifier
from slackbot.core.builtin.linear_model import folds
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.project import Project
from slackbot.errors import FileError

FOLDS = 5

#: So many intents fit the picture of confusions.
PICTURED = 20


@dataclass(frozen=True)
class Judged:
    """An example that was held out, and what it was taken for."""

    example: Example
    guess: str

    @property
    def is_right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.guess == self.example.intent


def evaluate_nlu(project: Project, show: Callable[[str], None]) -> None:
    """Shows accuracy, a table of the intents and a picture of confusions.

    Raises FileError if the project has too few examples.
    """
    examples = [example for example in project.nlu.examples if example.text.strip()]
    judged = cross_validated(examples)
    if not judged:
        remedy = "add examples until two intents have two each"
        raise FileError(project.path / "data", None, "there are too few examples to hold any out", remedy)
    for line in (*_summary(judged, examples), "", *_table(judged), *_picture(judged), *_mistakes(judged)):
        show(line)


def cross_validated(examples: Sequence[Example]) -> list[Judged]:
    """Every example, judged by a classifier that learned the others' folds.

    The only example of an intent is left out; all are if there are not two intents to tell apart.
    """
    names, labels = np.unique([example.intent for example in examples], return_inverse=True)
    if len(names) < 2:
        return []
    return [
        judged
        for learned, held_out in folds(labels, FOLDS)
        for judged in _judged([examples[row] for row in learned], [examples[row] for row in held_out])
    ]


def _judged(learned: Sequence[Example], held_out: Sequence[Example]) -> Iterator[Judged]:
    classifier = IntentClassifier.learned(learned)
    for example in held_out:
        yield Judged(example, classifier.ranking(example.text)[0][0])


def _summary(judged: Sequence[Judged], examples: Sequence[Example]) -> Iterator[str]:
    right = sum(item.is_right for item in judged)
    yield f"{right} of {len(judged)} examples held out are told right ({right / len(judged):.1%}), in {FOLDS} parts."
    alone = sorted({example.intent for example in examples} - {item.example.intent for item in judged})
    if alone:
        yield f"Not tried, for they have a single example: {', '.join(alone)}."


def _table(judged: Sequence[Judged]) -> Iterator[str]:
    """Precision, recall and F1 of each intent, worst first."""
    examples = Counter(item.example.intent for item in judged)
    guesses = Counter(item.guess for item in judged)
    right = Counter(item.guess for item in judged if item.is_right)
    f1 = {name: 2 * right[name] / (examples[name] + guesses[name]) for name in examples}
    width = max(len("intent"), *map(len, examples))
    yield f"{'intent':{width}}  examples  precision  recall    F1"
    for name in sorted(examples, key=lambda name: (f1[name], name)):
        precision = f"{right[name] / guesses[name]:.2f}" if guesses[name] else "-"
        yield f"{name:{width}}  {examples[name]:8}  {precision:>9}  {right[name] / examples[name]:6.2f}  {f1[name]:.2f}"


def _picture(judged: Sequence[Judged]) -> Iterator[str]:
    """A row for what examples are, a column for what they were taken for; only intents that were confused."""
    counts = Counter((item.example.intent, item.guess) for item in judged)
    confused = Counter(name for item in judged if not item.is_right for name in (item.example.intent, item.guess))
    names = sorted(name for name, _ in confused.most_common(PICTURED))
    if not names:
        return
    width, cell = max(map(len, names)), max(3, *(len(str(count)) + 1 for count in counts.values()))
    most = f" (the {PICTURED} most confused)" if len(confused) > PICTURED else ""
    yield ""
    yield f"What examples are, and what they were taken for{most}:"
    yield " " * (width + 4) + "".join(f"{number:{cell}}" for number in range(1, len(names) + 1))
    for number, name in enumerate(names, start=1):
        row = "".join(f"{counts[name, guess] or '.':>{cell}}" for guess in names)
        yield f"{name:{width}} {number:2} {row}"


def _mistakes(judged: Sequence[Judged], most: int = 10) -> Iterator[str]:
    """The commonest confusions, each with a text of it."""
    wrong = Counter((item.example.intent, item.guess) for item in judged if not item.is_right)
    texts = {(item.example.intent, item.guess): item.example.text for item in reversed(judged)}
    if wrong:
        yield ""
    for pair, count in wrong.most_common(most):
        intent, guess = pair
        yield f"{count} of {intent} taken for {guess}, such as: {' '.join(texts[pair].split()):.100}"
