"""``python -m benchmarks.actions``: the line that a program reads, and what a folder without a project gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from benchmarks.actions import main
from tests.core.conversations import REAL_PROJECTS, write_project

DOMAIN = "intents: [greet, thank]\nresponses: {utter_hi: [{text: hi}], utter_ok: [{text: ok}]}"

STORIES = """
    stories:
    - {story: one, steps: [intent: greet, action: utter_hi]}
    - {story: two, steps: [intent: greet, action: utter_hi, intent: thank, action: utter_ok]}
    """


def run(folder: Path) -> Result:
    return CliRunner().invoke(main, ["--project", str(folder)])


def figures(folder: Path) -> dict[str, Any]:
    done = run(folder)
    assert done.exit_code == 0, done.output
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_the_last_line_holds_all_figures(tmp_path: Path) -> None:
    folder = write_project(tmp_path, DOMAIN, STORIES)
    (folder / "tests").mkdir()
    test = "stories:\n- story: t\n  steps:\n  - user: hi\n    intent: greet\n  - action: utter_hi\n"
    (folder / "tests" / "test_stories.yml").write_text(test)
    result = figures(folder)
    assert result["leave_stories_out"] == {
        "stories": 2,
        "parts": 2,
        "actions": 6,
        "action_accuracy": 0.8333,
        "action_accuracy_without_listen": 0.6667,
        "conversations": 2,
        "conversations_right": 1,
        "conversation_accuracy": 0.5,
    }
    assert result["own_tests"] == {
        "actions": 2,
        "action_accuracy": 1,
        "action_accuracy_without_listen": 1,
        "conversations": 1,
        "conversations_right": 1,
        "conversation_accuracy": 1,
    }
    assert result["train_seconds"] > 0
    assert 0 < result["ms_per_prediction"] <= result["ms_per_prediction_p95"]


def test_what_cant_be_measured_is_null(tmp_path: Path) -> None:
    assert figures(write_project(tmp_path, DOMAIN, STORIES))["own_tests"] is None


@pytest.mark.parametrize("domain", ["", DOMAIN])
def test_a_folder_that_is_no_project_or_has_no_stories_gives_one_line(tmp_path: Path, domain: str) -> None:
    done = run(write_project(tmp_path, domain))
    assert done.exit_code == 1
    assert done.stderr.startswith("benchmarks.actions: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not REAL_PROJECTS.is_dir(), reason="needs ../shared/data/rasa_projects")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["financial-demo", "how-to-rasa/video-09-2-custom-forms"])
def test_every_conversation_of_a_projects_own_tests_is_right(name: str) -> None:
    result = figures(REAL_PROJECTS / name)
    assert result["own_tests"]["conversation_accuracy"] == 1
    assert result["leave_stories_out"]["action_accuracy"] >= 0.93
