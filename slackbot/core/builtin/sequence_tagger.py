"""Entities in words that training never saw, told from the words around them: a conditional random field."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pycrfsuite

from slackbot.core.builtin.patterns import TOKEN
from slackbot.dialogue.nlu import Example

#: With fewer annotations than this, it would only repeat what annotated phrases say anyway, and guess.
ENOUGH_ANNOTATIONS = 10

#: Training is in proportion to messages' words, to the square of the labels, and to the rounds, and more rounds gain
#: less and less: no more of them than keep it within seconds.
_MOST_ROUNDS = 100
_LEAST_ROUNDS = 20
_EFFORT = 2e9

_OUTSIDE = "O"

#: The places in a text where a lookup table or a regex of some name fits: start, end, name.
FindPatterns = Callable[[str], Iterable[tuple[int, int, str]]]


def no_patterns(_: str) -> Iterable[tuple[int, int, str]]:
    """There are none."""
    return ()


class SequenceTagger:
    """Marks words as the beginning, inside or outside of labelled entities, by the words around and the intent.

    As in Rasa, it also learns what it means that a pattern of the training data fits a word or its neighbour.
    """

    def __init__(self, model: bytes, patterns: FindPatterns = no_patterns) -> None:
        """``model`` is as CRFsuite writes it, and what an archive keeps. ``patterns`` are those it was learned with."""
        self.model = model
        self._patterns = patterns
        self._tagger = _opened(model)

    @classmethod
    def learned(cls, examples: Sequence[Example], patterns: FindPatterns = no_patterns) -> Self:
        """Raises ValueError if there is nothing to learn from (see ``can_learn_from``)."""
        if not can_learn_from(examples):
            raise ValueError("too few annotations")
        return cls(_trained(examples, patterns), patterns)

    def find(self, text: str, intent: str | None) -> Iterator[tuple[int, int, dict[str, str]]]:
        """The place of each entity, and ``entity``, ``role`` and ``group`` as far as there are any; in order."""
        tokens = [*TOKEN.finditer(text)]
        if not tokens:
            return
        marks = self._tagger.tag(_features(tokens, intent, [*self._patterns(text)]))
        begun: tuple[int, str] | None = None
        for token, mark, following in zip(tokens, marks, [*marks[1:], _OUTSIDE], strict=True):
            if mark == _OUTSIDE:
                continue
            label = mark[1:]
            start = begun[0] if begun and mark[0] == "I" else token.start()
            begun = (start, label)
            if following != f"I{label}":
                yield start, token.end(), dict(json.loads(label))
                begun = None


def can_learn_from(examples: Sequence[Example]) -> bool:
    """Whether there are enough annotations to tell entities from their surroundings."""
    return sum(len(example.entities) for example in examples) >= ENOUGH_ANNOTATIONS


def _trained(examples: Sequence[Example], patterns: FindPatterns) -> bytes:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    labels, words = set(), 0
    for example in examples:
        tokens = [*TOKEN.finditer(example.text)]
        marks = [*_marks(tokens, example.entities)]
        labels.update(marks)
        words += len(tokens)
        if tokens:
            base_intent = example.intent.split("/")[0]
            trainer.append(_features(tokens, base_intent, [*patterns(example.text)]), marks)
    rounds = int(_EFFORT / max(words * len(labels) ** 2, 1))
    # This weight of the squares was best of those tried by cross-validation within training data of three data sets.
    trainer.set_params({"c1": 0.0, "c2": 0.1, "max_iterations": min(max(rounds, _LEAST_ROUNDS), _MOST_ROUNDS)})
    with tempfile.TemporaryDirectory(prefix="st-") as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()


def _opened(model: bytes) -> Any:
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(model)
    return tagger


def _marks(tokens: Sequence[re.Match[str]], entities: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A mark for each token: ``O``, or ``B`` or ``I`` and the label."""
    begun: Mapping[str, Any] | None = None
    for token in tokens:
        entity = next((item for item in entities if item["start"] < token.end() and token.start() < item["end"]), None)
        if entity is None:
            yield _OUTSIDE
        else:
            yield ("I" if entity is begun else "B") + _label(entity)
        begun = entity


def _label(entity: Mapping[str, Any]) -> str:
    keys = ("entity", "role", "group")
    return json.dumps({key: str(entity[key]) for key in keys if entity.get(key) is not None}, sort_keys=True)


def _features(
    tokens: Sequence[re.Match[str]], intent: str | None, fitting: Sequence[tuple[int, int, str]]
) -> list[list[str]]:
    """What each word and its neighbours look like, and the names of patterns that fit there."""
    alone = [_look(token.group()) for token in tokens]
    features = [_in_place(alone, place, intent) for place in range(len(alone))]
    for place, token in enumerate(tokens):
        for name in {name for start, end, name in fitting if start < token.end() and token.start() < end}:
            for distance in (-1, 0, 1):
                if 0 <= place + distance < len(tokens):
                    features[place + distance].append(f"{-distance}:pattern={name}")
    return features


def _look(word: str) -> dict[str, str]:
    lower = word.lower()
    return {
        "word": lower,
        "shape": _shape(word),
        "prefix": lower[:3],
        "suffix": lower[-3:],
        "suffix2": lower[-2:],
    }


def _shape(word: str) -> str:
    """``Xx`` for a capitalized word, ``0`` for digits, ``X0`` for ``A4``: kinds of characters, runs as one."""
    kinds = ("0" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word)
    return re.sub(r"(.)\1+", r"\1", "".join(kinds))


def _in_place(looks: Sequence[Mapping[str, str]], place: int, intent: str | None) -> list[str]:
    features = ["always", f"intent={intent}", *(f"{name}={value}" for name, value in looks[place].items())]
    for distance in (-2, -1, 1, 2):
        if 0 <= place + distance < len(looks):
            look = looks[place + distance]
            features += [f"{distance}:{name}={look[name]}" for name in ("word", "shape")]
        else:
            features.append(f"{distance}:end")
    for first in (-1, 0):
        pair = looks[max(place + first, 0) : place + first + 2]
        features.append(f"{first}:pair={' '.join(look['word'] for look in pair)}")
    return features
