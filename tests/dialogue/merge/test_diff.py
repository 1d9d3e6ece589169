"""The diff that is shown is one that git applies, and that says what was added and no more."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slackbot.dialogue.merge import plan
from slackbot.dialogue.merge.diff import unified_diff
from tests.dialogue.merge.folders import NLU, STORIES, content, folder_with, said, talk


def test_a_file_that_is_the_same_has_no_diff() -> None:
    assert unified_diff("a", "x\n", "x\n") == ""


def test_added_lines_are_shown_between_three_lines_of_context() -> None:
    before = "".join(f"{number}\n" for number in range(10))
    assert unified_diff("f.yml", before, before.replace("5\n", "5\nnew\n")) == (
        "--- a/f.yml\n+++ b/f.yml\n@@ -4,6 +4,7 @@\n 3\n 4\n 5\n+new\n 6\n 7\n 8\n"
    )


def test_a_new_file_and_missing_final_newlines_are_told() -> None:
    assert unified_diff("f", None, "a") == ("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n")
    assert "-a\n\\ No newline at end of file\n+a\n+b\n" in unified_diff("f", "a", "a\nb\n")


@example(["a"] * 20, [(1, "c")])
@given(
    st.lists(st.sampled_from("ab"), min_size=20, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc")), min_size=1, max_size=4),
)
def test_added_lines_take_nothing_away_however_often_the_same_lines_occur(
    old: list[str], added: list[tuple[int, str]]
) -> None:
    new = list(old)
    for place, line in added:
        new.insert(place, line)
    diff = unified_diff("f", "\n".join([*old, ""]), "\n".join([*new, ""]))
    changed = [line for line in diff.splitlines()[2:] if not line.startswith((" ", "@"))]
    assert sorted(changed) == sorted(f"+{line}" for _, line in added)


def test_that_holds_in_long_files_too() -> None:
    old = ["  steps:", "  - a"] * 200 + ["x"] + ["  steps:", "  - a"] * 200
    new = [*old[:401], "  steps:", *old[401:]]
    diff = unified_diff("f", "\n".join([*old, ""]), "\n".join([*new, ""]))
    assert [line for line in diff.splitlines()[2:] if line.startswith(("+", "-"))] == ["+  steps:"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_git_applies_the_diff(tmp_path: Path) -> None:
    files = {
        "data/nlu.yml": NLU.replace("\n", "\r\n").removesuffix("\r\n"),
        "data/stories.yml": STORIES.removesuffix("\n"),
        "data/é.yml": "# nothing",
    }
    planned, applied = (folder_with(tmp_path / name, files) for name in ("planned", "applied"))
    conversation = talk(said("hey"), said("x", "new"), said(r"\u0041"))
    changes = plan(planned, [conversation])
    subprocess.run(["git", "init", "-q"], cwd=applied, check=True)
    subprocess.run(["git", "apply", "-"], input=changes.diff().encode(), cwd=applied, check=True)
    changes.write()
    shutil.rmtree(applied / ".git")
    assert content(applied) == content(planned)
    assert len(changes.changes) == 4
