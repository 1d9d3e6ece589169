"""The demo commands, as processes, as a person starts them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slackbot.dialogue.events import ActionExecuted, UserUttered
from slackbot.dialogue.nlu import read_nlu
from slackbot.dialogue.project import load_project
from slackbot.dialogue.stories import read_stories
from slackbot.sandbox import Sandbox, demo
from slackbot.settings import Settings

FILES = ["domain.yml", "nlu.yml", "stories.yml", "story.png"]
BOUND = 100


def _environment() -> dict[str, str]:
    ours = ("STORYTHREAD_", "SLACK_", "REDIS_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.mark.slow
def test_the_play_leaves_files_that_say_what_the_thread_shows(tmp_path: Path) -> None:
    """``storythread demo --play`` needs nobody; its stories have the steps that the closed cards show."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "slackbot", "demo", "--play", "--out", str(out)]
    done = subprocess.run(
        command, cwd=tmp_path, env=_environment(), capture_output=True, text=True, timeout=BOUND, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert sorted(path.name for path in out.iterdir()) == FILES

    shown = _agreed(done.stdout)
    assert [step for step in shown if step.startswith("intent")][:2] == ["intent greet", "intent mood_good"]
    [story] = read_stories(out / "stories.yml")
    steps = [step for event in story.events if (step := _step(event))]
    assert steps == shown

    said = re.findall(r"^    Ada: (.*)$", done.stdout, re.MULTILINE)
    assert [example.text for example in read_nlu(out / "nlu.yml").examples] == said

    (out / "data").mkdir()
    for name in ("nlu.yml", "stories.yml"):
        (out / name).rename(out / "data" / name)
    assert len(load_project(out).stories) == 1


def test_what_is_wrong_with_the_assistant_is_said(tmp_path: Path) -> None:
    """With file, line and remedy, as everywhere, rather than that something is."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "domain.yml").write_text("intents:\n- greet\nresponses:\n- utter_greet\n")
    command = [sys.executable, "-m", "slackbot", "demo", "--play"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=_environment() | {"STORYTHREAD_ASSISTANT": "mine"},
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert re.fullmatch(r"storythread: the app did not start: .*domain\.yml:\d+: .*; .*", line), line


def _agreed(output: str) -> list[str]:
    """The intents and actions on the cards that were agreed, in order."""
    steps = []
    for message in output.split("\n\n"):
        if "Agreed by" in message:
            steps += [f"intent {name}" for name in re.findall(r"I understood \*(.+?)\*", message)]
            steps += [f"action {name}" for name in re.findall(r"`(.+?)`", message)]
    return steps


def _step(event: object) -> str | None:
    match event:
        case UserUttered():
            return f"intent {event.intent_name}"
        case ActionExecuted():
            return f"action {event.action_name}"
    return None


@pytest.mark.slow
def test_people_can_act_in_the_demo_by_typing(tmp_path: Path) -> None:
    """Lines that are typed are what people do; ``finish`` writes the files."""
    command = [sys.executable, "-m", "slackbot", "demo", "--out", "files"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        seen = ""
        for line, answer in (
            ("", "help, quit"),
            ("ok", "there is no card to answer"),
            ("/teach", "Open. 0 turns agreed"),
            ("ben: hello everybody", "Ben: hello everybody"),
            ("hi", "I understood *greet*"),
            ("ben ok", "Agreed by @Ben"),
            ("finish", "The session's files"),
        ):
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            seen += _read_until(process, answer)
        process.stdin.write("quit\n")
        process.stdin.flush()
        assert process.wait(BOUND) == 0, seen
    assert sorted(path.name for path in (tmp_path / "files").iterdir()) == FILES


def _read_until(process: subprocess.Popen[str], text: str) -> str:
    """What it prints, up to the line with this text."""
    assert process.stdout is not None
    seen, deadline = "", time.monotonic() + BOUND
    while text not in seen:
        line = process.stdout.readline()
        assert line, f"it ended before it printed {text!r}: {seen}"
        assert time.monotonic() < deadline
        seen += line
    return seen


async def test_the_action_server_of_the_settings_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYTHREAD_ACTION_SERVER", "http://localhost:5055/webhook")
    async with Sandbox() as slack:
        environment = demo._environment(slack, "redis://localhost", tmp_path, "1")
    assert Settings.from_environment(environment).action_server == "http://localhost:5055/webhook"
