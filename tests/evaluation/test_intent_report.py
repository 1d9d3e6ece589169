"""``storythread evaluate nlu``: examples held out, and what they are taken for."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slackbot.cli import main
from slackbot.dialogue.nlu import Example
from slackbot.evaluation.confusion import MOST, pictured, write_confusion
from slackbot.evaluation.intent_report import cross_validated
from tests.core.conversations import write_project

DATA = """
    nlu:
      - intent: greet
        examples: |
          - hello
          - hello you
          - hello there
          - oh hello
      - intent: bye
        examples: |
          - good bye
          - bye bye
          - bye now
          - hello I say hello again hello
      - intent: rare
        examples: |
          - a single one
"""


def evaluate(folder: Path, out: Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", "nlu", "--project", str(folder), "--out", str(out)])


def test_the_table_the_mistakes_and_the_picture_are_shown(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "intents: [greet, bye, rare]", DATA)
    done = evaluate(folder, tmp_path / "new" / "results")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("7 of 8 examples held out are told right (87.5%)")
    assert lines[1] == "Not tried, for they have a single example: rare."
    assert any(line.split() == ["bye", "4", "1.00", "0.75", "0.86"] for line in lines)
    assert "1 of bye taken for greet, such as: hello I say hello again hello" in lines
    picture = tmp_path / "new" / "results" / "intent_confusion_matrix.png"
    assert lines[-1] == f"Picture of all confusions: {picture}"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cant_be_written_gives_one_line(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "intents: [greet, bye, rare]", DATA)
    (tmp_path / "taken").write_text("a file")
    done = evaluate(folder, tmp_path / "taken" / "results")
    assert done.exit_code == 1
    assert "the picture can't be written" in done.stderr.splitlines()[-1]
    assert done.stderr.splitlines()[-1].endswith("name another folder with --out")


def test_of_very_many_intents_the_most_confused_are_pictured(tmp_path: Path) -> None:
    counts = Counter({(f"intent{number:03}", f"intent{number:03}"): 1 for number in range(120)})
    counts["intent111", "intent117"] += 1
    names = pictured(counts)
    assert len(names) == MOST
    assert {"intent111", "intent117"} <= {*names}
    assert names == sorted(names)


@pytest.mark.slow
def test_a_picture_has_room_for_every_name_and_number(tmp_path: Path) -> None:
    few, many = ([(f"intent{number}", "intent0") for number in range(count)] for count in (2, 77))
    for name, pairs in (("few", few), ("many", many)):
        write_confusion(pairs, tmp_path / name)
    assert all(dots > 150 for dots in size(tmp_path / "few"))
    assert all(dots > 77 * 25 for dots in size(tmp_path / "many"))


def size(png: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


@pytest.mark.parametrize("data", ["", "nlu: [{intent: greet, examples: '- hello'}]"])
def test_too_few_examples_give_one_line(tmp_path: Path, data: str) -> None:
    done = CliRunner().invoke(main, ["evaluate", "nlu", "--project", str(write_project(tmp_path, "intents: []", data))])
    assert done.exit_code == 1
    assert "too few examples" in done.output
    assert len(done.output.splitlines()) == 1


def test_nobody_is_judged_by_its_own_example() -> None:
    examples = [Example(f"text {number}", f"intent{number % 2}") for number in range(10)]
    judged = cross_validated(examples)
    assert sorted(item.example.text for item in judged) == sorted(example.text for example in examples)
    assert not all(item.is_right for item in judged), "a known text is always told right"
