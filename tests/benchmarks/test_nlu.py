"""``python -m benchmarks.nlu``: what it counts as right, and the line that a program reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks.nlu import Parsed, accuracy, entity_f1, main, read_examples
from slackbot.core.builtin.sentence_vectors import use_transformer
from slackbot.core.builtin.text_features import installed_vectors
from slackbot.dialogue.nlu import Example
from slackbot.errors import FileError

CITY = {"start": 3, "end": 7, "value": "Rome", "entity": "city"}


def run(train: Path, test: Path, *options: str) -> Result:
    try:
        return CliRunner().invoke(main, ["--train", str(train), "--test", str(test), *options])
    finally:
        use_transformer(True)


def result(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout.splitlines()[-1]))


def written(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


def test_the_last_line_holds_all_figures(tmp_path: Path) -> None:
    taught = (
        {"text": "to Rome", "intent": "travel", "entities": [CITY]},
        {"text": "I go away", "intent": "travel"},
        {"text": "hello there", "intent": "greet", "entities": []},
        {"text": "hi", "intent": "greet", "entities": []},
    )
    done = run(written(tmp_path / "train.jsonl", *taught), written(tmp_path / "test.jsonl", *taught))
    figures = result(done)
    assert (figures["accuracy"], figures["entity_f1"]) == (1, 1)
    assert 0 < figures["ms_per_message"] <= figures["ms_per_message_p95"]
    assert figures["train_seconds"] > 0
    assert 20 < figures["peak_mb"] < 2000


def test_it_says_which_vectors_it_learned_with(tmp_path: Path) -> None:
    path = written(tmp_path / "all.jsonl", {"text": "hi", "intent": "greet"}, {"text": "bye", "intent": "bye"})
    (without,) = result(run(path, path, "--no-transformer"))["vectors"]
    assert without.startswith("wordllama")
    assert result(run(path, path))["vectors"] == [vectors.name for vectors in installed_vectors()]


def test_odd_lines_are_no_trouble(tmp_path: Path) -> None:
    """Empty texts, other alphabets, ends of lines within a text, intents that training doesn't have, no entities."""
    taught = (
        {"text": "", "intent": "nothing"},
        {"text": "héllo \u2028 wörld", "intent": "greet", "entities": None},
        {"text": "再见 👋", "intent": "告别/正式", "entities": []},
        {"text": "\ud800", "intent": "half"},
    )
    lines = [json.dumps(line, ensure_ascii="\ud800" in str(line["text"])) for line in taught]
    train, test = tmp_path / "train.jsonl", tmp_path / "test.jsonl"
    train.write_text("\ufeff" + "\r\n".join(lines) + "\n\n", encoding="utf-8")
    written(test, *lines[1:], {"text": "   ", "intent": "unseen", "extra": 1}, {"text": "/greet{", "intent": "unseen"})
    assert result(run(train, test))["accuracy"] == pytest.approx(3 / 5)


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "hi"}', '{"text": "hi", "intent": "a", "entities": [{}]}'])
def test_a_line_that_is_no_example_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "train.jsonl", {"text": "hi", "intent": "greet"}, line)
    with pytest.raises(FileError, match=r"train.jsonl:2: this is no example"):
        read_examples(path)


def test_a_file_that_is_not_there_gives_one_line(tmp_path: Path) -> None:
    done = run(tmp_path / "none.jsonl", tmp_path / "none.jsonl")
    assert done.exit_code == 1
    assert done.stderr.startswith("benchmarks.nlu: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_entity_counts_only_with_its_exact_place_and_type() -> None:
    test = [Example("to Rome", "travel", (CITY,))]

    def f1(*found: tuple[int, int, str]) -> float | None:
        return entity_f1([Parsed("travel", frozenset(found), 0.0)], test)

    assert f1((3, 7, "city")) == 1
    assert f1((3, 7, "dish")) == f1((2, 7, "city")) == f1() == 0
    assert f1((3, 7, "city"), (0, 2, "city")) == pytest.approx(2 / 3)
    assert entity_f1([Parsed("greet", frozenset(), 0.0)], [Example("hello", "greet")]) is None


def test_accuracy_is_the_share_of_right_intents() -> None:
    parsed = [Parsed(intent, frozenset(), 0.0) for intent in ("greet", "bye", None)]
    assert accuracy(parsed, [Example("x", "greet")] * 3) == pytest.approx(1 / 3)
