"""Training what a request sends."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from slackbot.api.errors import ApiError
from slackbot.api.train_data import main
from slackbot.api.training import WRONG_DATA, of_data, write_data
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import load_project
from slackbot.dialogue.tracker import Tracker
from slackbot.settings import Settings
from tests.api.conftest import Api, running
from tests.core.conversations import write_project
from tests.faults.world import poll
from tests.learning.assistant import DATA, DOMAIN

Json = dict[str, Any]
BODY = (textwrap.dedent(DOMAIN) + textwrap.dedent(DATA).replace('version: "3.1"\n', "")).encode()
ONE_RULE = """
intents: [greet]
responses:
  utter_greet: [{text: Hello}]
rules:
- rule: greet
  steps:
  - intent: greet
  - action: %s
"""


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


async def test_what_a_request_sends_is_trained_and_answered_while_the_served_model_stays(
    api: Api, tmp_path: Path, folders: Path
) -> None:
    before = (await api.ask("GET", "/status"))[1]
    url, params = f"{api.url}/model/train", {"token": api.token, "force_training": "true"}
    async with api.http.post(url, data=BODY, params=params) as answer:
        assert answer.status == 200, await answer.text()
        archive, name = await answer.read(), answer.headers["filename"]
    assert name.startswith("storythread-")
    project = load_project(write_project(tmp_path / "project", DOMAIN, DATA))
    core = BuiltinCore.from_archive(archive, project)
    assert (await core.parse("a soup", Tracker("c", core.domain)))["intent"]["name"] == "order"
    assert (await api.ask("GET", "/status"))[1] == before
    assert entries(folders) == []


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("pipeline: [", "The request body does not contain valid YAML. Error: body:1: "),
        ("- a\n- b", "body:1: this is no mapping in YAML; write it like 'nlu:'"),
        ("{}", "body: there is nothing to learn; send nlu, stories or rules"),
        ("nlu: []", "body: there is nothing to learn; send nlu, stories or rules"),
        (ONE_RULE % "utter_gret", "body:9: the domain has no action 'utter_gret'; add it to the domain's responses"),
        (ONE_RULE % "${HOME}", "body:9: the domain has no action '${HOME}'"),  # nothing of the server's is told
        (ONE_RULE % '"é\\ud800"', "body:9: the domain has no action 'é"),
        (ONE_RULE % "utter_greet" + "slots: 5\n", "body:10: "),
        (ONE_RULE % "utter_greet" + "nlu: 5\n", "body:10: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, wanted: str
) -> None:
    write_data(tmp_path, body.encode())
    assert main(tmp_path) == WRONG_DATA
    assert capsys.readouterr().out.startswith(wanted)


async def test_what_is_wrong_is_the_senders_fault(api: Api, folders: Path) -> None:
    status, error = await api.ask("POST", "/model/train", b"nlu: []")
    assert (status, error["reason"]) == (400, "BadRequest")
    assert error["message"] == "body: there is nothing to learn; send nlu, stories or rules"
    assert entries(folders) == []


async def test_without_data_there_is_nothing_to_train_where_the_project_is_not_trained(api: Api) -> None:
    status, error = await api.ask("POST", "/model/train")
    assert (status, error["reason"]) == (400, "BadRequest")
    assert error["message"].startswith("You must provide training data in the request body")


async def test_a_callback_gets_the_error(api: Api) -> None:
    async with listening() as (url, heard):
        assert await api.ask("POST", "/model/train", b"- no", callback_url=url) == (204, "")
        kind, told = await asyncio.wait_for(heard.get(), 60)
        assert kind == "application/json"
        assert (json.loads(told)["code"], json.loads(told)["reason"]) == (400, "BadRequest")


@pytest.mark.slow
async def test_a_callback_gets_the_model(api: Api) -> None:
    async with listening() as (url, heard):
        body = (ONE_RULE % "utter_greet").encode()
        assert await api.ask("POST", "/model/train", body, callback_url=url) == (204, "")
        kind, told = await asyncio.wait_for(heard.get(), 60)
        assert (kind, told[:2]) == ("application/octet-stream", b"PK")


async def test_a_callback_to_what_is_no_address_is_noted_in_the_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    for url in ("nowhere", "file:///etc/passwd", "http://"):
        assert (await api.ask("POST", "/model/train", b"nlu: []", callback_url=url))[0] == 204
    await poll(lambda: caplog.text.count("callback_url is no address") == 3)


async def test_without_a_token_nothing_is_sent_elsewhere(tiny: BuiltinCore, redis_url: str) -> None:
    async with running(tiny, redis_url, Settings(api_port=0)) as api, listening() as (url, heard):
        status, error = await api.ask("POST", "/model/train", b"- no", callback_url=url)
        assert (status, error["reason"]) == (403, "NotAuthorized")
        assert heard.empty()


async def test_a_training_that_nobody_waits_for_ends_with_the_server(
    tiny: BuiltinCore, redis_url: str, folders: Path
) -> None:
    async with running(tiny, redis_url, Settings(api_port=0, api_token="sesame")) as api:
        assert (await api.ask("POST", "/model/train", BODY, callback_url="http://localhost:1"))[0] == 204
        await poll(lambda: bool(entries(folders)))
        assert (await api.ask("GET", "/status"))[1]["num_active_training_jobs"] == 1
    assert entries(folders) == []


async def test_a_training_whose_process_dies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(program(tmp_path, "echo 'out of memory' >&2; kill -9 $$")))
    with pytest.raises(ApiError, match=r"during training.*out of memory") as failed:
        await of_data(BODY)
    assert failed.value.status == 500


async def test_a_training_that_is_given_up_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = tmp_path / "pid"
    monkeypatch.setattr(sys, "executable", str(program(tmp_path, f"echo $$ > {noted}; exec sleep 60")))
    training = asyncio.create_task(of_data(BODY))
    await poll(lambda: noted.exists() and noted.read_text().endswith("\n"))
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text()), 0)


def program(folder: Path, script: str) -> Path:
    """What is run in the place of Python."""
    path = folder / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def entries(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, asyncio.Queue[tuple[str, bytes]]]]:
    """A server that is called back: its address, and what it hears."""
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def hear(request: web.Request) -> web.Response:
        heard.put_nowait((request.content_type, await request.read()))
        return web.Response()

    app = web.Application(client_max_size=2**26)
    app.router.add_post("/", hear)
    async with TestServer(app) as server:
        yield str(server.make_url("/")), heard
