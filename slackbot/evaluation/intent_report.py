"""``storythread evaluate nlu``: how often intents are told right, of examples held out from training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from slackbot.core.builtin.intents import IntentClassifier
from slackbot.core.builtin.linear_model import folds
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.project import Project
from slackbot.errors import FileError
from slackbot.evaluation.too_few import TooFew

FOLDS = 5

#: The picture's name, as Rasa calls it.
PICTURE = "intent_confusion_matrix.png"


@dataclass(frozen=True)
class Judged:
    """An example that was held out, and what it was taken for."""

    example: Example
    guess: str

    @property
    def is_right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.guess == self.example.intent


def evaluate_nlu(
    project: Project, out: Path, show: Callable[[str], None], progress: Callable[[str], None] = lambda _: None
) -> None:
    """Shows accuracy, a table of the intents and the commonest confusions, and draws a picture into the folder ``out``.

    Raises TooFew if the project has too few examples, FileError if the picture can't be written.
    """
    examples = [example for example in project.nlu.examples if example.text.strip()]
    judged = cross_validated(examples, progress)
    if not judged:
        remedy = "add examples until two intents have two each"
        raise TooFew(project.path / "data", None, "there are too few examples to hold any out", remedy)
    for line in (*_summary(judged, examples), "", *_table(judged), *_mistakes(judged), ""):
        show(line)
    show(f"Picture of all confusions: {_picture(judged, out)}")


def cross_validated(examples: Sequence[Example], progress: Callable[[str], None] = lambda _: None) -> list[Judged]:
    """Every example, judged by a classifier that learned the others' folds.

    The only example of an intent is left out; all are if there are not two intents to tell apart.
    """
    names, labels = np.unique([example.intent for example in examples], return_inverse=True)
    if len(names) < 2:
        return []
    judged: list[Judged] = []
    for number, (learned, held_out) in enumerate(folds(labels, FOLDS), start=1):
        progress(f"examples, part {number} of {FOLDS}")
        judged += _judged([examples[row] for row in learned], [examples[row] for row in held_out])
    return judged


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


def _picture(judged: Sequence[Judged], out: Path) -> Path:
    from slackbot.evaluation.confusion import write_confusion  # noqa: PLC0415  drawing needs matplotlib, a second's load

    path = out / PICTURE
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_confusion([(item.example.intent, item.guess) for item in judged], path)
    except OSError as error:
        raise FileError(
            path, None, f"the picture can't be written: {error}", "name another folder with --out"
        ) from error
    return path


def _mistakes(judged: Sequence[Judged], most: int = 10) -> Iterator[str]:
    """The commonest confusions, each with a text of it."""
    wrong = Counter((item.example.intent, item.guess) for item in judged if not item.is_right)
    texts = {(item.example.intent, item.guess): item.example.text for item in reversed(judged)}
    if wrong:
        yield ""
    for pair, count in wrong.most_common(most):
        intent, guess = pair
        yield f"{count} of {intent} taken for {guess}, such as: {' '.join(texts[pair].split()):.100}"
