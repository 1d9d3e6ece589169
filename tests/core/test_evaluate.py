"""``storythread evaluate nlu``: examples held out, and what they are taken for."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from slackbot.cli import main
from slackbot.dialogue.nlu import Example
from slackbot.evaluate_command import cross_validated

from .conversations import write_project

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


def test_the_table_the_picture_and_the_mistakes_are_shown(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "intents: [greet, bye, rare]", DATA)
    done = CliRunner().invoke(main, ["evaluate", "nlu", "--project", str(folder)])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].startswith("7 of 8 examples held out are told right (87.5%)")
    assert lines[1] == "Not tried, for they have a single example: rare."
    assert any(line.split() == ["bye", "4", "1.00", "0.75", "0.86"] for line in lines)
    assert any(line.split() == ["bye", "1", "3", "1"] for line in lines), "three are right, one was taken for greet"
    assert lines[-1] == "1 of bye taken for greet, such as: hello I say hello again hello"


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
