"""The shell as a program: in a real pseudo-terminal, at the end of a pipe, and after it was killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pexpect
import pytest

BOUND = 100
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def environment(project: Path) -> dict[str, str]:
    """No settings but the tiny assistant."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("STORYTHREAD_", "SLACK_"))}
    clean.pop("REDIS_URL", None)
    return {
        **clean,
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "STORYTHREAD_LEARN": "off",
        "STORYTHREAD_ASSISTANT": str(project),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def piped(folder: Path, environment: dict[str, str], text: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "slackbot", "shell", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=BOUND, check=False
    )


@contextmanager
def typed_into(folder: Path, environment: dict[str, str], text: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A shell that got some lines and waits for more, and what it shows."""
    command = [sys.executable, "-m", "slackbot", "shell"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(text)
        process.stdin.flush()
        yield process, process.stdout


@pytest.fixture
def terminal(folder: Path, environment: dict[str, str]) -> Iterator[pexpect.spawn[str]]:
    command = ["-m", "slackbot", "shell"]
    child = pexpect.spawn(
        sys.executable, command, cwd=folder, env=environment, encoding="utf-8", timeout=BOUND, dimensions=(40, 120)
    )
    child.delaybeforesend = None
    try:
        yield child
    finally:
        child.close(force=True)


def test_a_person_teaches_in_a_terminal(terminal: pexpect.spawn[str]) -> None:
    terminal.expect_exact("You>")
    terminal.send("hi\r")
    terminal.expect(r"utter_greet")
    terminal.expect_exact("All right?")
    terminal.send("1\r")
    terminal.expect_exact("Which action?")
    terminal.send("bye")  # offers what fits
    terminal.expect(r"utter_\S*b\S*y\S*e")  # what was typed stands out in it
    terminal.send("\x03")
    terminal.expect_exact("Stop?")
    terminal.send("c\r")
    terminal.expect_exact("All right?")
    terminal.send("\r")
    terminal.expect_exact("Hello!")
    terminal.expect_exact("You>")
    terminal.send("\x04")
    terminal.expect_exact("storythread shell --resume")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


def test_entities_stand_in_the_line_to_be_edited(terminal: pexpect.spawn[str]) -> None:
    terminal.expect_exact("You>")
    terminal.send("a soup\r")
    terminal.expect_exact("All right?")
    terminal.send("e\r")
    terminal.expect_exact("Entities>")
    terminal.expect_exact("a [soup](dish)")
    terminal.send("\x7f" * len("dish)") + "meal)\r")
    terminal.expect_exact("a [soup](meal)")
    terminal.expect_exact("All right?")


@pytest.mark.slow
def test_lines_come_from_a_pipe_too(folder: Path, environment: dict[str, str]) -> None:
    done = piped(folder, environment, "hi\n\n:history\nbye\n\n:export files out\n:quit\nd\n")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Bot> Hello!" in done.stdout
    assert "Stop? (e = export and finish, c = continue, k = keep for later, d = discard)> d" in done.stdout
    assert "utter_bye" in (folder / "out" / "stories.yml").read_text()
    assert not _COLOURS.search(done.stdout)


def test_there_is_nothing_to_resume_at_first(folder: Path, environment: dict[str, str]) -> None:
    done = piped(folder, environment, "", "--resume")
    assert done.returncode == 1
    assert "there is no unfinished session" in done.stderr


@pytest.mark.slow
def test_a_killed_shell_resumes_with_everything_that_was_agreed(folder: Path, environment: dict[str, str]) -> None:
    with typed_into(folder, environment, "hi\n\na soup\ni order\n") as (process, shown):
        for line in shown:
            if "order" in line and "✓" in line:
                break
        process.send_signal(signal.SIGKILL)
    done = piped(folder, environment, "\n:history\n:quit\nd\n", "--resume")
    assert done.returncode == 0, done.stderr
    assert "Bot> One soup." in done.stdout
    assert "intent: greet" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_shell_whose_window_is_closed_ends_in_order(
    folder: Path, environment: dict[str, str], number: signal.Signals
) -> None:
    with typed_into(folder, environment, "hi\n\n") as (process, shown):
        for line in shown:
            if "Bot> Hello!" in line:
                break
        process.send_signal(number)
        assert "Interrupted. Everything is kept." in shown.read()
        assert process.wait(BOUND) == 1
