"""Rasa's entry points to interactive learning, over a server that answers as Rasa does."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from slackbot.api.server import serving
from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import EndpointConfig, RasaCore
from slackbot.errors import Refused
from slackbot.settings import Settings
from slackbot.shell.interactive import (
    Abort,
    ForkTracker,
    RestartConversation,
    UndoLastStep,
    record_messages,
    run_interactive_learning,
)
from slackbot.shell.run import Subject, a_new_one, teach, the_unfinished
from slackbot.shell.signals import Signal
from tests.core.rasa.rasa_server import TOKEN, RasaServer
from tests.shell.scripts import Script


@pytest.fixture
async def server(core: BuiltinCore) -> AsyncIterator[RasaServer]:
    async with RasaServer(core).running() as server:
        yield server


@pytest.fixture
def endpoint(server: RasaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EndpointConfig:
    monkeypatch.setenv("STORYTHREAD_DATA", str(tmp_path / "data"))
    return EndpointConfig(server.url, token=TOKEN)


async def record(endpoint: EndpointConfig, lines: Sequence[str], limit: int | None = None) -> str:
    script = Script(*lines)
    await record_messages(endpoint, None, "mine", limit, skip_visualization=True, terminal=script)
    return script.output


async def test_messages_are_recorded_from_a_server(endpoint: EndpointConfig, tmp_path: Path) -> None:
    output = await record(endpoint, ["hi", "", "a soup", "i order", "", f":export files {tmp_path / 'out'}"])
    assert "Bot> One soup." in output
    stories = (tmp_path / "out" / "stories.yml").read_text()
    assert "utter_greet" in stories
    assert "utter_dish" in stories


async def test_recording_ends_after_so_many_messages(endpoint: EndpointConfig) -> None:
    output = await record(endpoint, ["hi", "", "bye", "", "hi", ""], limit=2)
    assert output.count("You> ") == 2


async def test_the_same_conversation_is_taken_up(endpoint: EndpointConfig) -> None:
    await record(endpoint, ["hi", ""])
    output = await record(endpoint, [":history"])
    assert "intent: greet" in output
    await record(endpoint, [":quit", "d"])
    assert "intent: greet" not in await record(endpoint, [":history"])


async def test_who_stops_is_told_the_command_that_goes_on_and_no_token(endpoint: EndpointConfig) -> None:
    output = await record(endpoint, ["hi", ""])
    assert f"`storythread shell --resume --endpoint {endpoint.url}` goes on here." in output
    assert TOKEN not in output
    script, subject = Script(), Subject(await RasaCore.connect(endpoint), endpoint.url)
    await teach(subject, Settings.from_environment(os.environ), a_new_one, terminal=script)
    assert f"`storythread shell --resume --endpoint {endpoint.url}` takes it up." in script.output
    await teach(subject, Settings.from_environment(os.environ), the_unfinished, terminal=script)
    assert "intent: greet" in script.output


@pytest.mark.parametrize(
    ("url", "folder", "words"),
    [
        ("", None, ""),
        ("", "a b/bot", " --project 'a b/bot'"),
        ("http://rasa:5005", None, " --endpoint http://rasa:5005"),
        ("http://rasa:5005", "bot", " --endpoint http://rasa:5005 --project bot"),
        ("http://me:hush@rasa:5005", None, " --endpoint URL"),
        ("http://rasa:5005?token=hush", None, " --endpoint URL"),
    ],
)
def test_the_command_that_goes_on_names_what_is_taught(
    core: BuiltinCore, url: str, folder: str | None, words: str
) -> None:
    subject = Subject(core if url else None, url, Path(folder) if folder else None)
    assert subject.resuming == f"storythread shell --resume{words}"


async def test_the_picture_is_drawn_while_messages_are_recorded(endpoint: EndpointConfig, tmp_path: Path) -> None:
    script = Script("hi", "")
    await record_messages(endpoint, None, "mine", terminal=script)
    assert "The conversation as a graph: http://127.0.0.1:" in script.output
    (image,) = (tmp_path / "data").rglob("story_graph.svg")
    assert "utter_greet" in image.read_text()


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody who says hi, and agrees."""
    monkeypatch.setenv("STORYTHREAD_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STORYTHREAD_LEARN", "off")
    (tmp_path / "lines").write_text("hi\n\n")
    with (tmp_path / "lines").open() as lines:
        monkeypatch.setattr(sys, "stdin", lines)
        yield


@pytest.mark.usefixtures("typed")
async def test_a_program_teaches_the_server_at_a_port(
    core: BuiltinCore, redis_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server is our own, which is Rasa's API too."""
    async with serving(Settings(api_port=0, api_token=TOKEN), core, redis_url) as url:
        named = {"port": urlsplit(url).port, "token": TOKEN, "e2e": False, "model": None}
        await asyncio.to_thread(run_interactive_learning, None, True, "mine", named)
    shown = capsys.readouterr().out
    assert "Bot> Hello!" in shown
    assert f"--resume --endpoint {url.replace('127.0.0.1', 'localhost')}`" in shown


@pytest.mark.usefixtures("typed")
def test_a_program_teaches_a_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_interactive_learning(str(project), skip_visualization=True)
    shown = capsys.readouterr().out
    assert "Bot> Hello!" in shown
    assert f"--resume --project {project}`" in shown


@pytest.mark.parametrize(
    ("named", "problem"),
    [
        ({"stories": "data/stories.yml", "domain": "domain.yml"}, "stories, domain"),
        ({"model": "models/a.tar.gz", "port": 5006}, "model"),
        ({"port": 5006, "url": "http://rasa:5005"}, "one of port, url"),
    ],
)
def test_what_cant_be_done_as_a_program_wants_is_refused_in_a_line(named: dict[str, object], problem: str) -> None:
    with pytest.raises(Refused, match=rf"server_args: .*{problem}") as raised:
        run_interactive_learning(server_args=named)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("signal", [RestartConversation, ForkTracker, UndoLastStep, Abort])
def test_the_controls_of_the_loop_are_signals(signal: type[Signal]) -> None:
    assert issubclass(signal, Exception)
