"""What the command line says to somebody who got something wrong: one line that names the place and the remedy."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from slackbot.cli import main
from slackbot.sandbox import Sandbox
from slackbot.settings import example_assistant

BOUND = 60


def environment(**settings: str) -> dict[str, str]:
    """One with these settings and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("STORYTHREAD_", "SLACK_"))}
    clean.pop("REDIS_URL", None)
    return {**clean, **settings}


def run(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """``storythread`` with these settings and no others."""
    command = [sys.executable, "-m", "slackbot", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment(**settings), capture_output=True, text=True, timeout=BOUND, check=False
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that it ends with."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("storythread: ")]
    progress = [line for line in lines if line.endswith(" ...") or line.startswith("storythread: Learned in")]
    assert len(lines) - len(progress) == 1, done.stderr
    return lines[-1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example to break."""
    return Path(shutil.copytree(example_assistant(), tmp_path / "project"))


def serve(tmp_path: Path, project: Path, **settings: str) -> str:
    """What ``storythread serve`` complains about."""
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "STORYTHREAD_ASSISTANT": str(project), **settings}
    return complaint(run("serve", cwd=tmp_path, **given))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert serve(tmp_path, tmp_path / "nothing").endswith(
        f"{tmp_path}/nothing: there is no such folder; name the folder that holds domain.yml and data"
    )


def test_broken_yaml_is_named_with_its_line(tmp_path: Path, project: Path) -> None:
    (project / "data" / "rules.yml").write_text('version: "3.1"\nrules:\n  - rule: x\n    steps: [\n')
    line = serve(tmp_path, project)
    assert "data/rules.yml:" in line
    assert "not valid YAML" in line


def test_an_intent_in_a_story_that_the_domain_lacks_is_named_with_its_line(tmp_path: Path, project: Path) -> None:
    stories = project / "data" / "stories.yml"
    stories.write_text(stories.read_text().replace("- intent: mood_good", "- intent: mood_superb", 1))
    number = next(i for i, line in enumerate(stories.read_text().splitlines(), 1) if "mood_superb" in line)
    line = serve(tmp_path, project)
    assert f"data/stories.yml:{number}: the domain has no intent 'mood_superb'" in line
    assert "add it to the domain's intents" in line


def test_a_missing_token_is_named(tmp_path: Path) -> None:
    line = complaint(run("serve", cwd=tmp_path))
    assert "SLACK_BOT_TOKEN is not set" in line


@pytest.mark.slow
async def test_a_token_that_slack_refuses_is_named_and_not_shown(tmp_path: Path, project: Path, redis_url: str) -> None:
    async with Sandbox() as slack:
        line = await _served(tmp_path, project, redis_url, slack, SLACK_BOT_TOKEN="xoxb-wrong")
        assert "SLACK_BOT_TOKEN is refused by Slack (invalid_auth)" in line
        assert "xoxb-wrong" not in line
        line = await _served(tmp_path, project, redis_url, slack, SLACK_APP_TOKEN="xapp-wrong")
        assert "SLACK_APP_TOKEN is refused by Slack (invalid_auth)" in line
        assert "xapp-wrong" not in line


@pytest.mark.slow
async def test_a_port_that_another_program_has_is_named(tmp_path: Path, project: Path, redis_url: str) -> None:
    async with Sandbox() as slack:
        with socket.create_server(("127.0.0.1", 0)) as other:
            taken = str(other.getsockname()[1])
            over_http = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": slack.signing_secret}
            line = await _served(tmp_path, project, redis_url, slack, **over_http, STORYTHREAD_PORT=taken)
            assert "name a free port with STORYTHREAD_PORT" in line
            line = await _served(tmp_path, project, redis_url, slack, STORYTHREAD_API_PORT=taken)
            assert "name a free port with STORYTHREAD_API_PORT" in line


async def _served(tmp_path: Path, project: Path, redis_url: str, slack: Sandbox, **wrong: str) -> str:

    right = {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "REDIS_URL": redis_url,
    }
    return await asyncio.to_thread(serve, tmp_path, project, **{**right, **wrong})


def test_redis_that_is_down_is_named(tmp_path: Path, project: Path) -> None:
    line = serve(tmp_path, project, REDIS_URL=f"unix://{tmp_path}/none")
    assert "Redis does not answer" in line
    assert "start it, or correct REDIS_URL" in line


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            "demo --crowd 99",
            "Invalid value for '--crowd': 99 is not in the range 0<=x<=20; see storythread demo --help",
        ),
        ("demo --play --crowd 3", "--crowd is for the page, not for --play or --console; see storythread demo --help"),
        ("export", "Missing option '--into'; see storythread export --help"),
        (
            "evaluate all",
            "Invalid value for '[nlu|stories]': 'all' is not one of 'nlu', 'stories'; see storythread eval",
        ),
        ("sing", "No such command 'sing'; see storythread --help"),
    ],
)
def test_words_that_no_command_takes_get_one_line(arguments: str, problem: str) -> None:
    done = CliRunner().invoke(main, arguments.split(), prog_name="storythread")
    assert done.exit_code == 2
    [line] = done.stderr.splitlines()
    assert line.startswith(f"storythread: {problem}")


def test_help_is_quick(tmp_path: Path) -> None:
    """The heavy libraries are not imported for it."""
    code = (
        "import sys, slackbot.cli; "
        "print(sorted({'sklearn', 'numpy', 'slack_bolt', 'aiohttp', 'ruamel', 'rq', 'redis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=BOUND, check=True)
    assert done.stdout.strip() == "[]"
    assert run("--help", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("way", ["--play", "--console"])
def test_a_folder_for_the_files_that_cannot_be_is_named_before_anything_starts(tmp_path: Path, way: str) -> None:
    (tmp_path / "taken").write_text("a file")
    done = run("demo", way, "--out", "taken/out", cwd=tmp_path)
    assert "taken/out: can't be written to (Not a directory); name another folder with --out" in complaint(done)
    assert "Starting" not in done.stdout


def test_the_doctor_shows_findings_and_no_log(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:1/api/"
    done = run("doctor", cwd=tmp_path, SLACK_API_URL=nowhere, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    assert done.returncode == 1
    assert f"SLACK_BOT_TOKEN: Slack does not answer at {nowhere}" in done.stdout
    assert done.stderr == ""


def test_a_command_that_is_told_to_end_leaves_no_server_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "slackbot", "train"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True) as training:
        assert training.stdout is not None
        assert "Reading" in training.stdout.readline()  # the server runs by then
        training.send_signal(signal.SIGTERM)
        training.communicate(timeout=BOUND)
    assert training.returncode == 128 + signal.SIGTERM
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(OSError, match=r"No such file|refused"):
        client.connect(str(tmp_path / ".storythread" / "valkey" / "socket"))
